import * as fs from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fail, fail_type } from '../errors';
import { contiguous } from '../ops/views';
import type { DType } from '../tensor/dtype';
import type { Shape } from '../tensor/shape';
import { allocate, type Tensor } from '../tensor/tensor';
import { type Entry, encode_header } from './safetensors';

/** Bytes between files and tensors. */

/** Tensors go between memory and file in pieces of this size, through one buffer. */
const PIECE = 4 * 2 ** 20;

/** A file's name, or its `file:` URL (a `URL`, described here without the types of Node). */
export type FilePath = string | { readonly href: string; readonly protocol: string };

export function path_of(op: string, path: unknown): string {
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

/** Writes a file that appears whole or not at all: under another name, flushed to the disk and then renamed. */
export function write_file(
  target: string,
  tensors: ReadonlyMap<string, Tensor>,
  metadata: Readonly<Record<string, string>>,
): void {
  const entries = lay_out(tensors);
  const temporary = `${target}.${process.pid}.${Date.now().toString(36)}.tmp`;
  with_file('save', target, () => {
    try {
      write_contents(temporary, encode_header(entries, metadata), entries, tensors);
      fs.renameSync(temporary, target);
    } catch (error) {
      fs.rmSync(temporary, { force: true });
      throw error;
    }
    flush_directory(dirname(target));
  });
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

function write_contents(
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

/** A file that is being loaded. */
export class Source {
  private buffer: Uint8Array | null = null;

  constructor(
    readonly path: string,
    private readonly file: number,
    readonly size: number,
  ) {}

  /** The bytes there, fewer at the end of the file. */
  bytes(length: number, position: number): Uint8Array {
    const bytes = new Uint8Array(Math.max(0, Math.min(length, this.size - position)));
    return bytes.subarray(0, this.fill(bytes, position));
  }

  /** A tensor whose elements lie there, in order. */
  tensor(shape: Shape, dtype: DType, position: number): Tensor {
    const made = allocate(shape, dtype);
    const nbytes = made.count * dtype.itemsize;
    this.buffer ??= new Uint8Array(PIECE);
    for (let at = 0; at < nbytes; at += PIECE) {
      const piece = this.buffer.subarray(0, Math.min(PIECE, nbytes - at));
      if (this.fill(piece, position + at) < piece.length)
        fail('load', `${this.path} is truncated: it ended while it was read`);
      made.storage.copy_in(at, piece);
    }
    return made;
  }

  private fill(bytes: Uint8Array, position: number): number {
    let done = 0;
    while (done < bytes.length) {
      const n = fs.readSync(this.file, bytes, done, bytes.length - done, position + done);
      if (n === 0) break;
      done += n;
    }
    return done;
  }
}

export function read_file<T>(path: string, body: (source: Source) => T): T {
  return with_file('load', path, () => {
    // Opening a pipe would wait for whoever writes into it.
    if (!fs.statSync(path).isFile()) fail('load', `${path} is not a file`);
    const file = fs.openSync(path, 'r');
    try {
      return body(new Source(path, file, fs.fstatSync(file).size));
    } finally {
      fs.closeSync(file);
    }
  });
}
