import { addon } from '../native/addon';
import { ask_again } from '../native/shortage';
import { before_allocation, give_back } from './collector';

/** An id that never resolves. It must not be 0, which stands for an immediate operand. */
const RELEASED = -1;

/** Storages allocated while the autograd engine runs one of its own rules: it gives them back without the collector. */
let arena: Storage[] | null = null;

export function set_arena(list: Storage[] | null): Storage[] | null {
  const previous = arena;
  arena = list;
  return previous;
}

/** Apart, so that the usual case makes no closure. */
function allocate_again(storage: Storage, nbytes: number): number {
  return ask_again('cresset', nbytes, () => addon.allocate(storage, nbytes));
}

/** Bytes a tensor lives in. The native block belongs to this object: when the collector takes it, a sweep frees the block. */
export class Storage {
  /** The block's id; 0 for storages of no bytes, which have no block, and RELEASED when it was given back. */
  id = 0;
  /** Counts in-place changes, for tensors saved by the graph. */
  version = 0;
  /** How many graph nodes have saved a tensor of this storage. */
  saves = 0;
  /** How many gradients in flight lie in this storage. */
  pending = 0;
  /** Only the engine knows this storage; it may release it as soon as `saves` and `pending` are 0. */
  internal = false;
  /** It holds a leaf's `.grad` that nobody has asked for. */
  unread = false;
  /** The user's typed array, or the ArrayBuffer handed out by `typed_array()`. */
  shown: ArrayBufferLike | null = null;
  readonly external: ArrayBufferView | null;

  private constructor(
    readonly nbytes: number,
    external: ArrayBufferView | null,
  ) {
    this.external = external;
  }

  /** Uninitialised memory. Blocks can be swept here, as in `wrap` and `take_over`. */
  static allocate(nbytes: number): Storage {
    const storage = new Storage(nbytes, null);
    if (nbytes === 0) return storage;
    before_allocation(nbytes);
    storage.id = addon.allocate(storage, nbytes) || allocate_again(storage, nbytes);
    if (arena !== null) {
      storage.internal = true;
      arena.push(storage);
    }
    return storage;
  }

  /** The memory of a user's typed array, without a copy. */
  static wrap(array: ArrayBufferView): Storage {
    const storage = new Storage(array.byteLength, array);
    storage.shown = array.buffer;
    if (array.byteLength === 0) return storage;
    before_allocation(0);
    storage.id = addon.adopt(storage, array);
    if (storage.id === 0) throw new Error('from_typed_array: the memory could not be adopted');
    return storage;
  }

  /** Gives the block back now. Later use of a tensor that lies in it is an error. */
  release(): void {
    if (this.id === 0 || this.id === RELEASED) return;
    addon.release(this.id);
    this.id = RELEASED;
    if (this.external === null) give_back(this.nbytes);
  }

  /**
   * The memory's token for another thread, which takes it over once. With `keep` both threads hold the memory from then on; without, this storage is
   * released. Memory of the user's has none.
   */
  hand_over(op: string, keep: boolean): number {
    const token = addon.hand_over(this.id, keep ? 1 : 0);
    if (token === 0) throw new Error(`${op}: ${addon.last_error()}`);
    if (!keep) {
      this.id = RELEASED;
      give_back(this.nbytes);
    }
    return token;
  }

  /** The memory that another thread handed over; null if it did so no more, or somebody else has it. */
  static take_over(token: number, nbytes: number): Storage | null {
    const storage = new Storage(nbytes, null);
    before_allocation(nbytes);
    storage.id = addon.take_over(storage, token);
    return storage.id === 0 ? null : storage;
  }

  /** Releases it if only the engine can know it and nothing refers to it any more. */
  release_if_unused(): void {
    if (this.internal && this.saves === 0 && this.pending === 0) this.release();
  }

  get released(): boolean {
    return this.id === RELEASED;
  }

  /** An ArrayBuffer over the block itself; made once. A copy where the runtime forbids external buffers. */
  buffer(op: string): ArrayBufferLike {
    if (this.shown !== null) {
      if (this.nbytes > 0 && this.shown.byteLength === 0)
        throw new Error(`${op}: the ArrayBuffer of this tensor was transferred or detached`);
      return this.shown;
    }
    this.internal = false;
    const made = addon.buffer(this.id);
    if (made === undefined) {
      const reason = addon.last_error();
      if (reason !== 'external') throw new Error(`${op}: ${reason}`);
      const copy = new Uint8Array(this.nbytes);
      this.copy_out(0, copy);
      return copy.buffer;
    }
    this.shown = made;
    return made;
  }

  copy_in(byte_offset: number, array: ArrayBufferView): void {
    if (addon.transfer(this.id, byte_offset, array, 1) !== 0) throw new Error(`tensor: ${addon.last_error()}`);
  }

  copy_out(byte_offset: number, array: ArrayBufferView): void {
    if (addon.transfer(this.id, byte_offset, array, 0) !== 0) throw new Error(`copy_to: ${addon.last_error()}`);
  }
}
