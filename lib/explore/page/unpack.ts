import type { FileSetup } from '../protocol';

/** The rows of a table that pack.ts wrote. */
export async function unpack({
  table,
  count,
  points,
}: Pick<FileSetup, 'table' | 'count' | 'points'>): Promise<Float32Array[]> {
  const deflated = Uint8Array.from(atob(table), (c) => c.charCodeAt(0));
  const stream = new Blob([deflated]).stream().pipeThrough(new DecompressionStream('deflate'));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  const n = count * points;
  const bits = new Uint32Array(n);
  for (let i = 0; i < n; i++) {
    const change = bytes[i] | (bytes[n + i] << 8) | (bytes[2 * n + i] << 16) | (bytes[3 * n + i] << 24);
    bits[i] = change ^ (i < points ? 0 : bits[i - points]);
  }
  const values = new Float32Array(bits.buffer);
  return Array.from({ length: count }, (_, r) => values.subarray(r * points, (r + 1) * points));
}
