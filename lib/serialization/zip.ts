import type { Source } from './files';
import { shown } from './json';

/**
 * The directory of a zip archive without compression, as PyTorch writes it, in the 64-bit form where numbers are large.
 *
 * @see https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
 */

/** Where the bytes of a file in the archive lie. */
export interface ZipEntry {
  readonly begin: number;
  readonly size: number;
}

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const END_64 = 0x06064b50;
const LOCATOR_64 = 0x07064b50;
const LARGE = 0xffffffff;
const LONGEST_COMMENT = 65_535;
/** Far more than any model has tensors. */
const LARGEST_DIRECTORY = 2 ** 26;

type Broken = (why: string) => never;

const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

export function is_zip(source: Source): boolean {
  const start = source.bytes(4, 0);
  return start.length === 4 && view(start).getUint32(0, true) === LOCAL;
}

/** All files by name. */
export function read_zip(source: Source, broken: Broken): Map<string, ZipEntry> {
  const { at, size, count } = find_directory(source, broken);
  if (size > LARGEST_DIRECTORY || at + size > source.size) broken('its directory lies outside of it');
  const bytes = source.bytes(size, at);
  const directory = view(bytes);
  const entries = new Map<string, ZipEntry>();
  let position = 0;
  let total = 0;
  for (let i = 0; i < count; i++) {
    if (position + 46 > size || directory.getUint32(position, true) !== CENTRAL)
      return broken('its directory is damaged');
    const method = directory.getUint16(position + 10, true);
    const lengths = [28, 30, 32].map((offset) => directory.getUint16(position + offset, true));
    const [name_length, extra_length, comment_length] = lengths;
    const end = position + 46 + name_length + extra_length;
    if (end + comment_length > size) return broken('its directory is damaged');
    const name = new TextDecoder().decode(bytes.subarray(position + 46, position + 46 + name_length));
    if (method !== 0) return broken(`${shown(name)} is compressed`);
    const [length, header] = sizes(directory, position, end - extra_length, end, broken);
    total += length;
    if (total > source.size) return broken('its files are together larger than it is');
    entries.set(name, { begin: data_start(source, header, length, name, broken), size: length });
    position = end + comment_length;
  }
  return entries;
}

function find_directory(source: Source, broken: Broken): { at: number; size: number; count: number } {
  const tail_start = Math.max(0, source.size - LONGEST_COMMENT - 22);
  const tail = view(source.bytes(LONGEST_COMMENT + 22, tail_start));
  let end = tail.byteLength - 22;
  while (end >= 0 && tail.getUint32(end, true) !== END) end--;
  if (end < 0) return broken('the end of the archive is missing; is the file truncated?');
  const found = {
    count: tail.getUint16(end + 10, true),
    size: tail.getUint32(end + 12, true),
    at: tail.getUint32(end + 16, true),
  };
  if (end < 20 || tail.getUint32(end - 20, true) !== LOCATOR_64) return found;
  const large = view(source.bytes(56, number_at(tail, end - 20 + 8, broken)));
  if (large.byteLength < 56 || large.getUint32(0, true) !== END_64) return broken('its directory is damaged');
  return {
    count: number_at(large, 32, broken),
    size: number_at(large, 40, broken),
    at: number_at(large, 48, broken),
  };
}

/** Length of a file and place of its header; those beyond 32 bits stand in an extra field. */
function sizes(directory: DataView, position: number, extra: number, end: number, broken: Broken): [number, number] {
  const whole = directory.getUint32(position + 24, true);
  const stored = directory.getUint32(position + 20, true);
  const header = directory.getUint32(position + 42, true);
  for (let at = extra; at + 4 <= end; ) {
    const [id, length] = [directory.getUint16(at, true), directory.getUint16(at + 2, true)];
    if (id === 1) {
      let next = at + 4;
      const large = (value: number): number => {
        if (value !== LARGE) return value;
        if (next + 8 > end) return broken('its directory is damaged');
        next += 8;
        return number_at(directory, next - 8, broken);
      };
      const size = large(whole);
      if (large(stored) !== size) return broken('its directory is damaged');
      return [size, large(header)];
    }
    at += 4 + length;
  }
  return stored === whole ? [whole, header] : broken('its directory is damaged');
}

function data_start(source: Source, header: number, length: number, name: string, broken: Broken): number {
  const local = view(source.bytes(30, header));
  if (local.byteLength < 30 || local.getUint32(0, true) !== LOCAL)
    return broken(`${shown(name)} is not where it should be`);
  const begin = header + 30 + local.getUint16(26, true) + local.getUint16(28, true);
  return begin + length <= source.size ? begin : broken(`${shown(name)} is truncated`);
}

function number_at(bytes: DataView, at: number, broken: Broken): number {
  const value = Number(bytes.getBigUint64(at, true));
  return Number.isSafeInteger(value) ? value : broken('its directory is damaged');
}
