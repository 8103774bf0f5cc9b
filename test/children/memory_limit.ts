import * as torch from 'cresset';

/** Holds tensors of 8 MiB until there is no memory left, lets them go and works on. Prints what it was told. */

const held: torch.Tensor[] = [];
let message = '';
try {
  for (;;) held.push(torch.ones([2 ** 21]));
} catch (error) {
  message = (error as Error).message;
}
const count = held.length;
held.length = 0;
const after = torch
  .ones([2 ** 20])
  .sum()
  .item();
process.stdout.write(JSON.stringify({ message, held: count, after }));
