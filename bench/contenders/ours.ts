import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import * as torch from 'cresset';
import * as kernels from 'cresset/kernels';
import type { Run, Runs } from '../ours';

/** Our side of the benchmark: written as a user would write it. Speaks the same lines as the other contenders. */

const folder = join(__dirname, '../groups');
const groups = readdirSync(folder).map((name) => require(join(folder, name, 'ours')) as { runs: Runs });
const runs: Runs = {};
for (const group of groups)
  for (const [name, make] of Object.entries(group.runs)) {
    if (name in runs) throw new Error(`bench: two groups have a run called ${name}`);
    runs[name] = make;
  }

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
