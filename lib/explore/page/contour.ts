/** Where a field on a square lattice crosses a level: marching squares. */

export type Segment = readonly [x0: number, y0: number, x1: number, y1: number];

/** Straight pieces, in units of the lattice. */
export function contour(field: ArrayLike<number>, side: number, level: number): Segment[] {
  const segments: Segment[] = [];
  for (let row = 0; row + 1 < side; row++)
    for (let column = 0; column + 1 < side; column++) {
      const crossings = cross(field, side, level, column, row);
      // Four crossings are a saddle: either pairing is right, and the next finer lattice would tell.
      for (let i = 0; i + 1 < crossings.length; i += 2) segments.push([...crossings[i], ...crossings[i + 1]]);
    }
  return segments;
}

type Point = readonly [x: number, y: number];

/** Where the edges of a cell are crossed, walking round it. */
function cross(field: ArrayLike<number>, side: number, level: number, column: number, row: number): Point[] {
  const corners: Point[] = [
    [column, row],
    [column + 1, row],
    [column + 1, row + 1],
    [column, row + 1],
  ];
  const heights = corners.map(([x, y]) => field[y * side + x] - level);
  return corners.flatMap((from, i): Point[] => {
    const next = (i + 1) % 4;
    const [a, b] = [heights[i], heights[next]];
    if (a < 0 === b < 0) return [];
    const share = a / (a - b);
    const to = corners[next];
    return [[from[0] + share * (to[0] - from[0]), from[1] + share * (to[1] - from[1])]];
  });
}
