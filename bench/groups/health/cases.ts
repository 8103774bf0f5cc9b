import { type Duel, ours } from '../../case';

/** What looking costs: a training step under a monitor, and after a profile, against the plain step in another process of ours. */

function against_plain(name: string, target: number, run: string, ...args: (string | number)[]): Duel {
  return {
    kind: 'duel',
    name,
    ours: ours(run, ...args),
    peer: 'plain step',
    peers: [{ contender: 'copying', run: 'plain_step', args, threads: 'all' }],
    compare: 'time',
    target,
  };
}

export const cases: Duel[] = [
  against_plain('activation monitor every 500 steps, batch 32', 1.05, 'monitored_step', 32),
  against_plain('activation monitor every 500 steps, batch 4096', 1.05, 'monitored_step', 4096),
  against_plain('profiler that is off, batch 32', 1.01, 'once_profiled_step', 32),
];
