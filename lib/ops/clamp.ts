import { type Given, positional } from '../arguments';
import { is_grad_enabled } from '../autograd/mode';
import { record, requires_grad } from '../autograd/node';
import { fail, shape_text } from '../errors';
import { map_kernel } from '../native/map';
import { type DType, promote_types } from '../tensor/dtype';
import { broadcast_shapes, same_shape } from '../tensor/shape';
import { allocate, check_tensor, type Tensor } from '../tensor/tensor';
import { eq, gt, le, logical_and, logical_not, logical_or, lt } from './compare';
import { check_inplace, op, type Reference, record_inplace, type Sample, sample } from './define';
import { broadcast_reference, cast_to, check_operand, type Operand, operand_dtype, past, sum_to } from './operand';
import { where } from './where';

/** Keeping elements within bounds. */

/** Options of {@link clamp}. */
export interface ClampOptions {
  /** No element becomes less; a number, or a tensor that broadcasts. */
  min?: Operand | null;
  /** No element becomes more; a number, or a tensor that broadcasts. */
  max?: Operand | null;
}

type ClampArguments = Given<ClampOptions, [min: 'min', max: 'max']>;

declare module '../tensor/tensor' {
  interface Tensor {
    /** Every element at least `min` and at most `max`, either of which may be left out. On a number the gradient is 0, on a tensor they share it. */
    clamp(...given: ClampArguments): Tensor;
    clamp_(...given: ClampArguments): Tensor;
    /** No element less than `min`. */
    clamp_min(min: Operand): Tensor;
    clamp_min_(min: Operand): Tensor;
    /** No element more than `max`. */
    clamp_max(max: Operand): Tensor;
    clamp_max_(max: Operand): Tensor;
  }
}

interface Bounds {
  low: Operand | null;
  high: Operand | null;
}

type Judge = (name: string, given: readonly unknown[]) => Bounds;

const judge_both: Judge = (name, given) => {
  const { min, max } = positional(name, given, { min: null as Operand | null, max: null as Operand | null });
  if (min === null && max === null) fail(name, 'expected min or max');
  return {
    low: min === null ? null : check_operand(name, 'min', min),
    high: max === null ? null : check_operand(name, 'max', max),
  };
};

/** The dtype that holds the input and its bounds. */
function common_dtype(x: Tensor, { low, high }: Bounds): DType {
  const [a, b] = [low, high].filter((bound) => bound !== null).map((bound) => operand_dtype(x, bound));
  return b === undefined ? a : promote_types(a, b);
}

function converted(bound: Operand | null, dtype: DType): Operand | null {
  return bound === null || typeof bound === 'number' ? bound : cast_to(bound, dtype);
}

const both = map_kernel('clamp');
const at_least = map_kernel('maximum');
const at_most = map_kernel('minimum');

function run(out: Tensor, x: Tensor, { low, high }: Bounds): void {
  if (out.count === 0) return;
  if (low === null) at_most(out.dtype, out, [x, high!]);
  else if (high === null) at_least(out.dtype, out, [x, low]);
  else both(out.dtype, out, [x, low, high]);
}

/** Between numbers: the element's own gradient, 0 on the bounds too. */
function within_numbers(g: Tensor, x: Tensor, { low, high }: Bounds): Tensor {
  if (low === null) return where(lt(x, high!), g, 0);
  return where(high === null ? gt(x, low) : logical_and(gt(x, low), lt(x, high)), g, 0);
}

/** Between tensors, as in `maximum` and `minimum`: an element on a bound shares the gradient with it. */
function within_tensors(g: Tensor, x: Tensor, { low, high }: Bounds): Tensor {
  if (low === null) return shared(g, gt(x, high!), eq(x, high!));
  if (high === null) return shared(g, lt(x, low), eq(x, low));
  return shared(
    g,
    logical_or(lt(x, low), gt(x, high)),
    logical_and(logical_or(eq(x, low), eq(x, high)), lt(low, high)),
  );
}

function gradient_of_low(g: Tensor, x: Tensor, { low, high }: Bounds): Tensor {
  if (high === null) return shared(g, gt(x, low!), eq(x, low!));
  const takes = logical_and(lt(x, low!), le(low!, high));
  const ties = logical_and(eq(x, low!), lt(low!, high));
  return shared(g, logical_not(logical_or(takes, ties)), ties);
}

/** Where the bounds are the wrong way round, the upper one wins. */
function gradient_of_high(g: Tensor, x: Tensor, { low, high }: Bounds): Tensor {
  if (low === null) return shared(g, lt(x, high!), eq(x, high!));
  const takes = logical_or(logical_and(gt(x, high!), le(low, high!)), gt(low, high!));
  const ties = logical_and(eq(x, high!), lt(low, high!));
  return shared(g, logical_not(logical_or(takes, ties)), ties);
}

/** 0 in some places, half the gradient in others, all of it elsewhere. */
function shared(g: Tensor, nothing: Tensor, half: Tensor): Tensor {
  return where(nothing, 0, where(half, g.mul(0.5), g));
}

function gradients(
  g: Tensor,
  x: Tensor,
  bounds: Bounds,
  needs: (i: number) => boolean,
  shape: readonly number[],
): (Tensor | null)[] {
  const { low, high } = bounds;
  const within = tensors(bounds).length > 0 ? within_tensors : within_numbers;
  const grads = [needs(0) ? sum_to(within(g, x, bounds), shape) : null];
  if (low !== null && typeof low !== 'number')
    grads.push(needs(grads.length) ? sum_to(gradient_of_low(g, x, bounds), low.shape) : null);
  if (high !== null && typeof high !== 'number')
    grads.push(needs(grads.length) ? sum_to(gradient_of_high(g, x, bounds), high.shape) : null);
  return grads;
}

const tensors = ({ low, high }: Bounds): Tensor[] =>
  [low, high].filter((each): each is Tensor => each !== null && typeof each !== 'number');

/** A bound saved by the graph is read back through the node, so that a change in place is noticed. */
function saved_bounds({ low, high }: Bounds, saved: (i: number) => Tensor): Bounds {
  let at = 1;
  const read = (bound: Operand | null): Operand | null =>
    bound === null || typeof bound === 'number' ? bound : saved(at++);
  return { low: read(low), high: read(high) };
}

function clamp_op<F>(
  name: string,
  judge: Judge,
  node_name: string,
  samples: () => readonly Sample[],
  given_bounds: (given: readonly unknown[]) => readonly unknown[],
): F {
  const shape_of = (op: string, x: Tensor, bounds: Bounds) =>
    tensors(bounds).reduce((shape, bound) => broadcast_shapes(op, shape, bound.shape), x.shape);
  return op({
    name,
    call: (input: Tensor, ...given: readonly unknown[]): Tensor => {
      check_tensor(name, 'input', input);
      const asked = judge(name, given);
      const dtype = common_dtype(input, asked);
      const bounds = { low: converted(asked.low, dtype), high: converted(asked.high, dtype) };
      const x = cast_to(input, dtype);
      const out = allocate(shape_of(name, x, bounds), dtype);
      run(out, x, bounds);
      const inputs = [x, ...tensors(bounds)];
      if (is_grad_enabled() && inputs.some(requires_grad))
        record(out, node_name, inputs, inputs, (g, node) => [
          ...gradients(
            g,
            node.saved(0),
            saved_bounds(bounds, (i) => node.saved(i)),
            (i) => node.needs(i),
            x.shape,
          ),
        ]);
      return out;
    },
    inplace: (input: Tensor, ...given: readonly unknown[]): Tensor => {
      const label = `${name}_`;
      check_tensor(label, 'input', input);
      const asked = judge(label, given);
      const dtype = common_dtype(input, asked);
      if (dtype !== input.dtype)
        fail(label, `the result is ${dtype} and cannot be stored in a tensor of ${input.dtype}`);
      const bounds = { low: converted(asked.low, dtype), high: converted(asked.high, dtype) };
      const shape = shape_of(label, input, bounds);
      if (!same_shape(shape, input.shape))
        fail(
          label,
          `a result of shape ${shape_text(shape)} does not fit the tensor of shape ${shape_text(input.shape)}`,
        );
      check_inplace(label, input);
      const tracked = is_grad_enabled() && [input, ...tensors(bounds)].some(requires_grad);
      const inputs = tracked ? [past(input, true), ...tensors(bounds)] : [];
      run(input, input, bounds);
      return record_inplace(input, node_name, inputs, inputs, (g, node) =>
        gradients(
          g,
          node.saved(0),
          saved_bounds(bounds, (i) => node.saved(i)),
          (i) => node.needs(i),
          input.shape,
        ),
      );
    },
    reference: (x: Reference, ...given: readonly unknown[]) => {
      const [low, high] = given_bounds(given) as (Reference | number | null | undefined)[];
      const above = low === null || low === undefined ? x : broadcast_reference(x, low, Math.max);
      return high === null || high === undefined ? above : broadcast_reference(above, high, Math.min);
    },
    samples,
    errors: () => [{ args: [{ shape: [2] }, '0'], message: /expected min|expected max/ }],
  }) as F;
}

type Clamp = (input: Tensor, ...given: ClampArguments) => Tensor;

/**
 * Every element at least `min` and at most `max`, numbers or tensors; either may be left out, and where min > max it is max. An
 * element on a bound has the gradient 0 if the bound is a number; if it is a tensor, each gets half.
 * @example
 * ```ts
 * torch.clamp(torch.tensor([-2, 0.5, 3]), { min: 0, max: 1 }).tolist(); // [0, 0.5, 1]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.clamp.html
 */
export const clamp: Clamp = clamp_op<Clamp>(
  'clamp',
  judge_both,
  'ClampBackward1',
  () => [
    ...[[], [7], [17], [3, 5]].map((shape) => ({ args: [sample(shape, { avoid: [-1, 0.5] }), -1, 0.5] })),
    { args: [sample([9], { avoid: [0] }), 0] },
    { args: [sample([9], { avoid: [0] }), null, 0] },
    { args: [sample([9], { avoid: [0] }), { max: 0 }] },
    { args: [sample([3, 4]), sample([4], { range: [-2, -0.5] }), sample([3, 1], { range: [0.5, 2] })] },
    { args: [sample([9]), 1, -1], no_grad: true },
    { args: [sample([9], { dtype: 'int32', range: [-9, 9] }), -3, 3] },
    { args: [sample([9], { dtype: 'int64', range: [-9, 9] }), 0] },
  ],
  ([first, second]) =>
    typeof first === 'object' && first !== null && !('data' in first)
      ? [(first as ClampOptions).min, (first as ClampOptions).max]
      : [first, second],
);

type OneBound = (input: Tensor, bound: Operand) => Tensor;

const one_bound_samples = () => [
  { args: [sample([7], { avoid: [0.25] }), 0.25] },
  { args: [sample([3, 5]), sample([5])] },
  { args: [sample([9], { dtype: 'int32', range: [-9, 9] }), 2] },
];

/**
 * {@link clamp} from below only.
 * @example
 * ```ts
 * torch.clamp_min(torch.tensor([-2, 3]), 1).tolist(); // [1, 3]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.clamp.html
 */
export const clamp_min: OneBound = clamp_op<OneBound>(
  'clamp_min',
  (name, [bound]) => ({ low: check_operand(name, 'min', bound), high: null }),
  'ClampMinBackward0',
  one_bound_samples,
  ([bound]) => [bound, null],
);
/**
 * {@link clamp} from above only.
 * @example
 * ```ts
 * torch.clamp_max(torch.tensor([-2, 3]), 1).tolist(); // [-2, 1]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.clamp.html
 */
export const clamp_max: OneBound = clamp_op<OneBound>(
  'clamp_max',
  (name, [bound]) => ({ low: null, high: check_operand(name, 'max', bound) }),
  'ClampMaxBackward0',
  one_bound_samples,
  ([bound]) => [null, bound],
);
