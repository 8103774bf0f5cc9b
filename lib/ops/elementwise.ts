import { reusable } from '../autograd/engine';
import { is_grad_enabled } from '../autograd/mode';
import { type Node, record, requires_grad, tracks } from '../autograd/node';
import { check_number, fail, fail_type } from '../errors';
import { has_kernel } from '../native/kernel';
import { copy_into, type MapKernel, map_kernel } from '../native/map';
import { bool, type DType, get_default_dtype, promote_scalar, promote_types } from '../tensor/dtype';
import { broadcast_shapes, same_shape } from '../tensor/shape';
import { allocate, check_tensor, same_window, Tensor } from '../tensor/tensor';
import {
  add_method,
  check_inplace,
  type ErrorSample,
  type OpRecord,
  op,
  type Reference,
  record_inplace,
  type Sample,
  sample,
} from './define';

/** Elementwise operations: everything about a record that can be derived from a scalar formula. */

type Scalar = number;
export type Operand = Tensor | number;

interface Common {
  name: string;
  /** The native functor, or a function that chooses one; default: the functor of the same name. */
  kernel?: string | MapKernel;
  samples?: () => readonly Sample[];
  errors?: () => readonly ErrorSample[];
  methods?: readonly string[];
  tolerance?: number;
}

export interface UnarySpec<P extends readonly Scalar[]> extends Common {
  /** Names and defaults of the numbers that follow the tensor. */
  parameters?: { readonly [K in keyof P]: readonly [name: string, standard: number | undefined] };
  /** Judges the parameters, after their types. */
  check?: (...parameters: P) => void;
  /** Integers are computed as floats (`exp`), refused (`leaky_relu`), or kept (`neg`). Default: to_float. */
  integers?: 'to_float' | 'refuse' | 'keep';
  /** The result's dtype where it is not the computation's: comparisons give bool. */
  result?: DType;
  /** dx from g, written with differentiable operations, so that it serves double backward too. */
  gradient?: (g: Tensor, x: Tensor, y: Tensor, ...parameters: P) => Tensor;
  /** What `gradient` and `backward_kernel` read; default the input. */
  saves?: 'input' | 'output' | 'nothing';
  /** A functor (g, saved, parameters…) → dx, used when no second graph is wanted. */
  backward_kernel?: string;
  reference: (x: number, ...parameters: P) => number;
  /** Where the samples lie, and what they must not touch (kinks). */
  range?: readonly [number, number];
  avoid?: readonly number[];
  /** Parameters for the samples besides the defaults. */
  sample_parameters?: readonly P[];
}

function functor({ name, kernel = name }: Common): MapKernel {
  return typeof kernel === 'string' ? map_kernel(kernel) : kernel;
}

/** The dtype an elementwise function computes in. */
function computation_dtype(name: string, x: Tensor, integers: 'to_float' | 'refuse' | 'keep' = 'to_float'): DType {
  if (x.dtype.is_floating_point || integers === 'keep') return x.dtype;
  if (integers === 'refuse') fail(name, `expected a tensor of a floating point dtype, got ${x.dtype}`);
  return get_default_dtype();
}

export function cast_to(x: Tensor, dtype: DType): Tensor {
  if (x.dtype === dtype) return x;
  const out = allocate(x.shape, dtype);
  copy_into(out, x);
  if (tracks(x) && dtype.is_floating_point) record(out, 'ToCopyBackward0', [x], [], (g) => [cast_to(g, x.dtype)]);
  return out;
}

/** Declares `name(x, ...parameters)` and its in-place twin. */
export function unary<P extends readonly Scalar[] = []>(
  spec: UnarySpec<P>,
): (input: Tensor, ...parameters: Partial<P>) => Tensor {
  const run = functor(spec);
  const backward = spec.backward_kernel === undefined ? null : map_kernel(spec.backward_kernel);
  const saves = spec.saves ?? 'input';
  const defaults = spec.parameters ?? [];
  const node_name = backward_name(spec.name);

  const judge = (given: readonly unknown[]): P => {
    if (given.length > defaults.length) fail(spec.name, `takes ${defaults.length} parameters, got ${given.length}`);
    const parameters = (defaults as readonly (readonly [string, number | undefined])[]).map(([name, standard], i) =>
      check_number(spec.name, name, given[i] === undefined ? standard : given[i]),
    ) as unknown as P;
    spec.check?.(...parameters);
    return parameters;
  };
  const rule = (parameters: P) => (g: Tensor, node: Node) => {
    const saved = saves === 'nothing' ? g : node.saved(0);
    if (backward !== null && !is_grad_enabled()) {
      const gc = g.is_contiguous() ? g : contiguous_copy(g);
      const dx = reusable(gc) ? gc : allocate(gc.shape, gc.dtype);
      backward(g.dtype, dx, saves === 'nothing' ? [gc] : [gc, saved], parameters);
      return [dx];
    }
    return [spec.gradient!(g, saved, saved, ...parameters)];
  };

  const call = (input: Tensor, ...given: readonly unknown[]): Tensor => {
    check_tensor(spec.name, 'input', input);
    const parameters = judge(given);
    const x = cast_to(input, computation_dtype(spec.name, input, spec.integers));
    const out = allocate(x.shape, spec.result ?? x.dtype);
    if (x.count > 0) run(x.dtype, out, [x], parameters);
    if (spec.gradient !== undefined && tracks(x))
      record(out, node_name, [x], saves === 'nothing' ? [] : [saves === 'input' ? x : out], rule(parameters));
    return out;
  };
  const inplace = (input: Tensor, ...given: readonly unknown[]): Tensor => {
    const name = `${spec.name}_`;
    check_tensor(name, 'input', input);
    const parameters = judge(given);
    if (computation_dtype(name, input, spec.integers) !== input.dtype)
      fail(name, `the result is ${get_default_dtype()} and cannot be stored in a tensor of ${input.dtype}`);
    check_inplace(name, input);
    const history = is_grad_enabled() && requires_grad(input) ? [past(input, saves === 'input')] : [];
    if (input.count > 0) run(input.dtype, input, [input], parameters);
    return record_inplace(
      input,
      node_name,
      history,
      saves === 'nothing' ? [] : [saves === 'input' ? (history[0] ?? input) : input],
      rule(parameters),
    );
  };

  const { range, avoid } = spec;
  const record_of: OpRecord = {
    name: spec.name,
    call: call as never,
    inplace: spec.result === undefined ? (inplace as never) : undefined,
    differentiable: spec.gradient !== undefined,
    methods: spec.methods,
    tolerance: spec.tolerance,
    errors: spec.errors,
    samples: () => [
      ...[[], [1], [7], [8], [9], [15], [16], [17], [3, 5], [2, 0]].map((shape) => ({
        args: [sample(shape, { range, avoid })],
      })),
      { args: [sample([150_001], { range, avoid })], large: true },
      ...(spec.sample_parameters ?? []).map((parameters) => ({
        args: [sample([4, 9], { range, avoid }), ...parameters],
      })),
      ...(spec.samples?.() ?? []),
    ],
    reference: ((x: Reference, ...given: readonly unknown[]) => {
      const parameters = judge(given);
      return {
        shape: x.shape,
        data: Float64Array.from(x.data as ArrayLike<number>, (v) => spec.reference(v, ...parameters)),
      };
    }) as never,
  };
  return op(record_of) as never;
}

/**
 * What an in-place operation's node takes as its input: the tensor as it was, with its old place in the graph. Where the rule reads the
 * old value, it is a copy: unlike PyTorch we need not refuse.
 */
export function past(target: Tensor, copied: boolean): Tensor {
  const old = copied
    ? contiguous_copy(target)
    : new Tensor(target.storage, target.dtype, target.shape, target.strides, target.offset);
  requires_grad(target);
  old.node = target.node;
  old.output_index = target.output_index;
  old.leaf_requires_grad = target.leaf_requires_grad;
  old.accumulator = target.accumulator;
  old.node_version = target.storage.version;
  return old;
}

function contiguous_copy(x: Tensor): Tensor {
  const copy = allocate(x.shape, x.dtype);
  copy_into(copy, x);
  return copy;
}

/** `add` → `AddBackward0`, `leaky_relu` → `LeakyReluBackward0`: PyTorch's names. */
export function backward_name(name: string): string {
  return `${name
    .split('_')
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('')}Backward0`;
}

export interface BinarySpec extends Common {
  /** Division of integers gives floats; comparisons give bool. */
  result?: DType;
  integers?: 'to_float' | 'keep';
  /** [da, db], each of the broadcast shape; only those wanted are asked for. */
  gradient?: readonly [Side, Side];
  /** Which operands the gradients read; default none. */
  saves?: readonly ('a' | 'b' | 'out')[];
  reference: (a: number, b: number) => number;
  range?: readonly [number, number];
  range_b?: readonly [number, number];
  avoid_b?: readonly number[];
}
type Side = (g: Tensor, a: Operand, b: Operand, out: Tensor) => Tensor;

let sum_to_shape: (g: Tensor, shape: readonly number[]) => Tensor;

/** Installed by reduce.ts: sums a gradient over the dimensions that broadcasting added. */
export function set_sum_to(sum: (g: Tensor, shape: readonly number[]) => Tensor): void {
  sum_to_shape = sum;
}

export function sum_to(g: Tensor, shape: readonly number[]): Tensor {
  return same_shape(g.shape, shape) ? g : sum_to_shape(g, shape);
}

function operand_dtype(a: Operand, b: Operand): DType {
  if (typeof a === 'number') return promote_scalar((b as Tensor).dtype, a);
  if (typeof b === 'number') return promote_scalar(a.dtype, b);
  // As in PyTorch, a 0-dim tensor only decides when it is of a higher category.
  if (a.ndim === 0 && b.ndim > 0 && category(a.dtype) <= category(b.dtype)) return b.dtype;
  if (b.ndim === 0 && a.ndim > 0 && category(b.dtype) <= category(a.dtype)) return a.dtype;
  return promote_types(a.dtype, b.dtype);
}

function category(dtype: DType): number {
  return dtype === bool ? 0 : dtype.is_floating_point ? 2 : 1;
}

export function check_operand(name: string, which: string, value: unknown): Operand {
  if (value instanceof Tensor) return value;
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  return fail_type(name, which, 'a Tensor or a number', value);
}

/** Declares `name(a, b)` with broadcasting, type promotion and its in-place twin. */
export function binary(spec: BinarySpec): (input: Operand, other: Operand) => Tensor {
  const run = functor(spec);
  const node_name = backward_name(spec.name);
  const saves = spec.saves ?? [];

  const compute_dtype = (a: Operand, b: Operand): DType => {
    const dtype = operand_dtype(a, b);
    return spec.integers === 'to_float' && !dtype.is_floating_point ? get_default_dtype() : dtype;
  };
  const attach = (
    out: Tensor,
    a: Operand,
    b: Operand,
    inputs: readonly Tensor[],
    saved_a: Operand,
    saved_b: Operand,
    inplace: boolean,
  ): Tensor => {
    const saved: Tensor[] = [];
    const places = saves.map((which) => {
      const value = which === 'out' ? out : which === 'a' ? saved_a : saved_b;
      return typeof value === 'number' ? value : saved.push(value) - 1;
    });
    const constant = saves.map(
      (which) => typeof (which === 'out' ? out : which === 'a' ? saved_a : saved_b) === 'number',
    );
    const a_slot = typeof a === 'number' ? -1 : 0;
    const b_slot = typeof b === 'number' ? -1 : a_slot + 1;
    const shape_a = typeof a === 'number' ? [] : a.shape;
    const shape_b = typeof b === 'number' ? [] : b.shape;
    const rule = (g: Tensor, node: Node) => {
      const find = (which: 'a' | 'b' | 'out'): Operand => {
        const i = saves.indexOf(which);
        return i < 0 ? 0 : constant[i] ? places[i] : node.saved(places[i]);
      };
      const [va, vb, vo] = [find('a'), find('b'), find('out') as Tensor];
      const grads: (Tensor | null)[] = [];
      if (a_slot >= 0) grads.push(node.needs(a_slot) ? sum_to(spec.gradient![0](g, va, vb, vo), shape_a) : null);
      if (b_slot >= 0) grads.push(node.needs(b_slot) ? sum_to(spec.gradient![1](g, va, vb, vo), shape_b) : null);
      return grads;
    };
    return inplace ? record_inplace(out, node_name, inputs, saved, rule) : record(out, node_name, inputs, saved, rule);
  };

  const call = (input: Operand, other: Operand): Tensor => {
    let a = check_operand(spec.name, 'input', input);
    let b = check_operand(spec.name, 'other', other);
    if (typeof a === 'number' && typeof b === 'number')
      fail(spec.name, `expected at least one Tensor, got ${a} and ${b}`);
    const dtype = compute_dtype(a, b);
    if (typeof a !== 'number') a = cast_to(a, dtype);
    if (typeof b !== 'number') b = cast_to(b, dtype);
    const shape =
      typeof a === 'number'
        ? (b as Tensor).shape
        : typeof b === 'number'
          ? a.shape
          : broadcast_shapes(spec.name, a.shape, b.shape);
    const out = allocate(shape, spec.result ?? dtype);
    if (out.count > 0) run(dtype, out, [a, b]);
    const ta = typeof a === 'number' ? null : a;
    const tb = typeof b === 'number' ? null : b;
    if (
      spec.gradient !== undefined &&
      is_grad_enabled() &&
      ((ta !== null && requires_grad(ta)) || (tb !== null && requires_grad(tb)))
    )
      attach(out, a, b, ta === null ? [tb!] : tb === null ? [ta] : [ta, tb], a, b, false);
    return out;
  };
  const inplace = (input: Tensor, other: Operand): Tensor => {
    const name = `${spec.name}_`;
    const a = check_tensor(name, 'input', input);
    let b = check_operand(name, 'other', other);
    if (compute_dtype(a, b) !== a.dtype)
      fail(name, `the result is ${compute_dtype(a, b)} and cannot be stored in a tensor of ${a.dtype}`);
    if (typeof b !== 'number') {
      b = cast_to(b, a.dtype);
      if (!same_shape(broadcast_shapes(name, a.shape, b.shape), a.shape))
        fail(
          name,
          `other of shape [${b.shape.join(', ')}] does not fit into the tensor of shape [${a.shape.join(', ')}]`,
        );
    }
    check_inplace(name, a);
    if (typeof b !== 'number' && b.storage === a.storage && !same_window(a, b)) b = contiguous_copy(b);
    const tracked =
      spec.gradient !== undefined &&
      is_grad_enabled() &&
      (requires_grad(a) || (typeof b !== 'number' && requires_grad(b)));
    const old = tracked ? past(a, saves.includes('a')) : a;
    if (tracked && typeof b !== 'number' && same_window(a, b)) b = past(a, saves.includes('b') || saves.includes('a'));
    if (a.count > 0) run(a.dtype, a, [a, b]);
    const inputs = typeof b === 'number' ? [old] : [old, b];
    if (!tracked) return record_inplace(a, node_name, [], [], () => []);
    return attach(a, old, b, inputs, old, b, true);
  };

  const { range } = spec;
  const range_b = spec.range_b ?? range;
  const pair = (s: readonly number[], t: readonly number[]): Sample => ({
    args: [sample(s, { range }), sample(t, { range: range_b, avoid: spec.avoid_b })],
  });
  return op({
    name: spec.name,
    call,
    inplace: spec.result === undefined ? inplace : undefined,
    differentiable: spec.gradient !== undefined,
    methods: spec.methods,
    tolerance: spec.tolerance,
    errors: () => [
      { args: [sample([2, 3]), sample([4])], message: /shapes \[2, 3\] and \[4\] cannot be broadcast/ },
      { args: [sample([2]), '1'], message: /expected other to be a Tensor or a number, got "1" \(string\)/ },
      ...(spec.errors?.() ?? []),
    ],
    samples: () => [
      pair([], []),
      pair([5], [5]),
      pair([3, 17], [3, 17]),
      pair([3, 17], [17]),
      pair([3, 1], [1, 4]),
      pair([2, 1, 3], [4, 1]),
      pair([0, 3], [3]),
      { args: [sample([2, 9], { range }), 1.5] },
      { ...pair([301, 501], [501]), large: true },
      ...(spec.samples?.() ?? []),
    ],
    reference: ((a: Reference | number, b: Reference | number) => broadcast_reference(a, b, spec.reference)) as never,
  });
}

export function broadcast_reference(
  a: Reference | number,
  b: Reference | number,
  f: (a: number, b: number) => number,
): Reference {
  const ra = typeof a === 'number' ? { shape: [], data: [a] } : a;
  const rb = typeof b === 'number' ? { shape: [], data: [b] } : b;
  const shape = broadcast_shapes('reference', ra.shape, rb.shape);
  const n = shape.reduce((x, y) => x * y, 1);
  const at = (r: Reference, flat: number): number => {
    let index = 0;
    let step = 1;
    for (let i = 1; i <= shape.length; i++) {
      const size = shape[shape.length - i];
      const own = i <= r.shape.length ? r.shape[r.shape.length - i] : 1;
      index += own === 1 ? 0 : (flat % size) * step;
      step *= own;
      flat = Math.floor(flat / size);
    }
    return r.data[index];
  };
  return { shape, data: Float64Array.from({ length: n }, (_, i) => f(at(ra, i), at(rb, i))) };
}

export { add_method, has_kernel };
