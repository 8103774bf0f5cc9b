import { parentPort } from 'node:worker_threads';
import type { TrainRequest } from '../protocol';
import { Desk } from './desk';

/** The thread that trains: each request is answered with a frame, or with what went wrong. */

const desk = new Desk();

parentPort!.on('message', ({ id, request }: { id: number; request: TrainRequest }) => {
  try {
    const frame = desk.answer(request);
    parentPort!.postMessage({ id, frame }, [frame.buffer]);
  } catch (error) {
    parentPort!.postMessage({ id, error: (error as Error).message });
  }
});
