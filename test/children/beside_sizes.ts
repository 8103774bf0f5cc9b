import * as torch from 'cresset';
import { addon } from '../../lib/native/addon';

/** How many collections 24 dropped results of each size take, and how many of them were asked for beside a kernel. */

let asked = 0;
let collected = 0;
const { beside_next_run, sweep } = addon;
addon.beside_next_run = (work) => {
  if (work !== null) asked++;
  return beside_next_run(work);
};
addon.sweep = (everything) => {
  collected++;
  return sweep(everything);
};
const rows = [2, 6, 9, 15].map((mib) => {
  const x = torch.ones([mib * 2 ** 18]);
  for (let i = 0; i < 8; i++) x.add(1);
  asked = collected = 0;
  for (let i = 0; i < 24; i++) x.add(1);
  return { mib, asked, collected };
});
process.stdout.write(JSON.stringify(rows));
