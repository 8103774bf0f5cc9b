import { no_grad } from '../autograd/mode';
import { fail } from '../errors';
import { Parameter } from '../nn/parameter';
import { as_strided } from '../ops/views';
import { bool, type DType, float32, float64, int32, int64, uint8 } from '../tensor/dtype';
import { Tensor } from '../tensor/tensor';
import type { Source } from './files';
import { BYTES_OF_A_PART, check_heap, shown } from './json';
import { Global, type Maker, unpickle } from './pickle';
import { read_zip, type ZipEntry } from './zip';

/** Files that PyTorch's `torch.save` wrote: a zip archive of a pickled description and the bytes of every storage. */

const STORAGES: Readonly<Record<string, DType>> = {
  FloatStorage: float32,
  DoubleStorage: float64,
  LongStorage: int64,
  IntStorage: int32,
  ByteStorage: uint8,
  BoolStorage: bool,
};
const DESCRIPTION = 'data.pkl';
const LARGEST_DESCRIPTION = 2 ** 28;
const DEEPEST = 500;

/** A storage as the description names it. */
class StorageName {
  constructor(
    readonly key: string,
    readonly dtype: DType,
    readonly count: number,
  ) {}
}

export function load_pytorch(source: Source): unknown {
  const broken = (why: string): never => fail('load', `${source.path} is not a valid PyTorch file: ${why}`);
  const entries = read_zip(source, broken);
  const description = [...entries.keys()].find((name) => name === DESCRIPTION || name.endsWith(`/${DESCRIPTION}`));
  if (description === undefined) return broken(`it is a zip archive without ${DESCRIPTION}`);
  const prefix = description.slice(0, -DESCRIPTION.length);
  const text = (name: string): string | undefined => {
    const entry = entries.get(prefix + name);
    return entry === undefined
      ? undefined
      : new TextDecoder().decode(source.bytes(Math.min(entry.size, 100), entry.begin));
  };
  if ((text('byteorder') ?? 'little') !== 'little') return broken('its numbers begin with the high byte');
  const { begin, size } = entries.get(description) as ZipEntry;
  if (size > LARGEST_DESCRIPTION) broken('its description is too long');
  check_heap(size * BYTES_OF_A_PART, 'its description', broken);
  const storages = new Map<string, Tensor>();
  const storage = ({ key, dtype, count }: StorageName): Tensor => {
    const known = storages.get(key);
    if (known !== undefined)
      return known.dtype === dtype && known.count === count ? known : broken(`storage ${shown(key)} is two things`);
    const entry = entries.get(`${prefix}data/${key}`);
    if (entry === undefined || entry.size !== count * dtype.itemsize)
      return broken(`storage ${shown(key)} does not hold ${count} elements of ${dtype}`);
    const made = source.tensor([count], dtype, entry.begin);
    storages.set(key, made);
    return made;
  };
  return plain(unpickle(source.bytes(size, begin), new TorchMaker(storage, broken)), broken);
}

class TorchMaker implements Maker {
  constructor(
    private readonly storage: (name: StorageName) => Tensor,
    readonly broken: (why: string) => never,
  ) {}

  persistent(id: unknown): StorageName {
    const [kind, type, key, , count] = Array.isArray(id) ? (id as unknown[]) : [];
    if (kind !== 'storage' || !(type instanceof Global) || typeof key !== 'string' || !is_count(count))
      return this.broken('it names a storage in an unknown way');
    const dtype = type.module === 'torch' && Object.hasOwn(STORAGES, type.name) ? STORAGES[type.name] : undefined;
    if (dtype === undefined)
      return this.broken(
        `it holds a ${shown(String(type))}; read are ${Object.keys(STORAGES).join(', ')}: convert with .float() before saving`,
      );
    return new StorageName(key, dtype, count);
  }

  call(global: Global, args: readonly unknown[]): unknown {
    switch (String(global)) {
      case 'torch._utils._rebuild_tensor_v2':
      case 'torch._utils._rebuild_tensor':
        return this.tensor(args);
      case 'torch._utils._rebuild_parameter':
        return args[0] instanceof Tensor
          ? new Parameter(args[0], args[1] === true)
          : this.broken('it has a parameter without a tensor');
      case 'collections.OrderedDict':
      case 'collections.Counter':
        return this.dict(args[0]);
      case 'collections.defaultdict':
        return this.dict(args[1]);
      case 'torch.Size':
        return Array.isArray(args[0]) ? [...(args[0] as unknown[])] : this.broken('it has a size without numbers');
      case 'torch.device':
        return args.join(':');
    }
    return this.broken(
      `it holds ${shown(String(global))}, which is not read here; save state_dicts, numbers, strings, lists and dicts`,
    );
  }

  private dict(pairs: unknown): Map<unknown, unknown> {
    if (pairs === undefined) return new Map();
    if (pairs instanceof Map) return new Map(pairs);
    const list = Array.isArray(pairs) && pairs.every((each) => Array.isArray(each) && each.length === 2) ? pairs : null;
    return list === null ? this.broken('it has a dict in an unknown form') : new Map(list as [unknown, unknown][]);
  }

  private tensor([storage, offset, size, stride, requires_grad]: readonly unknown[]): Tensor {
    if (!(storage instanceof StorageName) || !is_count(offset) || !are_counts(size) || !are_counts(stride))
      return this.broken('it has a tensor in an unknown form');
    if (size.length !== stride.length || size.length > 16)
      return this.broken('it has a tensor whose strides do not fit');
    const last = size.reduce((sum, n, i) => sum + (n - 1) * stride[i], offset);
    if (!size.includes(0) && !(last < storage.count))
      return this.broken(`it has a tensor that reaches beyond its storage ${shown(storage.key)}`);
    const base = this.storage(storage);
    const made = no_grad(() => as_strided(base, size, stride, size.includes(0) ? 0 : offset));
    return requires_grad === true && made.dtype.is_floating_point ? made.requires_grad_() : made;
  }
}

const is_count = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const are_counts = (value: unknown): value is number[] => Array.isArray(value) && value.every(is_count);

/** Maps with names as keys become objects, as in a state_dict. What stands at several places is one object. */
function plain(value: unknown, broken: (why: string) => never): unknown {
  const made = new Map<object, unknown>();
  const above = new Set<object>();
  const walk = (each: unknown): unknown => {
    if (each instanceof Global) return String(each);
    if (each instanceof StorageName) return broken('it holds a storage that is no tensor');
    if (typeof each !== 'object' || each === null || each instanceof Tensor) return each;
    if (made.has(each)) return made.get(each);
    if (above.has(each)) return broken('a list or dict contains itself');
    if (above.size === DEEPEST) return broken(`it is nested deeper than ${DEEPEST} levels`);
    above.add(each);
    const result = Array.isArray(each) ? each.map(walk) : entries_of(each as Map<unknown, unknown>);
    above.delete(each);
    made.set(each, result);
    return result;
  };
  const entries_of = (dict: Map<unknown, unknown>): unknown => {
    const keys = [...dict.keys()];
    if (keys.some((key) => typeof key !== 'string' && typeof key !== 'number'))
      return broken('a dict has keys other than strings and numbers');
    if (keys.includes('__proto__')) return broken('a dict has a key "__proto__"');
    return Object.fromEntries([...dict].map(([key, part]) => [key, walk(part)] as [string, unknown]));
  };
  return walk(value);
}
