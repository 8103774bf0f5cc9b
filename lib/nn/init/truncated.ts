import { type Given, positional } from '../../arguments';
import { check_number, fail_range } from '../../errors';
import { copy_into } from '../../native/map';
import { logical_and, logical_not } from '../../ops/compare';
import { tensor as tensor_of } from '../../ops/create';
import { where } from '../../ops/where';
import type { Generator } from '../../random';
import { float64 } from '../../tensor/dtype';
import { check_floating, type Tensor } from '../../tensor/tensor';
import { fill } from './fill';

/** Options of {@link trunc_normal_}. */
export interface TruncNormalOptions {
  /** Mean of the whole distribution. Default 0. */
  mean: number;
  /** Standard deviation of the whole distribution. Default 1. */
  std: number;
  /** The lower end. Default -2. */
  a: number;
  /** The upper end. Default 2. */
  b: number;
  /** Where the numbers are drawn from; default the generator of `torch.manual_seed`. */
  generator?: Generator;
}

const defaults: TruncNormalOptions = { mean: 0, std: 1, a: -2, b: 2, generator: undefined };

/** Farther away, and with squares beyond float32, a tail is a single point. */
const FARTHEST = 1e30;

/** Fills `out` with candidates, in units of the standard deviation, and tells which of them stay. */
type Propose = (out: Tensor, generator: Generator | undefined) => Tensor;

/**
 * Normal, cut off outside [a, b] (absolute values, not multiples of std).
 *
 * Candidates are drawn until each element has one that stays. Near the mean they are normal; elsewhere they are uniform where the interval is
 * narrow, else exponential from its nearer end, so that a tail of any distance takes a few rounds (Robert, Simulation of truncated normal
 * variables, 1995).
 * @example
 * ```ts
 * const w = torch.empty([1000]);
 * torch.nn.init.trunc_normal_(w, { std: 0.02, a: -0.04, b: 0.04 });
 * w.abs().max().item() <= 0.04; // true
 * ```
 * @see https://pytorch.org/docs/stable/nn.init.html#torch.nn.init.trunc_normal_
 */
export function trunc_normal_(
  tensor: Tensor,
  ...given: Given<Partial<TruncNormalOptions>, [mean: 'mean', std: 'std', a: 'a', b: 'b', generator: 'generator']>
): Tensor {
  const op = 'trunc_normal_';
  const { generator, ...numbers } = positional(op, given, defaults);
  check_floating(op, 'tensor', tensor);
  const { mean, std, a, b } = numbers;
  for (const [name, value] of Object.entries(numbers)) {
    const number = check_number(op, name, value);
    if (Number.isNaN(number) || (!Number.isFinite(number) && (name === 'mean' || name === 'std')))
      fail_range(op, `expected ${name} to be a finite number, got ${number}`);
  }
  if (!(std > 0)) fail_range(op, `expected std to be positive, got ${std}`);
  if (!(a < b)) fail_range(op, `expected a < b, got a ${a} and b ${b}`);
  // What ends left of the mean is a mirror image.
  const mirrored = b < mean;
  const [low, high] = (mirrored ? [mean - b, mean - a] : [a - mean, b - mean]).map((each) =>
    Math.min(each / std, FARTHEST),
  );
  const central = share(low, high) > 0.3;
  const propose = central ? normal(low, high) : high - low <= narrow(low) ? uniform(low, high) : tail(low, high);
  const origin = central ? mean : mirrored ? b : a;
  return fill(op, tensor, (target) => {
    if (target.count === 0) return;
    const drawn = target.clone();
    let open = logical_not(propose(drawn, generator));
    while (open.any().item()) {
      const again = drawn.clone();
      const stays = propose(again, generator);
      copy_into(drawn, where(open, again, drawn));
      open = logical_and(open, logical_not(stays));
    }
    target.copy_(
      drawn
        .mul_(mirrored ? -std : std)
        .add_(origin)
        .clamp_(a, b),
    );
  });
}

/** The share of all numbers that lies between. */
function share(low: number, high: number): number {
  const [from, to] = tensor_of([low, high], { dtype: float64 }).div(Math.SQRT2).erf().tolist() as number[];
  return (to - from) / 2;
}

function chance(like: Tensor, generator: Generator | undefined): Tensor {
  return like.clone().uniform_(0, 1, { generator });
}

const normal =
  (low: number, high: number): Propose =>
  (out, generator) => {
    out.normal_(0, 1, { generator });
    return logical_and(out.ge(low), out.le(high));
  };

/** Up to this width uniform candidates are the better ones; from the tail's end, both are measured. */
function narrow(low: number): number {
  if (low <= 0) return Infinity;
  const root = Math.sqrt(low ** 2 + 4);
  return ((2 * Math.sqrt(Math.E)) / (low + root)) * Math.exp((low ** 2 - low * root) / 4);
}

/** Candidates are distances from the lower end, exact however far from the mean that lies. */
const uniform =
  (low: number, high: number): Propose =>
  (out, generator) => {
    out.uniform_(0, high - low, { generator });
    const fall = out
      .add(2 * low)
      .mul_(out)
      .add_(low < 0 ? low ** 2 : 0);
    return chance(out, generator).lt(fall.mul_(-0.5).exp_());
  };

const tail = (low: number, high: number): Propose => {
  const rate = (low + Math.sqrt(low ** 2 + 4)) / 2;
  return (out, generator) => {
    // 1 - u lies in (0, 1], so that its logarithm is finite.
    out
      .uniform_(0, 1, { generator })
      .neg_()
      .add_(1)
      .log_()
      .mul_(-1 / rate);
    const fall = out.sub(rate - low).square_();
    const stays = chance(out, generator).lt(fall.mul_(-0.5).exp_());
    return logical_and(stays, out.le(high - low));
  };
};
