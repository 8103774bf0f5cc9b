import * as fs from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { check_options, fail, fail_type } from '../errors';
import { contiguous } from '../ops/views';
import { allocate, Tensor } from '../tensor/tensor';
import { decode_header, decode_length, type Entry, encode_header, type Header } from './safetensors';

/** Tensors in a file, as safetensors: `torch.save` and `torch.load`. */

/** Tensors go between memory and file in pieces of this size, through one buffer. */
const PIECE = 4 * 2 ** 20;

/** A file's name, or its `file:` URL (a `URL`, described here without the types of Node). */
export type FilePath = string | { readonly href: string; readonly protocol: string };

function path_of(op: string, path: unknown): string {
  if (typeof path === 'object' && path !== null && 'href' in path) return fileURLToPath(String(path.href));
  return typeof path === 'string' && path !== '' ? path : fail_type(op, 'path', 'a string', path);
}

/** Runs file operations; their errors become one line that names the file. */
function with_file<T>(op: string, path: string, body: () => T): T {
  try {
    return body();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    return fail(op, `${path}: ${code === 'ENOENT' ? 'no such file or directory' : message}`);
  }
}

export interface SaveOptions {
  /** Strings that are kept in the file's header. */
  metadata?: Record<string, string>;
}

/**
 * Writes tensors by name, such as a `state_dict()`, as safetensors. The file appears whole or not at all: it is written under another name, flushed
 * to the disk and then renamed.
 * @example
 * ```ts
 * const model = new torch.nn.Linear(2, 1);
 * torch.save(model.state_dict(), 'model.safetensors');
 * model.load_state_dict(torch.load('model.safetensors'));
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.save.html
 */
export function save(
  state_dict: Readonly<Record<string, Tensor>> | ReadonlyMap<string, Tensor>,
  path: FilePath,
  options?: SaveOptions,
): void {
  const target = path_of('save', path);
  const { metadata } = check_options<Required<SaveOptions>>('save', options, { metadata: {} });
  if (Object.values(metadata).some((each) => typeof each !== 'string'))
    fail_type('save', 'metadata', 'an object of strings', metadata);
  const tensors = check_state('save', state_dict);
  const entries = lay_out(tensors);
  const temporary = `${target}.${process.pid}.${Date.now().toString(36)}.tmp`;
  with_file('save', target, () => {
    try {
      write_file(temporary, encode_header(entries, metadata), entries, tensors);
      fs.renameSync(temporary, target);
    } catch (error) {
      fs.rmSync(temporary, { force: true });
      throw error;
    }
    flush_directory(dirname(target));
  });
}

function check_state(op: string, state: unknown): Map<string, Tensor> {
  if (typeof state !== 'object' || state === null || Array.isArray(state) || state instanceof Tensor)
    return fail_type(op, 'state_dict', 'an object of Tensors', state);
  const tensors = new Map<string, Tensor>();
  for (const [name, value] of state instanceof Map ? state : Object.entries(state)) {
    if (typeof name !== 'string' || name === '__metadata__' || name === '__proto__')
      fail(op, `a tensor cannot be named ${String(name)}`);
    tensors.set(name, value instanceof Tensor ? value : fail_type(op, name, 'a Tensor', value));
  }
  return tensors;
}

/** Places in the file: wide elements first, so that each tensor is aligned. The header keeps the given order. */
function lay_out(tensors: ReadonlyMap<string, Tensor>): Entry[] {
  const entries = [...tensors].map(([name, { dtype, shape }]): Entry => ({ name, dtype, shape, begin: 0, end: 0 }));
  let at = 0;
  for (const entry of [...entries].sort((a, b) => b.dtype.itemsize - a.dtype.itemsize)) {
    entry.begin = at;
    at += entry.shape.reduce((n, size) => n * size, entry.dtype.itemsize);
    entry.end = at;
  }
  return entries;
}

function write_file(
  path: string,
  header: Uint8Array,
  entries: readonly Entry[],
  tensors: ReadonlyMap<string, Tensor>,
): void {
  const file = fs.openSync(path, 'wx');
  try {
    write_all(file, header, 0);
    const buffer = new Uint8Array(PIECE);
    for (const { name, begin, end } of entries) {
      const dense = contiguous(tensors.get(name)!.detach());
      const start = dense.offset * dense.dtype.itemsize;
      for (let at = begin; at < end; at += PIECE) {
        const piece = buffer.subarray(0, Math.min(PIECE, end - at));
        dense.storage.copy_out(start + at - begin, piece);
        write_all(file, piece, header.length + at);
      }
    }
    fs.fsyncSync(file);
  } finally {
    fs.closeSync(file);
  }
}

function write_all(file: number, bytes: Uint8Array, position: number): void {
  for (let done = 0; done < bytes.length; )
    done += fs.writeSync(file, bytes, done, bytes.length - done, position + done);
}

/** Makes the new name itself last; not every system lets a directory be opened. */
function flush_directory(path: string): void {
  try {
    const directory = fs.openSync(path, 'r');
    fs.fsyncSync(directory);
    fs.closeSync(directory);
  } catch {}
}

/**
 * Reads the tensors of a safetensors file, by name and in the file's order.
 * @see https://pytorch.org/docs/stable/generated/torch.load.html
 */
export function load(path: FilePath): Record<string, Tensor> {
  const source = path_of('load', path);
  return with_file('load', source, () => {
    const file = fs.openSync(source, 'r');
    try {
      const header = read_header(file, source);
      const state: Record<string, Tensor> = {};
      const buffer = new Uint8Array(PIECE);
      for (const entry of header.entries)
        state[entry.name] = read_tensor(file, source, entry, header.data_start, buffer);
      return state;
    } finally {
      fs.closeSync(file);
    }
  });
}

function read_header(file: number, path: string): Header {
  const { size } = fs.fstatSync(file);
  const length = decode_length(path, read_some(file, 8, 0), size);
  return decode_header(path, read_some(file, length, 8), size - 8 - length);
}

function read_tensor(
  file: number,
  path: string,
  { dtype, shape, begin, end }: Entry,
  data_start: number,
  buffer: Uint8Array,
): Tensor {
  const made = allocate(shape, dtype);
  for (let at = begin; at < end; at += PIECE) {
    const piece = buffer.subarray(0, Math.min(PIECE, end - at));
    if (read_into(file, piece, data_start + at) < piece.length)
      fail('load', `${path} is truncated: it ended while it was read`);
    made.storage.copy_in(at - begin, piece);
  }
  return made;
}

function read_some(file: number, length: number, position: number): Uint8Array {
  const bytes = new Uint8Array(length);
  return bytes.subarray(0, read_into(file, bytes, position));
}

function read_into(file: number, bytes: Uint8Array, position: number): number {
  let done = 0;
  while (done < bytes.length) {
    const n = fs.readSync(file, bytes, done, bytes.length - done, position + done);
    if (n === 0) break;
    done += n;
  }
  return done;
}
