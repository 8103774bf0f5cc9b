import { setImmediate } from 'node:timers/promises';
import type { Run } from './run';
import type { Session } from './session';

/** An epoch of a loader with workers, as its loop sees it. */

export interface Epoch {
  readonly run: Run;
  readonly session: Session;
  /** The session goes on after this epoch. */
  readonly lasting: boolean;
}

/** Ends what nobody can end any more: loops that were left without a word, loaders that are gone. */
const forgotten = new FinalizationRegistry<() => void>((end) => end());

function end({ run, session, lasting }: Epoch): void {
  run.close();
  if (!lasting) session.close();
}

/** Persistent workers go with their loader. */
export function close_with(loader: object, session: Session): void {
  forgotten.register(loader, session.close.bind(session));
}

/** For `for … of`; the epoch begins with the first step. */
export function worker_batches(begin: () => Epoch): Generator<unknown, void, undefined> {
  const begun: Epoch[] = [];
  const batches = go_through(begin, begun);
  forgotten.register(batches, () => begun.forEach(end), begun);
  return batches;
}

function* go_through(begin: () => Epoch, begun: Epoch[]): Generator<unknown, void, undefined> {
  const epoch = begin();
  begun.push(epoch);
  const { run } = epoch;
  try {
    for (;;) {
      const deadline = run.deadline();
      let step = run.step();
      for (; step.kind === 'wait'; step = run.step()) run.wait(deadline);
      if (step.kind === 'finished') return;
      yield step.batch;
    }
  } finally {
    end(epoch);
    forgotten.unregister(begun);
  }
}

/** For `for await … of`. */
export async function* worker_batches_in_loop(begin: () => Epoch): AsyncGenerator<unknown, void, undefined> {
  const epoch = begin();
  const { run } = epoch;
  try {
    for (;;) {
      const deadline = run.deadline();
      let step = run.step();
      for (; step.kind === 'wait'; step = run.step()) await run.wait_in_loop(deadline);
      if (step.kind === 'finished') return;
      yield step.batch;
      await setImmediate();
    }
  } finally {
    end(epoch);
  }
}
