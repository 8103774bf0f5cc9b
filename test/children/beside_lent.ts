import { addon } from '../../lib/native/addon';

/** Detaches the argument array in the middle of a kernel that still has its result to write. */

const collect = (globalThis as unknown as { gc: () => void }).gc;
const owner = {};
const n = 2 ** 22;
const id = addon.allocate(owner, 4 * n);
const given = addon.arguments;
given.set([0, n, id, 0]);
addon.beside_next_run(() => {
  structuredClone(given.buffer, { transfer: [given.buffer as ArrayBuffer] });
  collect();
  collect();
});
addon.run(addon.kernels.indexOf('count_nonzero'), 4);
process.stdout.write(addon.release(id) ? 'alive' : 'the block is gone');
