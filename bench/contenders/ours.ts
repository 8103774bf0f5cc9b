import { createInterface } from 'node:readline';
import * as torch from 'cresset';
import * as kernels from 'cresset/kernels';
import * as activations from '../groups/activations/ours';
import * as conv from '../groups/conv/ours';
import * as leaky_relu from '../groups/leaky_relu/ours';
import * as sequence from '../groups/sequence/ours';
import * as sgemm from '../groups/sgemm/ours';
import * as training from '../groups/training/ours';
import type { Run, Runs } from '../ours';

/** Our side of the benchmark: written as a user would write it. Speaks the same lines as the other contenders. */

const groups = [leaky_relu, activations, conv, sequence, sgemm, training];
const runs: Runs = Object.assign({}, ...groups.map((group) => group.runs));

const prepared = new Map<string, Run>();

function prepare(name: string, args: readonly string[]): Run {
  const key = [name, ...args].join(' ');
  let run = prepared.get(key);
  if (run === undefined) {
    const make = runs[name] as (...args: unknown[]) => Run;
    run = make(...args.map((arg) => (/^\d+$/.test(arg) ? Number(arg) : arg)));
    prepared.clear();
    prepared.set(key, run);
  }
  return run;
}

function answer(line: string): object {
  const [name, threads, iterations, ...args] = line.split(' ');
  if (name === 'info')
    return { name: `cresset ${torch.__version__}`, threads: torch.get_num_threads(), isa: kernels.isa() };
  torch.set_num_threads(Number(threads));
  const run = prepare(name, args);
  const start = process.hrtime.bigint();
  run(Number(iterations));
  return { seconds: Number(process.hrtime.bigint() - start) / 1e9 };
}

createInterface({ input: process.stdin }).on('line', (line) => {
  let reply: object;
  try {
    reply = answer(line);
  } catch (error) {
    reply = { error: String(error) };
  }
  process.stdout.write(`${JSON.stringify(reply)}\n`);
});
