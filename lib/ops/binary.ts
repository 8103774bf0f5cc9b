import { is_grad_enabled } from '../autograd/mode';
import { type Rule, record, requires_grad } from '../autograd/node';
import { fail } from '../errors';
import { type MapKernel, map_kernel } from '../native/map';
import { bool, type DType, get_default_dtype } from '../tensor/dtype';
import { broadcast_shapes, same_shape } from '../tensor/shape';
import { allocate, check_tensor, same_window, type Tensor } from '../tensor/tensor';
import { check_inplace, op, type Reference, record_inplace, type Sample, sample } from './define';
import {
  backward_name,
  broadcast_reference,
  cast_to,
  check_operand,
  contiguous_copy,
  type Operand,
  operand_dtype,
  past,
  sum_to,
} from './operand';
import { type Common, functor } from './unary';

/** Elementwise functions of two operands, with broadcasting and type promotion. */

type Which = 'a' | 'b' | 'out';
type Side = (g: Tensor, a: Operand, b: Operand, out: Tensor) => Tensor;

export interface BinarySpec extends Common {
  /** The dtype of the result where it is not the computation's: comparisons give bool. */
  result?: DType;
  /** Integers are computed as floats (`div`), kept, or all there is a meaning for (`bitwise_and`). Default: keep. */
  integers?: 'to_float' | 'keep' | 'only';
  /** The gradients of a and b, each of the broadcast shape; only those wanted are asked for. */
  gradient?: readonly [Side, Side];
  /** What each of the two reads; default nothing. */
  reads?: readonly [readonly Which[], readonly Which[]];
  /** The functor for two bools, where PyTorch defines the function on them. */
  bools?: 'logical_and' | 'logical_or';
  /** Judges the second operand in the dtype of the computation. */
  check_other?: (op: string, other: Operand, dtype: DType) => void;
  /** What a third argument makes of it (`alpha`, `rounding_mode`); without this there must be none. */
  more?: (input: Operand, other: Operand, options: unknown) => Tensor;
  more_inplace?: (input: Tensor, other: Operand, options: unknown) => Tensor;
  reference: (a: number, b: number) => number;
  range?: readonly [number, number];
  range_b?: readonly [number, number];
  avoid_b?: readonly number[];
}

function with_bools(run: MapKernel, name: string | undefined): MapKernel {
  if (name === undefined) return run;
  const on_bools = map_kernel(name);
  return (dtype, out, inputs) => (dtype === bool ? on_bools : run)(dtype, out, inputs);
}

function further<F>(name: string, more: F | undefined): F {
  if (more === undefined) throw new TypeError(`${name}: takes two operands, got a third argument`);
  return more;
}

/** Declares `name(a, b)` with broadcasting, type promotion and its in-place twin. */
export function binary(spec: BinarySpec): (input: Operand, other: Operand, options?: object) => Tensor {
  const run = with_bools(functor(spec), spec.bools);
  const { gradient, reads = [[], []] } = spec;
  const node_name = backward_name(spec.name);

  const compute_dtype = (a: Operand, b: Operand): DType => {
    const dtype = operand_dtype(a, b);
    if (spec.integers === 'only' && dtype.is_floating_point)
      fail(spec.name, `expected tensors of integers or bools, got ${dtype}`);
    return spec.integers === 'to_float' && !dtype.is_floating_point ? get_default_dtype() : dtype;
  };

  /** Made where no operand is in sight: a closure keeps alive all that any closure of its scope captures. */
  const make_rule = (
    kept: readonly Which[],
    shapes: readonly (readonly number[] | null)[],
    numbers: { a: number; b: number },
  ): Rule => {
    return (g, node) => {
      const value = (which: Which): Operand => {
        const at = kept.indexOf(which);
        return at >= 0 ? node.saved(at) : which === 'out' ? 0 : numbers[which];
      };
      const [va, vb, vo] = [value('a'), value('b'), value('out') as Tensor];
      const grads: (Tensor | null)[] = [];
      shapes.forEach((shape, side) => {
        if (shape !== null) grads.push(node.needs(grads.length) ? sum_to(gradient![side](g, va, vb, vo), shape) : null);
      });
      return grads;
    };
  };

  /** The rule, and the tensors it needs for the gradients that are wanted. */
  const prepare = (a: Operand, b: Operand, out: Tensor) => {
    const operands = { a, b, out };
    const tensors = [a, b].filter((each): each is Tensor => typeof each !== 'number');
    const wanted = [a, b].map((each) => typeof each !== 'number' && requires_grad(each));
    const kept = [...new Set(reads.flatMap((list, side) => (wanted[side] ? list : [])))].filter(
      (each) => typeof operands[each] !== 'number',
    );
    const saved = kept.map((each) => operands[each] as Tensor);
    const shapes = [a, b].map((each) => (typeof each === 'number' ? null : each.shape));
    const numbers = { a: typeof a === 'number' ? a : 0, b: typeof b === 'number' ? b : 0 };
    return { tensors, saved, rule: make_rule(kept, shapes, numbers) };
  };
  const tracked = (a: Operand, b: Operand): boolean =>
    gradient !== undefined &&
    is_grad_enabled() &&
    ((typeof a !== 'number' && requires_grad(a)) || (typeof b !== 'number' && requires_grad(b)));

  const call = (input: Operand, other: Operand, ...more: readonly unknown[]): Tensor => {
    if (more.length > 0 && more[0] !== undefined) return further(spec.name, spec.more)(input, other, more[0]);
    let a = check_operand(spec.name, 'input', input);
    let b = check_operand(spec.name, 'other', other);
    if (typeof a === 'number' && typeof b === 'number')
      fail(spec.name, `expected at least one Tensor, got ${a} and ${b}`);
    const dtype = compute_dtype(a, b);
    if (typeof a !== 'number') a = cast_to(a, dtype);
    if (typeof b !== 'number') b = cast_to(b, dtype);
    spec.check_other?.(spec.name, b, dtype);
    const out = allocate(result_shape(spec.name, a, b), spec.result ?? dtype);
    if (out.count > 0) run(dtype, out, [a, b]);
    if (!tracked(a, b)) return out;
    const { tensors, saved, rule } = prepare(a, b, out);
    return record(out, node_name, tensors, saved, rule);
  };

  const inplace = (input: Tensor, other: Operand, ...more: readonly unknown[]): Tensor => {
    const name = `${spec.name}_`;
    if (more.length > 0 && more[0] !== undefined) return further(name, spec.more_inplace)(input, other, more[0]);
    const a = check_tensor(name, 'input', input);
    let b = check_operand(name, 'other', other);
    const dtype = compute_dtype(a, b);
    if (dtype !== a.dtype) fail(name, `the result is ${dtype} and cannot be stored in a tensor of ${a.dtype}`);
    if (typeof b !== 'number') {
      b = cast_to(b, a.dtype);
      if (!same_shape(broadcast_shapes(name, a.shape, b.shape), a.shape))
        fail(
          name,
          `other of shape [${b.shape.join(', ')}] does not fit into the tensor of shape [${a.shape.join(', ')}]`,
        );
    }
    spec.check_other?.(name, b, dtype);
    check_inplace(name, a);
    const aliased = typeof b !== 'number' && b.storage === a.storage;
    if (!tracked(a, b)) {
      if (aliased && !same_window(a, b as Tensor)) b = contiguous_copy(b as Tensor);
      if (a.count > 0) run(a.dtype, a, [a, b]);
      return record_inplace(a, '', [], [], () => []);
    }
    // The rule reads the operands as they were.
    const old = past(
      a,
      reads.some((list) => list.includes('a')),
    );
    if (aliased) b = past(b as Tensor, true);
    if (a.count > 0) run(a.dtype, a, [a, b]);
    const { tensors, saved, rule } = prepare(old, b, a);
    return record_inplace(a, node_name, tensors, saved, rule);
  };

  const { range } = spec;
  const range_b = spec.range_b ?? range;
  const dtype = spec.integers === 'only' ? 'int64' : undefined;
  const pair = (s: readonly number[], t: readonly number[]): Sample => ({
    args: [sample(s, { range, dtype }), sample(t, { range: range_b, avoid: spec.avoid_b, dtype })],
  });
  return op({
    name: spec.name,
    call,
    inplace: spec.result === undefined ? inplace : undefined,
    differentiable: spec.gradient !== undefined,
    methods: spec.methods,
    tolerance: spec.tolerance,
    errors: () => [
      {
        args: [sample([2, 3], { dtype }), sample([4], { dtype })],
        message: /shapes \[2, 3\] and \[4\] cannot be broadcast/,
      },
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
      { args: [sample([2, 9], { range, dtype }), dtype === undefined ? 1.5 : 3] },
      { ...pair([301, 401], [401]), large: true },
      ...(spec.samples?.() ?? []),
    ],
    reference: ((a: Reference | number, b: Reference | number) => broadcast_reference(a, b, spec.reference)) as never,
  });
}

function result_shape(name: string, a: Operand, b: Operand): readonly number[] {
  if (typeof a === 'number') return (b as Tensor).shape;
  return typeof b === 'number' ? a.shape : broadcast_shapes(name, a.shape, b.shape);
}
