import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** Runs a script of test/children in a process of its own, against the sources. */

const register = join(__dirname, 'register.js');
/** The words that start Node: under an emulator process.execPath alone would not run. */
const [node, ...node_args] = process.env.CRESSET_NODE?.split(' ') ?? [process.execPath];

export interface ChildOptions {
  args?: readonly string[];
  env?: Record<string, string>;
  /** More flags for node. */
  flags?: readonly string[];
  /** Milliseconds after which the child is killed and the test fails. */
  timeout?: number;
}

/** What the child printed. A child that ends with an error, by a signal or too late is an error that shows its output. */
export function run_child(
  script: string,
  { args = [], env = {}, flags = [], timeout = 120_000 }: ChildOptions = {},
): string {
  const child = spawnSync(
    node,
    [...node_args, ...flags, '-r', register, join(__dirname, '../children', script), ...args],
    {
      encoding: 'utf8',
      timeout,
      env: { ...process.env, ...env },
      maxBuffer: 2 ** 26,
    },
  );
  if (child.status !== 0)
    throw new Error(
      `${script} ${args.join(' ')} ended with ${child.signal ?? child.status}\n${child.stdout.slice(-2000)}\n${child.stderr.slice(-4000)}`,
    );
  return child.stdout;
}

/**
 * The instruction sets of this machine: each is asked for in a child; an unsupported one refuses to load. None where
 * CRESSET_NO_CHILDREN says that no child can answer.
 */
export function instruction_sets(): readonly string[] {
  if (process.env.CRESSET_NO_CHILDREN) return [];
  known_sets ??= ['scalar', 'avx2', 'avx512', 'neon'].filter((isa) => {
    try {
      return run_child('isa.ts', { env: { CRESSET_ISA: isa } }).trim() === isa;
    } catch {
      return false;
    }
  });
  return known_sets;
}

let known_sets: readonly string[] | undefined;
