import { broadcast_shapes } from '../tensor/shape';
import { check_tensor, type Tensor } from '../tensor/tensor';
import { add, div, mul, neg, sub } from './arithmetic';
import { binary } from './binary';
import { eq, isnan, le, logical_and, logical_or, lt } from './compare';
import { full } from './create';
import { op, sample } from './define';
import { check_operand, type Operand } from './operand';
import { maximum, minimum } from './pairwise';
import { abs, exp, log, log1p } from './pointwise';
import { reciprocal, sqrt, square } from './power';
import { where } from './where';

/** Functions of two numbers besides arithmetic: angles and lengths, sums of logarithms, signs. */

declare module '../tensor/tensor' {
  interface Tensor {
    /** The angle of the point (other, this) in (-π, π]. */
    atan2(other: Operand): Tensor;
    atan2_(other: Operand): Tensor;
    /** The same as {@link atan2}. */
    arctan2(other: Operand): Tensor;
    arctan2_(other: Operand): Tensor;
    /** The length of the vector (this, other), without overflow on the way. */
    hypot(other: Tensor): Tensor;
    /** `log(exp(this) + exp(other))`, without overflow on the way. */
    logaddexp(other: Tensor): Tensor;
    /** `log2(2^input + 2^other)`, without overflow on the way. */
    logaddexp2(other: Tensor): Tensor;
    /** `this * log(other)`, 0 where this is 0 and other a number. */
    xlogy(other: Operand): Tensor;
    /** The magnitude with the sign of other, which a zero has too. */
    copysign(other: Operand): Tensor;
    /** The larger of two; a number against NaN. */
    fmax(other: Tensor): Tensor;
    /** The smaller of two; a number against NaN. */
    fmin(other: Tensor): Tensor;
  }
}

const per_length = (g: Tensor, a: Operand, b: Operand, of: Operand): Tensor =>
  div(mul(g, of), add(square_of(a), square_of(b)));
const square_of = (x: Operand): Operand => (typeof x === 'number' ? x * x : square(x));

/**
 * The angle of the point (other, input) in (-π, π].
 * @example
 * ```ts
 * torch.atan2(torch.tensor([0, 1, -1]), torch.tensor([1, 0, -1])).tolist(); // [0, 1.5708, -2.3562]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.atan2.html
 */
export const atan2: (input: Operand, other: Operand) => Tensor = binary({
  name: 'atan2',
  integers: 'to_float',
  reads: [
    ['a', 'b'],
    ['a', 'b'],
  ],
  gradient: [
    (g, a, b) => per_length(g, a, b, b),
    (g, a, b) => per_length(g, a, b, typeof a === 'number' ? -a : neg(a)),
  ],
  reference: Math.atan2,
  avoid_b: [0],
  methods: ['atan2', 'arctan2'],
});

/** Both as tensors whose shapes go together. */
function operands(name: string, input: Operand, other: Operand): [Tensor, Tensor] {
  const a = check_operand(name, 'input', input);
  const b = check_operand(name, 'other', other);
  if (typeof a === 'number') return [full([], a, { dtype: check_tensor(name, 'other', b).dtype }), b as Tensor];
  if (typeof b === 'number') return [a, full([], b, { dtype: a.dtype })];
  broadcast_shapes(name, a.shape, b.shape);
  return [a, b];
}

const pairs = () => [{ args: [sample([5]), sample([5])] }, { args: [sample([2, 3]), sample([3])] }];
const errors = () => [
  { args: [sample([2, 3]), sample([4])], message: /shapes \[2, 3\] and \[4\] cannot be broadcast/ },
];

/**
 * The length of the vector (input, other), without overflow on the way.
 * @example
 * ```ts
 * torch.hypot(torch.tensor([3, 5]), torch.tensor([4, 12])).tolist(); // [5, 13]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.hypot.html
 */
export const hypot = op({
  name: 'hypot',
  call: (input: Tensor, other: Tensor): Tensor => {
    const [a, b] = operands('hypot', input, other).map((each) => abs(each));
    const long = maximum(a, b);
    const endless = logical_or(eq(a, Infinity), eq(b, Infinity));
    const flat = logical_or(endless, eq(long, 0));
    const ratio = div(minimum(a, b), where(flat, 1, long));
    const length = where(flat, long, mul(long, sqrt(add(square(ratio), 1))));
    return where(endless, Infinity, length);
  },
  samples: pairs,
  errors,
});

/** How far apart two numbers are; two equal infinities not at all. */
function distance(a: Tensor, b: Tensor): Tensor {
  const same_infinity = logical_and(eq(a, b), eq(abs(a), Infinity));
  return where(same_infinity, 0, abs(sub(a, b)));
}

/**
 * `log(exp(input) + exp(other))`, without overflow on the way.
 * @example
 * ```ts
 * torch.logaddexp(torch.tensor([0, 1000]), torch.tensor([0, 0])).tolist(); // [0.6931, 1000]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.logaddexp.html
 */
export const logaddexp = op({
  name: 'logaddexp',
  call: (input: Tensor, other: Tensor): Tensor => {
    const [a, b] = operands('logaddexp', input, other);
    return add(maximum(a, b), log1p(exp(neg(distance(a, b)))));
  },
  samples: pairs,
  errors,
});

/**
 * `log2(2^input + 2^other)`, without overflow on the way.
 * @example
 * ```ts
 * torch.logaddexp2(torch.tensor([3, 2000]), torch.tensor([3, 0])).tolist(); // [4, 2000]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.logaddexp2.html
 */
export const logaddexp2 = op({
  name: 'logaddexp2',
  call: (input: Tensor, other: Tensor): Tensor => {
    const [a, b] = operands('logaddexp2', input, other);
    return add(maximum(a, b), div(log1p(exp(mul(distance(a, b), -Math.LN2))), Math.LN2));
  },
  samples: pairs,
  errors,
});

/**
 * `input * log(other)`, 0 where input is 0 and other a number.
 * @example
 * ```ts
 * torch.xlogy(torch.tensor([0, 2]), torch.tensor([0, 1])).tolist(); // [0, 0]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.xlogy.html
 */
export const xlogy = op({
  name: 'xlogy',
  call: (input: Operand, other: Operand): Tensor => {
    const [a, b] = operands('xlogy', input, other);
    const silent = logical_and(eq(a, 0), logical_or(le(b, 0), eq(b, Infinity)));
    return where(silent, 0, mul(a, log(where(silent, 1, b))));
  },
  samples: () => [
    { args: [sample([5]), sample([5], { range: [0.2, 3] })] },
    { args: [sample([2, 3]), sample([3], { range: [0.2, 3] })] },
    { args: [2, sample([3], { range: [0.2, 3] })] },
  ],
  errors,
});

/**
 * The magnitude of input with the sign of other, which a zero has too.
 * @example
 * ```ts
 * torch.copysign(torch.tensor([1, -2]), torch.tensor([-0, 3])).tolist(); // [-1, 2]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.copysign.html
 */
export const copysign = op({
  name: 'copysign',
  call: (input: Tensor, other: Operand): Tensor => {
    const [a, b] = operands('copysign', input, other);
    const size = abs(a.dtype.is_floating_point ? a : a.float());
    const minus = logical_or(lt(b, 0), logical_and(eq(b, 0), lt(reciprocal(b), 0)));
    return where(minus, neg(size), size);
  },
  samples: () => [...pairs(), { args: [sample([3]), -2] }],
  errors,
});

/** What is no NaN, or else the choice. */
function number_of(choose: typeof maximum, input: Tensor, other: Tensor): Tensor {
  return where(isnan(input), other, where(isnan(other), input, choose(input, other)));
}

/**
 * The larger of two elements; a number against NaN.
 * @example
 * ```ts
 * torch.fmax(torch.tensor([1, NaN]), torch.tensor([2, 3])).tolist(); // [2, 3]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.fmax.html
 */
export const fmax = op({
  name: 'fmax',
  call: (input: Tensor, other: Tensor): Tensor => number_of(maximum, ...operands('fmax', input, other)),
  samples: pairs,
  errors,
});

/**
 * The smaller of two elements; a number against NaN.
 * @example
 * ```ts
 * torch.fmin(torch.tensor([1, NaN]), torch.tensor([2, 3])).tolist(); // [1, 3]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.fmin.html
 */
export const fmin = op({
  name: 'fmin',
  call: (input: Tensor, other: Tensor): Tensor => number_of(minimum, ...operands('fmin', input, other)),
  samples: pairs,
  errors,
});
