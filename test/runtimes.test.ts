import { run_child } from './support/child';

/** Runtimes without `gc()` or without external ArrayBuffers. */

test('memory stays bounded without a collector to ask', () => {
  const { peak, value } = JSON.parse(run_child('other_runtime.ts', { env: { CRESSET_COLLECTOR: '0' } }));
  expect(value).toEqual([2, 4, 6]);
  expect(peak).toBeLessThan(1000 * 2 ** 20);
});

test('typed_array copies where external ArrayBuffers are forbidden', () => {
  const { value, aligned } = JSON.parse(run_child('other_runtime.ts', { env: { CRESSET_EXTERNAL_BUFFERS: '0' } }));
  expect(value).toEqual([2, 4, 6]);
  expect(aligned).toEqual([0, 1000]);
});
