import { fail } from '../../../errors';
import { Generator } from '../../../random';
import { dtypes } from '../../../tensor/dtype';
import { Storage } from '../../../tensor/storage';
import { Tensor } from '../../../tensor/tensor';
import { type Export, load_export } from './modules';
import { discard, type Packed, type Packet, type Parcel } from './pack';

/** The other end of {@link pack}. */

export interface Unpacked {
  readonly value: unknown;
  /** The memory that came with it. */
  readonly storages: readonly Storage[];
}

/** A value without classes and functions, such as a batch. */
export function unpack(packed: Packed): unknown {
  return unpack_with(packed, new Map()).value;
}

/** Loads the modules it needs first. */
export async function unpack_with_modules(packed: Packed): Promise<Unpacked> {
  const exports = new Map<string, Function>();
  for (const each of exports_in(packed.root, []))
    if (!exports.has(key_of(each))) exports.set(key_of(each), await load_export(each));
  return unpack_with(packed, exports);
}

function unpack_with(packed: Packed, exports: ReadonlyMap<string, Function>): Unpacked {
  try {
    const { value, storages } = new Unpacker(packed, exports);
    return { value, storages };
  } catch (error) {
    discard(packed);
    throw error;
  }
}

const key_of = ({ module, name }: Export): string => `${name}\n${module ?? ''}`;

function exports_in(packet: Packet, found: Export[]): Export[] {
  if ('from' in packet) found.push(packet.from);
  if ('items' in packet) for (const each of packet.items) exports_in(each, found);
  if ('args' in packet) for (const each of packet.args) exports_in(each, found);
  if ('fields' in packet) for (const [, each] of packet.fields) exports_in(each, found);
  if ('entries' in packet) for (const pair of packet.entries) for (const each of pair) exports_in(each, found);
  return found;
}

class Unpacker {
  readonly value: unknown;
  readonly storages: Storage[];
  private readonly made: unknown[] = [];

  constructor(
    { root, storages }: Packed,
    private readonly exports: ReadonlyMap<string, Function>,
  ) {
    this.storages = storages.map(storage_of);
    this.value = this.unpack(root);
  }

  /** Objects are numbered before what is in them, as they were when they were packed. */
  private unpack(packet: Packet): unknown {
    switch (packet.kind) {
      case 'value':
        if (typeof packet.value === 'object' && packet.value !== null) this.made.push(packet.value);
        return packet.value;
      case 'dtype':
        return dtypes.find(({ code }) => code === packet.code);
      case 'again':
        return this.made[packet.index];
      default: {
        const place = this.made.push(undefined) - 1;
        return this.object(packet, (made) => {
          this.made[place] = made;
          return made;
        });
      }
    }
  }

  private object(packet: Exclude<Packet, { kind: 'value' | 'dtype' | 'again' }>, keep: <T>(made: T) => T): unknown {
    switch (packet.kind) {
      case 'tensor':
        return keep(this.tensor(packet));
      case 'function':
        return keep(this.exported(packet.from));
      case 'generator':
        return keep(generator_at(packet));
      case 'array': {
        const made = keep<unknown[]>([]);
        for (const each of packet.items) made.push(this.unpack(each));
        return made;
      }
      case 'set': {
        const made = keep(new Set());
        for (const each of packet.items) made.add(this.unpack(each));
        return made;
      }
      case 'map': {
        const made = keep(new Map());
        for (const [key, each] of packet.entries) made.set(this.unpack(key), this.unpack(each));
        return made;
      }
      case 'object':
        return this.fill(keep({}), packet.fields);
      case 'instance':
        return this.fill(keep(Object.create(this.exported(packet.from).prototype) as object), packet.fields);
      case 'construction': {
        const args = packet.args.map((each) => this.unpack(each));
        return keep(Reflect.construct(this.exported(packet.from), args));
      }
    }
  }

  /** As a class defines its fields, past setters. */
  private fill(made: object, fields: readonly [string, Packet][]): object {
    for (const [name, each] of fields)
      Object.defineProperty(made, name, {
        value: this.unpack(each),
        enumerable: true,
        writable: true,
        configurable: true,
      });
    return made;
  }

  private exported(from: Export): Function {
    return this.exports.get(key_of(from)) ?? fail('DataLoader', `${from.name} is not loaded`);
  }

  private tensor({ storage, dtype, shape, strides, offset, grad }: Packet & { kind: 'tensor' }): Tensor {
    const found = dtypes.find(({ code }) => code === dtype)!;
    const tensor = new Tensor(this.storages[storage], found, shape, strides, offset);
    tensor.leaf_requires_grad = grad;
    return tensor;
  }
}

function storage_of(parcel: Parcel): Storage {
  if (parcel === null) return Storage.allocate(0);
  if ('shared' in parcel) return Storage.wrap(parcel.shared);
  return (
    Storage.take_over(parcel.token, parcel.nbytes) ??
    fail('DataLoader', 'the thread that sent this memory has ended, or there is no memory left')
  );
}

function generator_at(place: { seed: bigint | null; position: number }): Generator {
  const made = new Generator();
  made.replace(place);
  return made;
}
