import { encode_frame, type TrainRequest } from '../protocol';
import { Session } from './session';

/** Networks of several pages on one thread. */

const MOST_SESSIONS = 8;
/** Milliseconds one request may train for; the others wait. */
const SLICE = 40;

interface Seat {
  readonly round: number;
  readonly session: Session;
}

export class Desk {
  private readonly seats = new Map<string, Seat>();

  /** Trains on, or starts over where the page is in a new round or has been away for long, and answers with a frame. */
  answer(request: TrainRequest): Float32Array<ArrayBuffer> {
    const { session, seat } = { session: request.session, seat: this.seats.get(request.session) };
    const now = seat?.round === request.round ? seat : { round: request.round, session: new Session(request.plan) };
    // Last in, so that the first is the one longest unused.
    this.seats.delete(session);
    this.seats.set(session, now);
    if (this.seats.size > MOST_SESSIONS) this.seats.delete(this.seats.keys().next().value!);
    now.session.turn(request.plan);
    now.session.run(request.steps, SLICE);
    return encode_frame(now.session.frame());
  }
}
