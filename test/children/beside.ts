import * as torch from 'cresset';
import { addon } from '../../lib/native/addon';

/** A plain loop of results of 4 MiB: how often a collection was asked for beside a kernel, and the peak. */

let asked = 0;
const { beside_next_run } = addon;
addon.beside_next_run = (work) => {
  if (work !== null) asked++;
  return beside_next_run(work);
};
const x = torch.ones([2 ** 20], { requires_grad: true });
const g = torch.ones([2 ** 20]);
for (let i = 0; i < 100; i++) {
  x.grad = null;
  torch.nn.functional.leaky_relu(x, 0.01).backward(g);
}
process.stdout.write(JSON.stringify({ asked, peak: torch.memory_stats().peak }));
