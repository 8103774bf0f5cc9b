import { fail, shape_text } from '../errors';
import { bool, type DType, float32, float64, int32, int64, uint8 } from '../tensor/dtype';
import { parse_json, shown } from './json';

/**
 * The header of a safetensors file: its length (8 bytes), JSON that names every tensor's dtype, shape and place, padding. Then the bytes of
 * the tensors, without gaps.
 *
 * @see https://github.com/huggingface/safetensors
 */

const dtype_codes: readonly (readonly [string, DType])[] = [
  ['F32', float32],
  ['F64', float64],
  ['I64', int64],
  ['I32', int32],
  ['U8', uint8],
  ['BOOL', bool],
];
const METADATA = '__metadata__';
/** The limit of the format's own implementation. */
const MAX_HEADER = 100_000_000;
/** The data starts at a multiple of this, so that any tensor of the first kinds is aligned. */
const ALIGNMENT = 8;

/** One tensor of a file; `begin` and `end` count from the end of the header. */
export interface Entry {
  name: string;
  dtype: DType;
  shape: readonly number[];
  begin: number;
  end: number;
}

export interface Header {
  /** In the order of the file's header. */
  entries: Entry[];
  metadata: Record<string, string>;
  /** Where the data starts. */
  data_start: number;
}

/** Length and JSON, padded with spaces. */
export function encode_header(entries: readonly Entry[], metadata: Readonly<Record<string, string>>): Uint8Array {
  const table: [string, unknown][] = entries.map(({ name, dtype, shape, begin, end }) => [
    name,
    { dtype: dtype_codes.find(([, each]) => each === dtype)![0], shape, data_offsets: [begin, end] },
  ]);
  if (Object.keys(metadata).length > 0) table.unshift([METADATA, metadata]);
  const text = `{${table.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',')}}`;
  const json = new TextEncoder().encode(text);
  const length = Math.ceil(json.length / ALIGNMENT) * ALIGNMENT;
  if (length > MAX_HEADER)
    fail('save', `the names and values around the tensors take ${length} bytes, the format allows ${MAX_HEADER}`);
  const bytes = new Uint8Array(8 + length).fill(0x20, 8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.set(json, 8);
  return bytes;
}

/** The length of the header's JSON, from the file's first 8 bytes. */
export function decode_length(path: string, bytes: Uint8Array, file_size: number): number {
  if (bytes.length < 8) fail('load', `${path} is not a safetensors file: it has only ${bytes.length} bytes`);
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  if (length > BigInt(MAX_HEADER))
    fail('load', `${path} is not a safetensors file: a header of ${length} bytes is beyond ${MAX_HEADER}`);
  if (Number(length) + 8 > file_size)
    fail('load', `${path} is truncated: the header needs ${Number(length) + 8} bytes, the file has ${file_size}`);
  return Number(length);
}

export function decode_header(path: string, json: Uint8Array, data_size: number): Header {
  const broken = (why: string): never => fail('load', `${path} is not a valid safetensors file: ${why}`);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(json);
  } catch {
    return broken('its header is no UTF-8');
  }
  const parsed = parse_json(text, 'its header', broken);
  if (!is_object(parsed)) return broken('its header is no JSON object');
  const entries: Entry[] = [];
  let metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(parsed)) {
    if (name === METADATA) metadata = check_metadata(value, broken);
    else entries.push(check_entry(name, value, broken));
  }
  check_layout(entries, data_size, path, broken);
  return { entries, metadata, data_start: 8 + json.length };
}

type Broken = (why: string) => never;

function is_object(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function check_metadata(value: unknown, broken: Broken): Record<string, string> {
  if (!is_object(value) || Object.values(value).some((each) => typeof each !== 'string'))
    return broken(`${METADATA} must map names to strings`);
  return value as Record<string, string>;
}

const is_count = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

function check_entry(name: string, value: unknown, broken: Broken): Entry {
  const quoted = shown(name);
  if (name === '__proto__') return broken('a tensor is named "__proto__"');
  if (!is_object(value)) return broken(`the entry of ${quoted} is no object`);
  const { dtype: code, shape, data_offsets: offsets } = value;
  const dtype = dtype_codes.find(([each]) => each === code)?.[1];
  if (dtype === undefined)
    return broken(`${quoted} has dtype ${shown(code)}; known are ${dtype_codes.map(([each]) => each).join(', ')}`);
  if (!Array.isArray(shape) || !shape.every(is_count) || shape.length > 16)
    return broken(`${quoted} has the shape ${shown(shape)}`);
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(is_count))
    return broken(`${quoted} has the data_offsets ${shown(offsets)}`);
  const [begin, end] = offsets;
  const nbytes = shape.reduce((n, size) => n * size, dtype.itemsize);
  if (end - begin !== nbytes)
    return broken(
      `${quoted} of shape ${shape_text(shape)} and ${code} needs ${nbytes} bytes, its data_offsets ${shape_text(offsets)} hold ${end - begin}`,
    );
  return { name, dtype, shape, begin, end };
}

/** Every byte of the data belongs to exactly one tensor. */
function check_layout(entries: readonly Entry[], data_size: number, path: string, broken: Broken): void {
  let at = 0;
  for (const { name, begin, end } of [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin < at) broken(`${shown(name)} at ${begin} overlaps the tensor before it, which ends at ${at}`);
    if (begin > at) broken(`bytes ${at} to ${begin} belong to no tensor`);
    at = end;
  }
  if (at > data_size) fail('load', `${path} is truncated: its tensors need ${at} bytes, the file holds ${data_size}`);
  if (at < data_size) broken(`the last ${data_size - at} bytes belong to no tensor`);
}
