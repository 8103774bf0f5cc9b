import * as torch from 'cresset';
import { addon } from '../../lib/native/addon';

/** How many collections plain loops take, and how many of them are asked for beside a kernel: 24 dropped results of each size, 24 steps. */

let asked = 0;
let swept = 0;
const { beside_next_run, sweep } = addon;
addon.beside_next_run = (work) => {
  if (work !== null) asked++;
  return beside_next_run(work);
};
addon.sweep = (everything) => {
  swept++;
  return sweep(everything);
};

function counted(body: () => void): { asked: number; swept: number } {
  for (let i = 0; i < 8; i++) body();
  asked = swept = 0;
  for (let i = 0; i < 24; i++) body();
  return { asked, swept };
}

const x = torch.ones([2 ** 20], { requires_grad: true });
const g = torch.ones([2 ** 20]);
const step = counted(() => {
  x.grad = null;
  torch.nn.functional.leaky_relu(x, 0.01).backward(g);
});
const { peak } = torch.memory_stats();
const [mib_2, mib_6, mib_9, mib_15] = [2, 6, 9, 15].map((mib) => {
  const operand = torch.ones([mib * 2 ** 18]);
  return counted(() => operand.add(1));
});
process.stdout.write(JSON.stringify({ step, peak, mib_2, mib_6, mib_9, mib_15 }));
