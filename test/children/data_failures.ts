import * as torch from 'cresset';
import { Elsewhere, Faulty, hidden, Noisy } from './data_sets';

/** How loops with workers end when something goes wrong. Prints what each of them threw. */

const { DataLoader } = torch.utils.data;
type Options = torch.utils.data.DataLoaderOptions<never, unknown>;

interface Ending {
  batches: number;
  thrown: string;
  cause: string | undefined;
  at: string | undefined;
}

function described(batches: number, error: unknown): Ending {
  const { name, message, cause } = error as Error & { cause?: Error };
  return {
    batches,
    thrown: `${name}: ${message.replaceAll(__dirname, '')}`,
    cause: cause && `${cause.name}: ${cause.message.replaceAll(__dirname, '')}`,
    at: /at [^(]*data_sets\.ts|at .*data_sets\.ts/.exec(cause?.stack ?? '')?.[0].replace(/\(?\/.*/, ''),
  };
}

function ending(dataset: unknown, options: Options = {}): Ending {
  let batches = 0;
  try {
    for (const _ of new DataLoader(dataset as never, { num_workers: 2, ...options })) batches++;
  } catch (error) {
    return described(batches, error);
  }
  throw new Error('the loop ended well');
}

async function ending_in_loop(dataset: unknown, options: Options = {}): Promise<Ending> {
  let batches = 0;
  try {
    for await (const _ of new DataLoader(dataset as never, { num_workers: 2, ...options })) batches++;
  } catch (error) {
    return described(batches, error);
  }
  throw new Error('the loop ended well');
}

class Functions extends torch.utils.data.Dataset<number> {
  static readonly module = __filename;
  override readonly length = 1;
  readonly transforms = [(x: number) => x];
  override get = () => 1;
}

async function main(): Promise<void> {
  const endings: Record<string, Ending> = {};
  for (const way of ['throw', 'throw nothing', 'exit', 'later', 'class', 'symbol', 'history']) {
    endings[way] = ending(new Faulty(way), { batch_size: way === 'class' || way === 'symbol' ? null : 1 });
    endings[`${way}, for await`] = await ending_in_loop(new Faulty(way), { batch_size: null });
  }
  endings.hang = ending(new Faulty('hang', 2), { timeout: 0.3 });
  endings['hang, for await'] = await ending_in_loop(new Faulty('hang', 2), { timeout: 0.3 });
  endings['no module'] = ending(new Elsewhere());
  endings['no export'] = ending(hidden());
  endings.functions = ending(new Functions());
  endings['plain object'] = ending({ length: 1, get: () => 1 });
  endings.initialization = ending(new Noisy(2), { worker_init_fn: () => {} });
  const broken = { length: 1, [Symbol.iterator]: () => [Symbol('s')][Symbol.iterator]() };
  endings.key = ending(new Noisy(2), { sampler: broken as never, batch_size: null });
  // The survivors work on.
  endings.after = {
    batches: [...new DataLoader(new Noisy(6), { num_workers: 2 })].length,
    thrown: '',
    cause: '',
    at: '',
  };
  console.log(JSON.stringify(endings));
}

void main();
