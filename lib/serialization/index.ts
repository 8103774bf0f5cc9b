import { check_options, fail, fail_type } from '../errors';
import { Tensor } from '../tensor/tensor';
import { type FilePath, path_of, read_file, type Source, write_file } from './files';
import { parse_json } from './json';
import { load_pytorch } from './pytorch';
import { decode_header, decode_length, type Entry } from './safetensors';
import { pack, unpack } from './structure';
import { is_zip } from './zip';

/** Tensors in a file, as safetensors, and what stands around them: `torch.save` and `torch.load`. */

export type { FilePath } from './files';

/** The entry of the file's metadata that tells where the tensors belong; a file of nothing but named tensors has none. */
const STRUCTURE = 'structure';

/** Options of {@link save}. */
export interface SaveOptions {
  /** Strings that are kept in the file's header. */
  metadata?: Record<string, string>;
}

/**
 * Writes a `state_dict()`, or a checkpoint: objects and arrays, of any depth, of tensors, numbers, strings, booleans, bigints, maps and null. The file is
 * safetensors, which Python reads too: tensors are named by their path (`model.fc1.weight`), a plain state_dict keeps its names, and the rest is JSON in the
 * header. It appears whole or not at all: it is written under another name, flushed to the disk and then renamed.
 * @example
 * ```ts
 * const model = new torch.nn.Linear(2, 1);
 * const optimizer = new torch.optim.Adam(model.parameters());
 * const state = () => ({ model: model.state_dict(), optimizer: optimizer.state_dict(), epoch: 3 });
 * torch.save(state(), 'checkpoint.safetensors');
 * const checkpoint = torch.load<ReturnType<typeof state>>('checkpoint.safetensors');
 * model.load_state_dict(checkpoint.model);
 * optimizer.load_state_dict(checkpoint.optimizer);
 * checkpoint.epoch; // 3
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.save.html
 */
export function save(obj: unknown, path: FilePath, options?: SaveOptions): void {
  const target = path_of('save', path);
  const { metadata } = check_options<Required<SaveOptions>>('save', options, { metadata: {} });
  if (Object.values(metadata).some((each) => typeof each !== 'string'))
    fail_type('save', 'metadata', 'an object of strings', metadata);
  if (STRUCTURE in metadata) fail('save', `metadata cannot have the name ${JSON.stringify(STRUCTURE)}`);
  const named = named_tensors(obj);
  if (named !== null) write_file(target, named, metadata);
  else {
    const { tensors, structure } = pack('save', obj);
    write_file(target, tensors, { ...metadata, [STRUCTURE]: JSON.stringify(structure) });
  }
}

/** A plain state_dict, whose names need no explanation. */
function named_tensors(value: unknown): Map<string, Tensor> | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof Tensor) return null;
  const tensors = new Map<string, Tensor>();
  for (const [name, each] of value instanceof Map ? value : Object.entries(value)) {
    if (!(each instanceof Tensor) || typeof name !== 'string') return null;
    if (name === '__metadata__' || name === '__proto__') fail('save', `a tensor cannot be named ${name}`);
    tensors.set(name, each);
  }
  return tensors;
}

/**
 * Reads what {@link save} wrote, the tensors of any safetensors file by name, or what PyTorch's own `torch.save` wrote (`.pt`, `.pth`: state_dicts and
 * checkpoints; dicts become objects, tuples arrays, and nothing in the file is run). A broken file is an error that says what is wrong with it; its
 * tensors are never larger than the file.
 *
 * @typeParam T what the file is expected to hold, which is not checked; the tensors of a state_dict if left out
 * @example
 * ```ts
 * torch.save({ weight: torch.ones([2]), epoch: 3 }, 'state.safetensors');
 * torch.load<{ epoch: number }>('state.safetensors').epoch; // 3
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.load.html
 */
export function load<T = Record<string, Tensor>>(path: FilePath): T {
  return read_file(path_of('load', path), (source): unknown =>
    is_zip(source) ? load_pytorch(source) : load_safetensors(source),
  ) as T;
}

function load_safetensors(source: Source): unknown {
  const { path } = source;
  const length = decode_length(path, source.bytes(8, 0), source.size);
  const header = decode_header(path, source.bytes(length, 8), source.size - 8 - length);
  const { entries, metadata, data_start } = header;
  const read = ({ shape, dtype, begin }: Entry): Tensor => source.tensor(shape, dtype, data_start + begin);
  if (!Object.hasOwn(metadata, STRUCTURE)) return Object.fromEntries(entries.map((each) => [each.name, read(each)]));
  const broken = (why: string): never => fail('load', `${path} is not a valid checkpoint: ${why}`);
  const places = new Map(entries.map((each) => [each.name, each]));
  const loaded = new Map<string, Tensor>();
  const tensor_of = (name: string): Tensor | undefined => {
    const entry = places.get(name);
    if (entry !== undefined && !loaded.has(name)) loaded.set(name, read(entry));
    return loaded.get(name);
  };
  return unpack(parse_json(metadata[STRUCTURE], 'its structure', broken), tensor_of, broken);
}
