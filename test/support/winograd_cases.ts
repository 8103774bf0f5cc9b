/** Convolutions that take Winograd's way: of one or more blocks and depths, with whole and half tiles, little and much padding. */

export interface WinogradCase {
  x: number[];
  w: number[];
  padding: number | [number, number];
  stride?: number;
}

export const winograd_cases: readonly WinogradCase[] = [
  { x: [2, 16, 16, 16], w: [16, 16, 3, 3], padding: 1 },
  { x: [3, 17, 9, 11], w: [19, 17, 3, 3], padding: 1 },
  { x: [2, 32, 13, 7], w: [48, 32, 3, 3], padding: 0 },
  { x: [1, 40, 21, 30], w: [33, 40, 3, 3], padding: 2 },
  { x: [5, 16, 7, 7], w: [40, 16, 3, 3], padding: 3 },
  { x: [1, 600, 12, 12], w: [20, 600, 3, 3], padding: 1 },
  { x: [4, 20, 10, 9], w: [300, 20, 3, 3], padding: [0, 2] },
  { x: [40, 16, 3, 1], w: [16, 16, 3, 3], padding: [0, 1] },
  { x: [1, 16, 5, 200], w: [18, 16, 3, 3], padding: [4, 0] },
  { x: [2, 16, 16, 16], w: [16, 16, 4, 4], padding: 1, stride: 2 },
  { x: [3, 17, 14, 23], w: [19, 17, 4, 4], padding: 1, stride: 2 },
  { x: [3, 32, 16, 13], w: [48, 32, 4, 4], padding: 0, stride: 2 },
  { x: [1, 40, 21, 30], w: [33, 40, 4, 4], padding: 2, stride: 2 },
  { x: [8, 16, 7, 8], w: [40, 16, 4, 4], padding: 3, stride: 2 },
  { x: [2, 150, 16, 16], w: [20, 150, 4, 4], padding: 1, stride: 2 },
  { x: [4, 20, 18, 14], w: [300, 20, 4, 4], padding: [0, 4], stride: 2 },
  { x: [1, 16, 6, 200], w: [18, 16, 4, 4], padding: [5, 1], stride: 2 },
];
