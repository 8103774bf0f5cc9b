import { type Given, positional } from '../arguments';
import { is_grad_enabled } from '../autograd/mode';
import { record, requires_grad, tracks } from '../autograd/node';
import { check_boolean, check_number, fail, fail_range } from '../errors';
import { kernel, result } from '../native/kernel';
import { map_kernel } from '../native/map';
import { check_generator, type Generator } from '../random';
import { allocate, check_floating, type Tensor } from '../tensor/tensor';
import { check_fits, type InplaceOption } from './activation_family';
import { mul } from './arithmetic';
import { check_inplace, op, type Reference, record_inplace, sample } from './define';
import { leaky_relu } from './leaky_relu';
import { past } from './operand';

/** The leaky rectifier with random slopes. */

declare module '../tensor/tensor' {
  interface Tensor {
    /** A random slope for each negative element while training, their mean else. */
    rrelu(lower?: number, upper?: number, training?: boolean, inplace?: boolean): Tensor;
    rrelu(options: RReluOptions): Tensor;
    rrelu_(lower?: number, upper?: number, training?: boolean): Tensor;
    rrelu_(options: Omit<RReluOptions, 'inplace'>): Tensor;
  }
}

/** Options of {@link rrelu}. */
export interface RReluOptions extends InplaceOption {
  /** Default 1/8. */
  lower?: number;
  /** Default 1/3. */
  upper?: number;
  /** Draw a slope for every element; else the slope is the middle of the two. Default false. */
  training?: boolean;
  /** Where the slopes are drawn from; default the generator of `torch.manual_seed`. */
  generator?: Generator;
}

const uniform = kernel('uniform');
const choose = map_kernel('rrelu_noise');
const multiply = map_kernel('mul');

/** What every element is multiplied with: 1 where x > 0, a random slope elsewhere. Known to the graph alone. */
function draw_factors(x: Tensor, lower: number, upper: number, generator: Generator): Tensor {
  const factors = allocate(x.shape, x.dtype);
  factors.storage.internal = true;
  if (x.count === 0) return factors;
  uniform(x.dtype.code, x.count, factors, lower, upper, generator.stream());
  generator.advance(result(0));
  choose(x.dtype, factors, [x, factors]);
  return factors;
}

function judge(label: string, input: Tensor, given: readonly unknown[]) {
  const x = check_floating(label, 'input', input);
  const asked = positional(label, given, {
    lower: 1 / 8,
    upper: 1 / 3,
    training: false,
    inplace: false,
    generator: undefined as Generator | undefined,
  });
  for (const name of ['lower', 'upper'] as const) {
    const bound = check_number(label, name, asked[name]);
    if (!Number.isFinite(bound)) fail(label, `expected ${name} to be finite, got ${bound}`);
    check_fits(label, name, bound, x.dtype);
  }
  if (asked.lower > asked.upper)
    fail_range(label, `expected lower <= upper, got lower ${asked.lower} and upper ${asked.upper}`);
  check_boolean(label, 'training', asked.training);
  check_boolean(label, 'inplace', asked.inplace);
  return { ...asked, generator: check_generator(label, asked.generator) };
}

const RULE_NAME = 'RreluWithNoiseBackward0';

function apply(label: string, x: Tensor, given: readonly unknown[], always_inplace: boolean): Tensor {
  const { lower, upper, training, inplace, generator } = judge(label, x, given);
  const into_input = inplace || always_inplace;
  if (!training) {
    const slope = (lower + upper) / 2;
    return into_input ? x.leaky_relu_(slope) : leaky_relu(x, slope);
  }
  if (into_input) check_inplace(label, x);
  const history = into_input && is_grad_enabled() && requires_grad(x) ? [past(x, false)] : [];
  const out = into_input ? x : allocate(x.shape, x.dtype);
  const factors = draw_factors(x, lower, upper, generator);
  if (x.count > 0) multiply(x.dtype, out, [x, factors]);
  const rule = (g: Tensor, node: { saved(i: number): Tensor }) => [mul(g, node.saved(0))];
  if (into_input) return record_inplace(x, RULE_NAME, history, history.length > 0 ? [factors] : [], rule);
  return tracks(x) ? record(out, RULE_NAME, [x], [factors], rule) : out;
}

type RRelu = (
  input: Tensor,
  ...given: Given<RReluOptions, [lower: 'lower', upper: 'upper', training: 'training', inplace: 'inplace']>
) => Tensor;
type RReluInPlace = (
  input: Tensor,
  ...given: Given<Omit<RReluOptions, 'inplace'>, [lower: 'lower', upper: 'upper', training: 'training']>
) => Tensor;

/** {@link rrelu} in place. */
export const rrelu_ = ((input: Tensor, ...given: readonly unknown[]) =>
  apply('rrelu_', input, given, true)) as unknown as RReluInPlace;

/**
 * `x > 0 ? x : x * slope` with a slope drawn from [lower, upper) for every element in training, and (lower + upper) / 2 else.
 * @example
 * ```ts
 * const generator = new torch.Generator().manual_seed(1);
 * torch.rrelu(torch.randn([3]), { lower: 0.1, upper: 0.3, training: true, generator });
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.rrelu.html
 */
export const rrelu = op({
  name: 'rrelu',
  call: (input: Tensor, ...given: readonly unknown[]): Tensor => apply('rrelu', input, given, false),
  inplace: rrelu_ as never,
  reference: (x: Reference, lower = 1 / 8, upper = 1 / 3): Reference => ({
    shape: x.shape,
    data: Float64Array.from(x.data as ArrayLike<number>, (v) => (v > 0 ? v : (v * (lower + upper)) / 2)),
  }),
  samples: () => [
    ...[[], [9], [3, 17], [2, 0]].map((shape) => ({ args: [sample(shape, { avoid: [0] })] })),
    { args: [sample([17], { avoid: [0] }), 0.25, 0.75] },
  ],
  errors: () => [
    { args: [sample([2]), 0.5, 0.1], message: /expected lower <= upper, got lower 0.5 and upper 0.1/ },
    { args: [sample([2]), 0.5, Infinity], message: /expected upper to be finite, got Infinity/ },
    { args: [sample([2]), 0.5, 1e39], message: /upper 1e\+39 does not fit torch.float32/ },
    { args: [sample([2]), { low: 1 }], message: /Misspelled option "low"/ },
    { args: [sample([2], { dtype: 'int64' })], message: /expected input to be of a floating point dtype/ },
  ],
}) as unknown as RRelu;
