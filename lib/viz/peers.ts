import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fail } from '../errors';

/** The packages that draw. They are optional, so they are looked for when a picture is asked for, and described by what we use of them. */

export interface Chart {
  setOption(option: object): void;
  /** The pixel of a value on an axis. */
  convertToPixel(axis: { xAxisIndex: 0 } | { yAxisIndex: 0 }, value: number): number;
  renderToSVGString(): string;
  dispose(): void;
}

interface Echarts {
  init(
    element: null,
    theme: null,
    options: { renderer: 'svg'; ssr: true; width: number; height: number; locale: 'EN' },
  ): Chart;
}

interface Sharp {
  png(options?: { compressionLevel: number }): Sharp;
  toBuffer(): Promise<Uint8Array>;
}

type MakeSharp = (
  input: Uint8Array,
  options?: { density?: number; raw?: { width: number; height: number; channels: 1 | 3 } },
) => Sharp;

/** Versions of the peers that the pictures are tested with. */
const PEERS = { echarts: '6', sharp: '0.35' } as const;

/** For an SVG. */
export function echarts(op: string): Echarts {
  return load(op, 'echarts', 'an SVG') as Echarts;
}

/** For a PNG. */
export function sharp(op: string): MakeSharp {
  return load(op, 'sharp', 'a PNG') as MakeSharp;
}

/** Found beside this package or, when that runs from a place of its own as under npx, in the user's project. */
function load(op: string, name: keyof typeof PEERS, what: string): unknown {
  for (const from of [__filename, join(process.cwd(), 'package.json')]) {
    const find = createRequire(from);
    let path: string;
    try {
      path = find.resolve(name);
    } catch {
      continue;
    }
    return find(path);
  }
  return fail(op, `${what} needs the package ${name}: npm install ${name}@${PEERS[name]}`);
}
