import { availableParallelism } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import type { ContenderName, Duel, Work } from './case';
import type { Contender, Reply } from './contender';

/** Alternating rounds: ours, peer, ours, peer, …, so that a disturbance of the machine meets both. */

export interface Pace {
  rounds: number;
  /** How long one contender works in one round. */
  seconds: number;
}

export const normal: Pace = { rounds: 11, seconds: 0.12 };
export const quick: Pace = { rounds: 3, seconds: 0.03 };

/** Medians over the rounds, in seconds an iteration. */
export interface DuelResult {
  ours: number;
  peer: number | null;
  /** Which of the peers was fastest, in words. */
  best: string | null;
  /** The median of the rounds' own ratios; above 1 means more time, or more rate. */
  ratio: number | null;
  target: number;
}

interface Lane {
  work: Work;
  contender: Contender;
  iterations: number;
  seconds: number[];
  page_faults: number;
}

export type Contenders = ReadonlyMap<ContenderName, Contender>;

export async function run_duel(duel: Duel, contenders: Contenders, pace: Pace): Promise<DuelResult> {
  const lanes: Lane[] = [];
  for (const work of [duel.ours, ...duel.peers]) {
    const contender = contenders.get(work.contender);
    if (contender === undefined || !contender.knows(work)) continue;
    const iterations = await warm_up(contender, work, pace);
    lanes.push({ work, contender, iterations, seconds: [], page_faults: 0 });
  }
  for (let round = 0; round < rounds_of(lanes, pace); round++)
    for (const lane of lanes) {
      // The other contenders' threads park, and what they pushed out of the cache comes back untimed.
      await pause(5);
      if (lane.iterations > 1)
        await lane.contender.run(lane.work, threads_of(lane.work), Math.ceil(lane.iterations / 10));
      const reply: Reply = await lane.contender.run(lane.work, threads_of(lane.work), lane.iterations);
      lane.seconds.push((reply.seconds / lane.iterations) * (lane.work.scale ?? 1));
      lane.page_faults = reply.page_faults ?? Infinity;
    }
  return judge(duel, lanes);
}

/** Long work (an epoch) gets fewer rounds. */
function rounds_of(lanes: readonly Lane[], pace: Pace): number {
  const slowest = Math.max(...lanes.map((lane) => lane.seconds[0] ?? 0));
  return slowest > 0.5 ? Math.min(3, pace.rounds) : pace.rounds;
}

/** Runs until the pace's time has passed twice and returns how many iterations fill it once. */
async function warm_up(contender: Contender, work: Work, pace: Pace): Promise<number> {
  let iterations = 1;
  let spent = 0;
  for (;;) {
    const { seconds } = await contender.run(work, threads_of(work), iterations);
    spent += seconds;
    const wanted = Math.max(1, Math.round((pace.seconds * iterations) / Math.max(seconds, 1e-7)));
    if (spent > 2 * pace.seconds) return wanted;
    iterations = Math.min(wanted, iterations * 10);
  }
}

function threads_of(work: Work): number {
  return work.threads === 'one' ? 1 : availableParallelism();
}

function judge(duel: Duel, lanes: readonly Lane[]): DuelResult {
  const [ours, ...peers] = lanes;
  if (ours === undefined || ours.work !== duel.ours)
    throw new Error(`bench: our own contender did not run "${duel.name}"`);
  const best = peers.toSorted((a, b) => median(a.seconds) - median(b.seconds))[0];
  const reused = best !== undefined && best.page_faults < 16;
  const target = reused ? (duel.target_if_reused ?? duel.target) : duel.target;
  if (best === undefined) return { ours: median(ours.seconds), peer: null, best: null, ratio: null, target };
  const ratios = ours.seconds.map((seconds, i) =>
    duel.compare === 'time' ? seconds / best.seconds[i] : best.seconds[i] / seconds,
  );
  return {
    ours: median(ours.seconds),
    peer: median(best.seconds),
    best: lane_name(duel, best.work),
    ratio: median(ratios),
    target,
  };
}

function lane_name(duel: Duel, work: Work): string {
  const threads = `${threads_of(work)} thread${threads_of(work) === 1 ? '' : 's'}`;
  return work.contender === 'copying' ? `${duel.peer}, our threads` : `${duel.peer}, ${threads}`;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
