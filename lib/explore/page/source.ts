import { type CurveRequest, type FileSetup, POINTS, ranges, type Setup, steps_of } from '../protocol';
import { post } from './post';
import { unpack } from './unpack';

/** Where curves come from: the kernels of the server, or what they once said, kept in the page. */

export interface Curves {
  readonly x: Float32Array;
  readonly curves: readonly { readonly y: Float32Array; readonly yp: Float32Array }[];
}

export interface Source {
  /** The ranges of x that can be asked for. */
  readonly ranges: readonly number[];
  sample(request: CurveRequest): Promise<Curves>;
}

export async function open_source(setup: Setup): Promise<Source> {
  return setup.kind === 'live' ? live : kept(setup, await unpack(setup));
}

const live: Source = {
  ranges,
  async sample(request) {
    const data = await post('/curves', request);
    const row = (i: number): Float32Array => data.subarray(i * POINTS, (i + 1) * POINTS);
    return { x: row(0), curves: request.curves.map((_, i) => ({ y: row(2 * i + 1), yp: row(2 * i + 2) })) };
  },
};

function kept(setup: FileSetup, table: readonly Float32Array[]): Source {
  return {
    ranges: [setup.range],
    async sample({ curves }) {
      const found = curves.map(({ name, values }) => {
        const e = setup.entries.findIndex((entry) => entry.name === name);
        const { parameters } = setup.entries[e];
        const place = parameters.reduce(
          (sum, p, i) => sum * steps_of(p, p.step) + Math.round((values[i] - p.low) / p.step),
          0,
        );
        const [y, yp] = setup.rows[e].slice(2 * place).map((row) => table[row]);
        return { y, yp };
      });
      return { x: table[0], curves: found };
    },
  };
}
