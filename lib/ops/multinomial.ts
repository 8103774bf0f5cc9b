import { check_boolean, check_integer, fail, fail_range, shape_text } from '../errors';
import { check_generator, type Generator } from '../random';
import { copied_values } from '../tensor/access';
import { float64, int64 } from '../tensor/dtype';
import { allocate, check_floating, type Tensor } from '../tensor/tensor';
import { by_name } from './by_name';
import { add_method } from './define';
import { type GeneratorOptions, rand } from './random';

declare module '../tensor/tensor' {
  interface Tensor {
    /** Indices drawn with the probabilities its rows hold; see {@link multinomial}. */
    multinomial(num_samples: number, replacement?: boolean, options?: GeneratorOptions): Tensor;
    multinomial(num_samples: number, options: MultinomialOptions): Tensor;
  }
}

/** What {@link multinomial} takes besides its input, by name. */
export interface MultinomialOptions extends GeneratorOptions {
  /** How many indices to draw. */
  num_samples?: number;
  /** May an index come again? Default false. */
  replacement?: boolean;
}

/**
 * Draws indices with the probabilities that the last dimension holds; they need not add up to 1. int64, of shape [num_samples] or
 * [rows, num_samples]. Without replacement no index comes twice in a row.
 * @example
 * ```ts
 * torch.multinomial(torch.tensor([0, 3, 0]), 1).tolist(); // [1]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.multinomial.html
 */
export const multinomial: Multinomial = by_name(
  'multinomial',
  ['num_samples', 'replacement', 'generator'],
  draw_indices,
) as Multinomial;

interface Multinomial {
  (input: Tensor, num_samples: number, replacement?: boolean, options?: GeneratorOptions): Tensor;
  (input: Tensor, num_samples: number, options: MultinomialOptions): Tensor;
  (input: Tensor, options: MultinomialOptions & { num_samples: number }): Tensor;
}

function draw_indices(input: Tensor, num_samples: number, replacement = false, generator?: Generator): Tensor {
  const op = 'multinomial';
  check_floating(op, 'input', input);
  if (input.ndim < 1 || input.ndim > 2)
    fail(op, `expected input of 1 or 2 dimensions, got shape ${shape_text(input.shape)}`);
  check_integer(op, 'num_samples', num_samples, 1);
  check_boolean(op, 'replacement', replacement);
  check_generator(op, generator);
  const [size] = input.shape.slice(-1);
  const rows = input.ndim === 1 ? 1 : input.shape[0];
  const weights = Float64Array.from(copied_values(op, input) as Float32Array);
  if (weights.some((each) => !(each >= 0 && each < Infinity)))
    fail_range(op, 'expected finite probabilities of at least 0');
  const draws = replacement ? num_samples : size;
  const chances = copied_values(op, rand([rows, draws], { dtype: float64, generator })) as Float64Array;
  const drawn = new BigInt64Array(rows * num_samples);
  for (let row = 0; row < rows; row++) {
    const own = weights.subarray(row * size, (row + 1) * size);
    const possible = own.reduce((n, each) => n + (each > 0 ? 1 : 0), 0);
    if (possible < (replacement ? 1 : num_samples))
      fail(op, `cannot draw ${num_samples} from ${possible} probabilities above 0`);
    const own_chances = chances.subarray(row * draws, (row + 1) * draws);
    const out = drawn.subarray(row * num_samples, (row + 1) * num_samples);
    if (replacement) draw_again(own, own_chances, out);
    else draw_once(own, own_chances, out);
  }
  const made = allocate(input.ndim === 1 ? [num_samples] : [rows, num_samples], int64);
  if (drawn.length > 0) made.storage.copy_in(0, drawn);
  return made;
}

/** Where a number drawn evenly falls in the running sum. */
function draw_again(weights: Float64Array, chances: Float64Array, out: BigInt64Array): void {
  let total = 0;
  let last = 0;
  const sums = weights.map((each, i) => {
    if (each > 0) last = i;
    return (total += each);
  });
  for (let i = 0; i < out.length; i++) {
    const wanted = chances[i] * total;
    let low = 0;
    for (let high = last; low < high; ) {
      const middle = (low + high) >>> 1;
      if (sums[middle] > wanted) high = middle;
      else low = middle + 1;
    }
    out[i] = BigInt(low);
  }
}

/** The shortest of exponential times with these rates come first. */
function draw_once(weights: Float64Array, chances: Float64Array, out: BigInt64Array): void {
  const times = weights.map((each, i) => (each > 0 ? -Math.log1p(-chances[i]) / each : Infinity));
  const order = Array.from(times.keys()).sort((a, b) => times[a] - times[b] || a - b);
  for (let i = 0; i < out.length; i++) out[i] = BigInt(order[i]);
}

add_method('multinomial', multinomial as never);
