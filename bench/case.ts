/** What a benchmark case is: what is measured, against whom, and the target. */

/** `copying` is ours once more, in a process of its own: what it copies with must not disturb what is measured. */
export type ContenderName = 'ours' | 'copying' | 'pytorch' | 'native';

/** One thing a contender can do: the case it knows by this name, with these arguments, on one or all threads. */
export interface Work {
  contender: ContenderName;
  run: string;
  args: readonly (string | number)[];
  threads: 'one' | 'all';
  /** Theirs counts this much more, where it moves fewer bytes than ours. */
  scale?: number;
}

/** Two contenders in alternating rounds; of several peers the fastest counts. */
export interface Duel {
  kind: 'duel';
  name: string;
  ours: Work;
  peer: string;
  peers: readonly Work[];
  compare: 'time' | 'rate';
  /** Time: at most this. Rate: at least this. */
  target: number;
  /** Where the peer's results lie in memory that it uses again (no page faults), the target is this. */
  target_if_reused?: number;
  /** What one iteration processes, for a rate in the table: floating point operations, samples, bytes. */
  amount?: { count: number; unit: string };
}

/** A figure of ours alone, measured by a script that prints it. */
export interface Measurement {
  kind: 'measurement';
  name: string;
  script: 'memory' | 'startup';
  args: readonly string[];
}

export type Case = Duel | Measurement;

export const one_and_all = (contender: ContenderName, run: string, ...args: (string | number)[]): Work[] =>
  (['one', 'all'] as const).map((threads) => ({ contender, run, args, threads }));

export const ours = (run: string, ...args: (string | number)[]): Work => ({
  contender: 'ours',
  run,
  args,
  threads: 'all',
});

/** Our `run` against PyTorch's of the same name and arguments, with its best thread count. */
export function against_pytorch(name: string, target: number, run: string, ...args: (string | number)[]): Duel {
  return {
    kind: 'duel',
    name,
    ours: ours(run, ...args),
    peer: 'PyTorch',
    peers: one_and_all('pytorch', run, ...args),
    compare: 'time',
    target,
  };
}
