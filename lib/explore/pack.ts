import { deflateSync } from 'node:zlib';
import { entries } from './catalog';
import { sample } from './curves';
import { type Entry, type FileSetup, steps_of, value_at } from './protocol';

/**
 * All curves a page can show, for a page without a server. Rows that are equal are kept once; each is kept as what differs in bits from the row
 * before, its bytes sorted by their place in the number, because that deflates well.
 */

const FILE_POINTS = 641;
const FILE_RANGE = 5;

export function pack(): Omit<FileSetup, 'kind' | 'version'> {
  const table: Uint32Array[] = [];
  const known = new Map<string, number>();
  const place = (row: Float32Array): number => {
    const bits = new Uint32Array(row.buffer);
    const key = Buffer.from(row.buffer).toString('latin1');
    const found = known.get(key) ?? table.push(bits) - 1;
    known.set(key, found);
    return found;
  };
  place(sample({ name: 'relu', values: [] }, FILE_RANGE, FILE_POINTS).x);
  const rows = entries.map(({ name, parameters }) =>
    combinations(
      parameters.map((p) => Array.from({ length: steps_of(p, p.coarse) }, (_, i) => value_at(p, p.coarse, i))),
    ).flatMap((values) => {
      const { y, yp } = sample({ name, values }, FILE_RANGE, FILE_POINTS);
      return [place(y), place(yp)];
    }),
  );
  const coarse = entries.map((entry): Entry => {
    const parameters = entry.parameters.map((p) => ({ ...p, step: p.coarse }));
    return { ...entry, parameters };
  });
  return {
    entries: coarse,
    range: FILE_RANGE,
    points: FILE_POINTS,
    rows,
    count: table.length,
    table: deflateSync(sorted_bytes(table), { level: 9 }).toString('base64'),
  };
}

/** Every choice of one value from each list, the last list fastest. */
function combinations(lists: readonly (readonly number[])[]): number[][] {
  return lists.reduce<number[][]>((made, list) => made.flatMap((head) => list.map((value) => [...head, value])), [[]]);
}

function sorted_bytes(table: readonly Uint32Array[]): Uint8Array {
  const n = table.length * FILE_POINTS;
  const bytes = new Uint8Array(4 * n);
  table.forEach((row, r) => {
    row.forEach((bits, i) => {
      const change = bits ^ (r === 0 ? 0 : table[r - 1][i]);
      for (let b = 0; b < 4; b++) bytes[b * n + r * FILE_POINTS + i] = change >>> (8 * b);
    });
  });
  return bytes;
}
