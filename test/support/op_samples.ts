import { createHash } from 'node:crypto';
import * as torch from 'cresset';
import type { OpRecord, Reference, Sample, TensorSpec } from '../../lib/ops/define';
import { dtypes } from '../../lib/tensor/dtype';

/** Turns the samples of operation records into calls: seeded tensors, references, layouts. */

/** A small generator of its own, so that samples do not depend on what is tested. */
export function seeded(text: string): () => number {
  let state = 2166136261;
  for (const each of text) state = Math.imul(state ^ each.charCodeAt(0), 16777619);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let x = Math.imul(state ^ (state >>> 15), 1 | state);
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x;
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
  };
}

const GAP = 0.05;

function is_spec(value: unknown): value is TensorSpec {
  return typeof value === 'object' && value !== null && 'shape' in value && Array.isArray(value.shape);
}

function values_of({ shape, range, avoid = [], values, dtype = 'float' }: TensorSpec, random: () => number): number[] {
  if (values !== undefined) return [...values];
  const n = shape.reduce((a, b) => a * b, 1);
  if (dtype === 'bool') return Array.from({ length: n }, () => (random() < 0.5 ? 0 : 1));
  const [low, high] = range ?? (dtype === 'float' ? [-2, 2] : [0, 9]);
  return Array.from({ length: n }, () => {
    const value = low + random() * (high - low);
    if (dtype !== 'float') return Math.round(value);
    const near = avoid.find((each) => Math.abs(value - each) < GAP);
    return Math.fround(near === undefined ? value : near + (value < near ? -GAP : GAP));
  });
}

export interface Call {
  args: unknown[];
  /** The same arguments for the reference. */
  references: unknown[];
  /** The floating point tensors among the arguments. */
  floats: torch.Tensor[];
}

/** A layout in which a tensor is handed over: the same values, other strides. */
export type Layout = (tensor: torch.Tensor) => torch.Tensor;

/** Replaces the specs in a sample's arguments by tensors. */
export function build(record: OpRecord, sample: Sample, dtype: torch.DType, layout: Layout = (t) => t): Call {
  const random = seeded(record.name + JSON.stringify(sample.args));
  const floats: torch.Tensor[] = [];
  const make = (spec: TensorSpec): { tensor: torch.Tensor; reference: Reference } => {
    const data = values_of(spec, random);
    const own =
      spec.dtype === undefined || spec.dtype === 'float' ? dtype : dtypes.find(({ name }) => name === spec.dtype)!;
    const tensor = layout(torch.tensor(Float64Array.from(data)).reshape(spec.shape).to(own));
    if (own === dtype) floats.push(tensor);
    return { tensor, reference: { shape: spec.shape, data } };
  };
  const walk = (value: unknown): [unknown, unknown] => {
    if (is_spec(value)) {
      const { tensor, reference } = make(value);
      return [tensor, reference];
    }
    if (Array.isArray(value) && value.some(is_spec)) {
      const pairs = value.map(walk);
      return [pairs.map(([a]) => a), pairs.map(([, b]) => b)];
    }
    return [value, value];
  };
  const pairs = sample.args.map(walk);
  return { args: pairs.map(([a]) => a), references: pairs.map(([, b]) => b), floats };
}

/** The tensors an operation returned. */
export function outputs(result: unknown): torch.Tensor[] {
  if (result instanceof torch.Tensor) return [result];
  if (Array.isArray(result)) return result;
  if (result instanceof torch.ValuesAndIndices) return [result.values, result.indices];
  return [];
}

export function run(record: OpRecord, args: readonly unknown[]): torch.Tensor[] {
  return outputs((record.call as (...args: unknown[]) => unknown)(...args));
}

/** Numbers in row-major order. */
export function numbers(tensor: torch.Tensor): number[] {
  return Array.from(tensor.detach().to(torch.float64).contiguous().typed_array() as Float64Array);
}

/** The bytes of a tensor's elements as text, for comparing bits; a digest where they are many. Every NaN is the same: its sign is the processor's. */
export function bits(tensor: torch.Tensor): string {
  let array = tensor.detach().contiguous().typed_array();
  if ((array instanceof Float32Array || array instanceof Float64Array) && array.some(Number.isNaN))
    array = array.map((value) => (Number.isNaN(value) ? NaN : value));
  const bytes = Buffer.from(array.buffer, array.byteOffset, array.byteLength);
  const text = bytes.length > 256 ? createHash('sha1').update(bytes).digest('hex') : bytes.toString('hex');
  return `${tensor.dtype} [${tensor.shape}] ${text}`;
}

/** Other layouts of the same values. */
export const layouts: Readonly<Record<string, Layout>> = {
  transposed: (t) => {
    const dims = t.shape.map((_, i) => t.ndim - 1 - i);
    return t.ndim < 2 ? t : t.permute(dims).contiguous().permute(dims);
  },
  'sliced with steps': (t) => {
    if (t.ndim === 0) return t;
    const last = t.ndim - 1;
    const wide = torch.zeros([...t.shape.slice(0, -1), 2 * t.shape[last] + 1], { dtype: t.dtype });
    const part = wide.slice(last, 1, 2 * t.shape[last] + 1, 2);
    part.copy_(t);
    return part;
  },
  'at an odd offset': (t) => {
    const flat = torch.zeros([t.numel() + 3], { dtype: t.dtype });
    const part = flat.slice(0, 3);
    part.copy_(t.reshape([-1]));
    return part.view(t.shape);
  },
};

/** Equal up to a relative error; NaN equals NaN. */
export function close(a: number, b: number, tolerance: number): boolean {
  return Object.is(a, b) || a === b || Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(b));
}

export function expect_close(
  actual: readonly number[],
  expected: ArrayLike<number>,
  tolerance: number,
  what: string,
): void {
  const at = actual.findIndex((value, i) => !close(value, expected[i], tolerance));
  if (actual.length !== expected.length)
    throw new Error(`${what}: ${actual.length} values, expected ${expected.length}`);
  if (at >= 0) throw new Error(`${what}: element ${at} is ${actual[at]}, expected ${expected[at]}`);
}

export function describe_sample(sample: Sample): string {
  const text = JSON.stringify(sample.args);
  return text.length > 120 ? `${text.slice(0, 117)}...` : text;
}
