import { is_options } from '../arguments';
import { no_grad } from '../autograd/mode';
import { check_integer, check_number, check_options, fail, fail_range, fail_type } from '../errors';
import { kernel, result } from '../native/kernel';
import { copy_into } from '../native/map';
import { check_generator, type Generator } from '../random';
import { DType, get_default_dtype, int64 } from '../tensor/dtype';
import { broadcast_shapes, check_size, type Shape } from '../tensor/shape';
import { allocate, check_floating, check_tensor, type Tensor } from '../tensor/tensor';
import { add, mul } from './arithmetic';
import { by_name } from './by_name';
import { all, ge, le, logical_and, lt } from './compare';
import { finish, read_item, type Sized, split_size, type TensorOptions } from './create';
import { add_method } from './define';
import { cast_to, check_operand } from './operand';
import { overwrite } from './overwrite';

/** Random tensors, drawn from the default generator or the one given. */

/** Options of functions that draw tensors. */
export interface RandomOptions extends TensorOptions {
  /** Where the numbers are drawn from; default the generator of `torch.manual_seed`. */
  generator?: Generator;
}

/** Options of functions that draw random numbers. */
export interface GeneratorOptions {
  /** Where the numbers are drawn from; default the generator of `torch.manual_seed`. */
  generator?: Generator;
}

declare module '../tensor/tensor' {
  interface Tensor {
    /** Fills with numbers drawn evenly from [from, to). */
    uniform_(from?: number, to?: number, options?: GeneratorOptions): Tensor;
    uniform_(options: GeneratorOptions & { from?: number; to?: number }): Tensor;
    /** Fills with normally distributed numbers. */
    normal_(mean?: number, std?: number, options?: GeneratorOptions): Tensor;
    normal_(mean: number, options: GeneratorOptions & { std?: number }): Tensor;
    normal_(options: GeneratorOptions & { mean?: number; std?: number }): Tensor;
    /** Fills with 1 where chance has it, with this probability, and 0 elsewhere. */
    bernoulli_(p?: number, options?: GeneratorOptions): Tensor;
    bernoulli_(options: GeneratorOptions & { p?: number }): Tensor;
    /** Fills with whole numbers drawn evenly from [from, to). */
    random_(from: number, to?: number, options?: GeneratorOptions): Tensor;
    /** Fills with waiting times of this rate, above 0. */
    exponential_(lambd?: number, options?: GeneratorOptions): Tensor;
    exponential_(options: GeneratorOptions & { lambd?: number }): Tensor;
    /** Each element 1 with the probability it holds, else 0. */
    bernoulli(options?: GeneratorOptions): Tensor;
  }
}

type Draw = (out: Tensor, generator: Generator) => void;

/** A drawing kernel with its two numbers: `dtype, n, out, numbers, seed, position`. */
function draw(name: string, ...numbers: readonly number[]): Draw {
  const run = distributions[name];
  return (out, generator) => {
    if (out.count === 0) return;
    run(out.dtype.code, out.count, out, numbers, generator.stream());
    generator.advance(result(0));
  };
}

const distributions: Readonly<Record<string, ReturnType<typeof kernel>>> = {
  uniform: kernel('uniform'),
  normal: kernel('normal'),
  bernoulli: kernel('bernoulli'),
  randint: kernel('randint'),
};
const permute_kernel = kernel('randperm');

function drawn(op: string, shape: Shape, fill: Draw, options: unknown, fallback: DType): Tensor {
  const { dtype, requires_grad, generator } = check_options(op, options, {
    dtype: null as DType | null,
    requires_grad: false,
    generator: undefined as Generator | undefined,
  });
  if (dtype !== null && !(dtype instanceof DType)) fail_type(op, 'dtype', 'a torch dtype such as torch.float32', dtype);
  const out = allocate(shape, dtype ?? fallback);
  fill(out, check_generator(op, generator));
  return finish(op, out, requires_grad);
}

function check_float_options(op: string, options: unknown): void {
  const dtype = is_options(options) && 'dtype' in options ? options.dtype : undefined;
  if (dtype instanceof DType && !dtype.is_floating_point) fail(op, `expected a floating point dtype, got ${dtype}`);
}

function sized(op: string, fill: () => Draw): Sized<RandomOptions> {
  return (...given: readonly unknown[]) => {
    const { size, options } = split_size(op, given);
    check_float_options(op, options);
    return drawn(op, size, fill(), options, get_default_dtype());
  };
}

/**
 * Numbers drawn evenly from [0, 1).
 * @example
 * ```ts
 * torch.rand(2, 3).shape; // [2, 3]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.rand.html
 */
export const rand = sized('rand', () => draw('uniform', 0, 1));

/**
 * Normally distributed numbers of mean 0 and variance 1.
 * @example
 * ```ts
 * torch.randn([2, 3]).shape; // [2, 3]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.randn.html
 */
export const randn = sized('randn', () => draw('normal', 0, 1));

function like(op: string, fill: () => Draw): (input: Tensor, options?: RandomOptions) => Tensor {
  return (input, options) => {
    check_tensor(op, 'input', input);
    check_float_options(op, { dtype: input.dtype, ...options });
    return drawn(op, input.shape, fill(), options, input.dtype);
  };
}

/**
 * {@link rand} in the shape and dtype of another tensor.
 * @example
 * ```ts
 * torch.rand_like(torch.zeros([2, 3])).shape; // [2, 3]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.rand_like.html
 */
export const rand_like = like('rand_like', () => draw('uniform', 0, 1));
/**
 * {@link randn} in the shape and dtype of another tensor.
 * @example
 * ```ts
 * torch.randn_like(torch.zeros([2, 3])).shape; // [2, 3]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.randn_like.html
 */
export const randn_like = like('randn_like', () => draw('normal', 0, 1));

function whole_numbers(op: string, low: unknown, high: unknown): Draw {
  const from = check_integer(op, 'low', low, -(2 ** 53), 2 ** 53);
  const to = check_integer(op, 'high', high, -(2 ** 53), 2 ** 53);
  if (from >= to) fail_range(op, `expected low < high, got low ${from} and high ${to}`);
  return draw('randint', from, to);
}

/**
 * Whole numbers drawn evenly from [low, high), as int64 unless said otherwise; low defaults to 0.
 * @example
 * ```ts
 * torch.randint(10, [3]).dtype; // torch.int64
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.randint.html
 */
export function randint(high: number, size: readonly number[], options?: RandomOptions): Tensor;
export function randint(low: number, high: number, size: readonly number[], options?: RandomOptions): Tensor;
export function randint(options: RandomOptions & { low?: number; high: number; size: readonly number[] }): Tensor;
export function randint(...given: readonly unknown[]): Tensor {
  if (is_options(given[0])) {
    const { low = 0, high, size, ...options } = given[0] as Record<string, unknown>;
    return drawn('randint', check_size('randint', size), whole_numbers('randint', low, high), options, int64);
  }
  const [low, high, size, options] = Array.isArray(given[1]) ? [0, ...given] : given;
  return drawn('randint', check_size('randint', size), whole_numbers('randint', low, high), options, int64);
}

/**
 * {@link randint} in the shape and dtype of another tensor.
 * @example
 * ```ts
 * torch.randint_like(torch.zeros([2, 3]), 10).shape; // [2, 3]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.randint_like.html
 */
export function randint_like(input: Tensor, high: number, options?: RandomOptions): Tensor;
export function randint_like(input: Tensor, low: number, high: number, options?: RandomOptions): Tensor;
export function randint_like(input: Tensor, ...given: readonly unknown[]): Tensor {
  check_tensor('randint_like', 'input', input);
  const [low, high, options] = typeof given[1] === 'number' ? given : [0, ...given];
  return drawn('randint_like', input.shape, whole_numbers('randint_like', low, high), options, input.dtype);
}

/**
 * The numbers from 0 to n - 1 in random order, as int64 unless said otherwise.
 * @example
 * ```ts
 * torch.randperm(4).sort().values.tolist(); // [0, 1, 2, 3]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.randperm.html
 */
export function randperm(n: number, options?: RandomOptions): Tensor {
  check_integer('randperm', 'n', n, 0);
  const fill: Draw = (out, generator) => {
    if (n === 0) return;
    const order = out.dtype === int64 ? out : allocate([n], int64);
    permute_kernel(n, order, generator.stream());
    generator.advance(result(0));
    if (order !== out) copy_into(out, order);
  };
  return drawn('randperm', check_size('randperm', [n]), fill, options, int64);
}

/** An error where one of the answers is no. */
function check_all(op: string, expected: string, answers: Tensor): void {
  if (answers.count > 0 && read_item(all(answers)) === 0) fail_range(op, `expected ${expected}`);
}

function check_deviation(op: string, std: number): void {
  if (!(std >= 0)) fail_range(op, `expected std to be at least 0, got ${std}`);
}

/**
 * Normally distributed numbers: mean and std as numbers with a size, or as tensors (one of them may be a number) that are broadcast.
 * @example
 * ```ts
 * torch.normal(torch.tensor([0, 100]), torch.tensor([1, 1])).shape; // [2]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.normal.html
 */
export function normal(mean: number, std: number, size: readonly number[], options?: RandomOptions): Tensor;
export function normal(mean: Tensor | number, std: Tensor | number, options?: GeneratorOptions): Tensor;
export function normal(mean: Tensor | number, std: Tensor | number, ...more: readonly unknown[]): Tensor {
  if (typeof std === 'number') check_deviation('normal', std);
  if (typeof mean === 'number' && typeof std === 'number')
    return drawn('normal', check_size('normal', more[0]), draw('normal', mean, std), more[1], get_default_dtype());
  check_operand('normal', 'mean', mean);
  check_operand('normal', 'std', std);
  if (typeof std !== 'number') check_all('normal', 'std of at least 0', ge(std, 0));
  const { generator } = check_options('normal', more[0], { generator: undefined as Generator | undefined });
  const [first, second] = [mean, std].filter((each) => typeof each !== 'number') as Tensor[];
  check_floating('normal', typeof mean === 'number' ? 'std' : 'mean', first);
  const shape = second === undefined ? first.shape : broadcast_shapes('normal', first.shape, second.shape);
  const standard = drawn('normal', shape, draw('normal', 0, 1), { generator }, first.dtype);
  return no_grad(() => add(mul(standard, std), mean));
}

/**
 * Each element 1 with the probability it holds, else 0. Not differentiable.
 * @example
 * ```ts
 * torch.bernoulli(torch.tensor([0, 1])).tolist(); // [0, 1]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.bernoulli.html
 */
export function bernoulli(input: Tensor, options?: GeneratorOptions): Tensor {
  check_floating('bernoulli', 'input', input);
  const { generator } = check_options('bernoulli', options, { generator: undefined as Generator | undefined });
  check_all('bernoulli', 'probabilities between 0 and 1', logical_and(ge(input, 0), le(input, 1)));
  return cast_to(lt(rand_like(input, { generator }), input), input.dtype);
}

function fill_randomly(op: string, target: Tensor, fill: Draw, options: unknown): Tensor {
  const { generator } = check_options(op, options, { generator: undefined as Generator | undefined });
  const from = check_generator(op, generator);
  return overwrite(op, target, () => {
    if (target.is_contiguous()) return fill(target, from);
    const dense = allocate(target.shape, target.dtype);
    fill(dense, from);
    copy_into(target, dense);
  });
}

function uniform_(target: Tensor, from = 0, to = 1, generator?: Generator): Tensor {
  check_floating('uniform_', 'input', target);
  check_number('uniform_', 'from', from);
  check_number('uniform_', 'to', to);
  if (!(from <= to)) fail_range('uniform_', `expected from <= to, got from ${from} and to ${to}`);
  return fill_randomly('uniform_', target, draw('uniform', from, to), { generator });
}

function normal_(target: Tensor, mean = 0, std = 1, generator?: Generator): Tensor {
  check_floating('normal_', 'input', target);
  check_number('normal_', 'mean', mean);
  check_deviation('normal_', check_number('normal_', 'std', std));
  return fill_randomly('normal_', target, draw('normal', mean, std), { generator });
}

function bernoulli_(target: Tensor, p = 0.5, generator?: Generator): Tensor {
  check_tensor('bernoulli_', 'input', target);
  check_number('bernoulli_', 'p', p);
  if (!(p >= 0 && p <= 1)) fail_range('bernoulli_', `expected p to be between 0 and 1, got ${p}`);
  return fill_randomly('bernoulli_', target, draw('bernoulli', p), { generator });
}

/** The smallest normal float32. */
const SMALLEST = 2 ** -126;

function exponential_(target: Tensor, lambd = 1, generator?: Generator): Tensor {
  check_floating('exponential_', 'input', target);
  if (!(check_number('exponential_', 'lambd', lambd) > 0))
    fail_range('exponential_', `expected lambd to be positive, got ${lambd}`);
  const fill: Draw = (out, from) => {
    const even = allocate(out.shape, out.dtype);
    draw('uniform', 0, 1)(even, from);
    copy_into(
      out,
      no_grad(() => even.neg_().log1p_().div_(-lambd).clamp_min_(SMALLEST)),
    );
  };
  return fill_randomly('exponential_', target, fill, { generator });
}

function random_(target: Tensor, from: number, ...more: readonly unknown[]): Tensor {
  check_tensor('random_', 'input', target);
  const [low, high, options] = typeof more[0] === 'number' ? [from, ...more] : [0, from, more[0]];
  return fill_randomly('random_', target, whole_numbers('random_', low, high), options);
}

const by_names = {
  uniform_: by_name('uniform_', ['from', 'to', 'generator'], uniform_),
  normal_: by_name('normal_', ['mean', 'std', 'generator'], normal_),
  bernoulli_: by_name('bernoulli_', ['p', 'generator'], bernoulli_),
  exponential_: by_name('exponential_', ['lambd', 'generator'], exponential_),
};
for (const [name, method] of Object.entries({ ...by_names, random_, bernoulli })) add_method(name, method as never);
