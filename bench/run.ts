import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Case, ContenderName } from './case';
import { grouped_cases } from './cases';
import { Contender } from './contender';
import { duel_json, duel_row, heading, type Measured, measured_json, measured_text, row_text } from './report';
import { type Contenders, normal, quick, run_duel } from './runner';

/**
 * npm run bench -- [--only TEXT] [--skip TEXT] [--quick] [--json]
 *
 * PyTorch takes part where `python3 -c "import torch"` works; CRESSET_BENCH_PYTHON names another interpreter.
 */

const { values: options } = parseArgs({
  options: {
    only: { type: 'string' },
    skip: { type: 'string' },
    quick: { type: 'boolean' },
    json: { type: 'boolean' },
    help: { type: 'boolean' },
  },
});

function measure(script: string, args: readonly string[]): Measured {
  const { stdout, status, signal } = spawnSync(
    process.execPath,
    [join(__dirname, `contenders/${script}.js`), ...args],
    {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
      cwd: join(__dirname, '../..'),
    },
  );
  if (status !== 0) throw new Error(`bench: ${script} ${args.join(' ')} ended with ${signal ?? status}`);
  return JSON.parse(stdout) as Measured;
}

async function main(): Promise<void> {
  const { only, skip } = options;
  const is_wanted = ({ name }: Case) =>
    (only === undefined || name.includes(only)) && (skip === undefined || !name.includes(skip));
  const wanted = grouped_cases.map((group) => group.filter(is_wanted)).filter((group) => group.length > 0);
  if (wanted.length === 0) {
    const names = grouped_cases.flat().map((each) => each.name);
    throw new Error(`bench: no case is left of ${JSON.stringify({ only, skip })}; there are:\n${names.join('\n')}`);
  }
  await introduce(needed(wanted.flat()));
  for (const group of wanted) {
    const contenders = await start(needed(group));
    for (const each of group) await run_case(each, contenders);
    await stop(contenders);
  }
}

/** The table's heading names every contender of the run. */
async function introduce(names: Set<ContenderName>): Promise<void> {
  const contenders = await start(names);
  const infos = [...contenders].flatMap(([name, contender]) => (name === 'copying' ? [] : [contender.info]));
  print({ contenders: infos }, heading(infos));
  await stop(contenders);
}

async function start(names: Set<ContenderName>): Promise<Contenders> {
  const contenders = new Map<ContenderName, Contender>();
  for (const name of names) {
    const contender = await Contender.start(name);
    if (contender !== null) contenders.set(name, contender);
  }
  return contenders;
}

async function stop(contenders: Contenders): Promise<void> {
  await Promise.all([...contenders.values()].map((contender) => contender.stop()));
}

async function run_case(each: Case, contenders: Contenders): Promise<void> {
  try {
    if (each.kind === 'duel') {
      const result = await run_duel(each, contenders, options.quick ? quick : normal);
      print(duel_json(each, result), row_text(duel_row(each, result)));
    } else {
      const result = measure(each.script, each.args);
      print(measured_json(each, result), measured_text(each.name, result));
    }
  } catch (error) {
    // The other cases still tell something.
    print({ case: each.name, error: String(error) }, `${each.name}: ${error}`);
    process.exitCode = 1;
  }
}

function needed(wanted: readonly Case[]): Set<ContenderName> {
  const works = wanted.flatMap((each) => (each.kind === 'duel' ? [each.ours, ...each.peers] : []));
  return new Set(works.map((work) => work.contender));
}

function print(line: object, text: string): void {
  process.stdout.write(`${options.json ? JSON.stringify(line) : text}\n`);
}

if (options.help) process.stdout.write('npm run bench -- [--only TEXT] [--skip TEXT] [--quick] [--json]\n');
else
  main().catch((error) => {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    process.exit(1);
  });
