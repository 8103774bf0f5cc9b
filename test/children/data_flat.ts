import * as torch from 'cresset';
import { collect_garbage } from '../../lib/tensor/collector';
import { Faulty, Noisy, Stream } from './data_sets';

/** Loops that end early, many epochs, a worker out of memory. The process must end by itself. */

const { DataLoader, TensorDataset } = torch.utils.data;
const MB = 2 ** 20;

/** Bytes held by all threads, once those that are idle have cleared up. */
async function settled(): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, 500));
  collect_garbage();
  return torch.memory_stats().allocated;
}

async function early_exits(): Promise<void> {
  const loader = new DataLoader(new Noisy(1000), { num_workers: 2, batch_size: 5, persistent_workers: true });
  const seen: number[] = [];
  for (let i = 0; i < 20; i++)
    for (const { i: numbers } of loader) {
      seen.push(numbers.select(0, 0).item());
      if (seen.length % 3 === 0) break;
    }
  // A loop within a loop over the same loader.
  for (const outer of loader) {
    for (const inner of loader) {
      seen.push(outer.i.select(0, 1).item(), inner.i.select(0, 0).item());
      break;
    }
    break;
  }
  for await (const { i: numbers } of new DataLoader(new Noisy(50), { num_workers: 2 })) {
    seen.push(numbers.item());
    break;
  }
  try {
    for (const _ of new DataLoader(new Stream(100), { num_workers: 2 })) throw new Error('the loop itself');
  } catch (error) {
    seen.push((error as Error).message.length);
  }
  const forgotten = loader[Symbol.iterator]();
  forgotten.next();
  console.log(JSON.stringify(seen));
}

async function many_epochs(): Promise<void> {
  const rows = new TensorDataset(torch.ones([64, 4096]), torch.zeros([64]));
  const epoch = (seed: number) => {
    for (const [x] of new DataLoader(rows, { num_workers: 2, batch_size: 8, shuffle: true, seed })) x.add_(1);
    let n = 0;
    for (const _ of new DataLoader(new Noisy(40), { num_workers: 2, batch_size: 4 })) if (++n === 3) break;
  };
  for (let i = 0; i < 20; i++) epoch(i);
  const before = await settled();
  torch.reset_peak_memory_stats();
  for (let i = 0; i < 150; i++) epoch(i);
  const { peak } = torch.memory_stats();
  const after = await settled();
  console.log(JSON.stringify({ growth: (after - before) / MB, peak: peak / MB }));
}

/** The dataset's memory is that of the loop's thread, in all workers. */
async function zero_copy(): Promise<void> {
  const before = torch.memory_stats().allocated;
  const big = new TensorDataset(torch.ones([64, 2 ** 18]));
  let most = 0;
  for (const [x] of new DataLoader(big, { num_workers: 3, batch_size: 1 })) {
    most = Math.max(most, torch.memory_stats().allocated - before);
    if (x.select(1, 5).item() !== 1) throw new Error('other values');
  }
  big.tensors[0].dispose();
  console.log(JSON.stringify({ most: most / MB, left: ((await settled()) - before) / MB }));
}

function out_of_memory(): void {
  try {
    for (const _ of new DataLoader(new Faulty('memory', 1), { num_workers: 1, batch_size: null }));
  } catch (error) {
    console.log(JSON.stringify((error as Error).message));
  }
}

const parts: Readonly<Record<string, () => Promise<void> | void>> = {
  early_exits,
  many_epochs,
  zero_copy,
  out_of_memory,
};
void parts[process.argv[2]]();
