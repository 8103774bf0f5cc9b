import { types } from 'node:util';
import { fail } from '../../../errors';
import { addon } from '../../../native/addon';
import { copy_into } from '../../../native/map';
import { Generator } from '../../../random';
import { DType } from '../../../tensor/dtype';
import { Storage } from '../../../tensor/storage';
import { allocate, Tensor } from '../../../tensor/tensor';
import { is_plain } from '../collate';
import { type Export, export_of } from './modules';

/**
 * Values in a form that goes through a MessagePort: what structured cloning cannot do (tensors, instances of classes, functions) is described. Memory
 * of tensors stays where it is and goes by token.
 */
export interface Packed {
  readonly root: Packet;
  readonly storages: readonly Parcel[];
}

export type Parcel = { readonly token: number; readonly nbytes: number } | { readonly shared: Uint8Array } | null;

export type Packet =
  /** As structured cloning makes it. */
  | { kind: 'value'; value: unknown }
  /** Something that occurred before: the number counts the packets that stand for objects. */
  | { kind: 'again'; index: number }
  | { kind: 'array'; items: Packet[] }
  | { kind: 'object'; fields: [name: string, Packet][] }
  | { kind: 'map'; entries: [Packet, Packet][] }
  | { kind: 'set'; items: Packet[] }
  | {
      kind: 'tensor';
      storage: number;
      dtype: number;
      shape: number[];
      strides: number[];
      offset: number;
      grad: boolean;
    }
  | { kind: 'dtype'; code: number }
  | { kind: 'generator'; seed: bigint | null; position: number }
  | { kind: 'function'; from: Export }
  | { kind: 'instance'; from: Export; fields: [name: string, Packet][] }
  | { kind: 'construction'; from: Export; args: Packet[] };

/**
 * What becomes of the memory of tensors: both threads hold it (`share`), it leaves this thread (`move`, for tensors that nobody else has), or a copy
 * leaves it (`copy`).
 */
export type Policy = 'share' | 'move' | 'copy';

/** Copies of memory that cannot be shared, for several packings of the same value. */
export type Copies = Map<Storage, Storage>;

export function pack(value: unknown, what: string, policy: Policy, copies: Copies = new Map()): Packed {
  const packer = new Packer(policy, copies);
  try {
    return { root: packer.pack(value, what), storages: packer.storages };
  } catch (error) {
    discard(packer);
    throw error;
  }
}

/** Gives back the memory of a message that nobody wants. */
export function discard({ storages }: { readonly storages: readonly Parcel[] }): void {
  for (const token of tokens_of(storages)) addon.revoke(token);
}

export function tokens_of(storages: readonly Parcel[]): number[] {
  return storages.flatMap((each) => (each !== null && 'token' in each ? [each.token] : []));
}

class Packer {
  readonly storages: Parcel[] = [];
  private readonly seen = new Map<object, number>();
  private readonly places = new Map<Storage, number>();

  constructor(
    private readonly policy: Policy,
    private readonly copies: Copies,
  ) {}

  pack(value: unknown, what: string): Packet {
    if (typeof value === 'symbol') return fail('DataLoader', `${what} is a symbol, which cannot go to another thread`);
    if (typeof value !== 'function' && (typeof value !== 'object' || value === null)) return { kind: 'value', value };
    if (value instanceof DType) return { kind: 'dtype', code: value.code };
    const index = this.seen.get(value);
    if (index !== undefined) return { kind: 'again', index };
    this.seen.set(value, this.seen.size);
    if (typeof value === 'function') return { kind: 'function', from: this.export_of(value, what) };
    return this.object(value, what);
  }

  private object(value: object, what: string): Packet {
    if (value instanceof Tensor) return this.tensor(value, what);
    if (Array.isArray(value)) {
      if (value.every(is_primitive)) return { kind: 'value', value };
      return { kind: 'array', items: value.map((each, i) => this.pack(each, `${what}[${i}]`)) };
    }
    if (types.isMap(value))
      return {
        kind: 'map',
        entries: [...value].map(([key, each]) => [
          this.pack(key, `a key of ${what}`),
          this.pack(each, `a value of ${what}`),
        ]),
      };
    if (types.isSet(value))
      return { kind: 'set', items: [...value].map((each) => this.pack(each, `an element of ${what}`)) };
    if (is_clonable(value)) return { kind: 'value', value };
    if (value instanceof Generator) return { kind: 'generator', ...value.place() };
    if (is_plain(value)) return { kind: 'object', fields: this.fields(value, what) };
    return this.instance(value, what);
  }

  /** By the arguments of a new construction, where the object knows them; else by its fields. */
  private instance(value: object, what: string): Packet {
    const from = this.export_of((Object.getPrototypeOf(value) as object).constructor, what);
    const { worker_arguments } = value as { worker_arguments?: unknown };
    if (typeof worker_arguments !== 'function') return { kind: 'instance', from, fields: this.fields(value, what) };
    const args: unknown = worker_arguments.call(value);
    if (!Array.isArray(args)) return fail('DataLoader', `${what}.worker_arguments() must return an array`);
    return { kind: 'construction', from, args: args.map((each, i) => this.pack(each, `argument ${i} of ${what}`)) };
  }

  /** Only on the way to a worker: a loop could not wait for modules to load. */
  private export_of(value: Function, what: string): Export {
    if (this.policy === 'share') return export_of(value, what);
    return fail('DataLoader', `a batch consists of tensors and plain values, but ${what} is of class ${value.name}`);
  }

  private fields(value: object, what: string): [string, Packet][] {
    return Object.entries(value).map(([name, each]) => [name, this.pack(each, what === '' ? name : `${what}.${name}`)]);
  }

  private tensor(given: Tensor, what: string): Packet {
    if (given.node !== null)
      fail(
        'DataLoader',
        `${what} is a tensor with a history (${given.node.name}), which stays in its thread; detach() it`,
      );
    const sent = this.policy === 'copy' ? copy_of(given) : given;
    const { dtype, shape, strides, offset } = sent;
    const storage = this.storage(sent.storage, what);
    const grad = given.leaf_requires_grad;
    return { kind: 'tensor', storage, dtype: dtype.code, shape: [...shape], strides: [...strides], offset, grad };
  }

  private storage(storage: Storage, what: string): number {
    const known = this.places.get(storage);
    if (known !== undefined) return known;
    this.places.set(storage, this.storages.length);
    this.storages.push(this.parcel(storage, what));
    return this.storages.length - 1;
  }

  private parcel(storage: Storage, what: string): Parcel {
    if (storage.nbytes === 0) return null;
    if (storage.released) fail('DataLoader', `${what} was disposed of`);
    if (storage.external === null) {
      return { token: storage.hand_over('DataLoader', this.policy === 'share'), nbytes: storage.nbytes };
    }
    const { buffer, byteOffset, byteLength } = storage.external;
    if (types.isSharedArrayBuffer(buffer)) return { shared: new Uint8Array(buffer, byteOffset, byteLength) };
    const copy = this.copies.get(storage) ?? copy_of_external(storage, storage.external);
    this.copies.set(storage, copy);
    return { token: copy.hand_over('DataLoader', true), nbytes: copy.nbytes };
  }
}

function copy_of(tensor: Tensor): Tensor {
  const copy = allocate(tensor.shape, tensor.dtype);
  copy_into(copy, tensor);
  return copy;
}

function copy_of_external(storage: Storage, memory: ArrayBufferView): Storage {
  const copy = Storage.allocate(storage.nbytes);
  copy.copy_in(0, memory);
  return copy;
}

function is_primitive(value: unknown): boolean {
  return value === null || (typeof value !== 'object' && typeof value !== 'function' && typeof value !== 'symbol');
}

function is_clonable(value: object): boolean {
  return (
    ArrayBuffer.isView(value) ||
    types.isAnyArrayBuffer(value) ||
    types.isDate(value) ||
    types.isRegExp(value) ||
    types.isNativeError(value) ||
    types.isBoxedPrimitive(value)
  );
}
