import { type Given, positional } from '../arguments';
import { reusable } from '../autograd/engine';
import { is_grad_enabled } from '../autograd/mode';
import { type Node, record, requires_grad, tracks } from '../autograd/node';
import { check_boolean, check_number, fail_range } from '../errors';
import { kernel, result } from '../native/kernel';
import { copy_into } from '../native/map';
import { check_generator, type Generator } from '../random';
import { allocate, check_floating, type Tensor } from '../tensor/tensor';
import type { InplaceOption } from './activation_family';
import { check_inplace, op, type Reference, record_inplace, sample } from './define';
import { allocate_mask } from './leaky_relu';
import { past } from './operand';
import { contiguous } from './views';

/** Elements dropped at random: one pass draws, scales and packs what was kept into bits for backward. */

/** Options of {@link dropout} and its kin. */
export interface DropoutOptions extends InplaceOption {
  /** The probability that an element is dropped. Default 0.5. */
  p?: number;
  /** Without it the input comes back as it is. */
  training?: boolean;
  /** Where the mask is drawn from; default the generator of `torch.manual_seed`. */
  generator?: Generator;
}

export interface JudgedDropout {
  p: number;
  training: boolean;
  inplace: boolean;
  generator: Generator;
}

export function check_probability(name: string, p: unknown): number {
  const probability = check_number(name, 'p', p);
  if (!(probability >= 0 && probability <= 1)) fail_range(name, `expected p to be between 0 and 1, got ${probability}`);
  return probability;
}

export function judge_dropout(name: string, given: readonly unknown[], training: boolean): JudgedDropout {
  const asked = positional(name, given, {
    p: 0.5,
    training,
    inplace: false,
    generator: undefined as Generator | undefined,
  });
  return {
    p: check_probability(name, asked.p),
    training: check_boolean(name, 'training', asked.training),
    inplace: check_boolean(name, 'inplace', asked.inplace),
    generator: check_generator(name, asked.generator),
  };
}

/** What becomes of an element x: `x * scale + kept`, or `x * 0 + dropped`. */
export interface Fate {
  scale: number;
  kept: number;
  dropped: number;
}

export const plain_fate = (p: number): Fate => ({ scale: p === 1 ? 0 : 1 / (1 - p), kept: 0, dropped: 0 });

/** The smallest value of SELU, which dropped elements get; then an affine map restores mean 0 and variance 1. */
export function alpha_fate(p: number): Fate {
  if (p === 1) return { scale: 0, kept: 0, dropped: 0 };
  const alpha = 1.7580993408473766;
  const scale = 1 / Math.sqrt((alpha * alpha * p + 1) * (1 - p));
  const kept = alpha * scale * p;
  return { scale, kept, dropped: kept - alpha * scale };
}

const forward = kernel('dropout');
const backward = kernel('dropout_backward');

/** Writes `x` with elements dropped into `out` (which may be `x`), and which were kept into the mask. */
export function drop_into(
  out: Tensor,
  x: Tensor,
  mask: Tensor | null,
  p: number,
  fate: Fate,
  generator: Generator,
): void {
  if (x.count === 0) return;
  const { scale, kept, dropped } = fate;
  forward(x.dtype.code, x.count, out, x, mask, 1 - p, scale, kept, dropped, generator.stream());
  generator.advance(result(0));
}

/** g * scale where the mask is set, else g * 0: its own gradient. */
function masked(g: Tensor, mask: Tensor, scale: number): Tensor {
  const dense = contiguous(g);
  const out = !is_grad_enabled() && reusable(dense) ? dense : allocate(dense.shape, dense.dtype);
  backward(dense.dtype.code, dense.count, out, dense, mask, scale);
  if (tracks(g)) record(out, 'NativeDropoutBackwardBackward0', [g], [mask], rule(scale));
  return out;
}

const rule = (scale: number) => (g: Tensor, node: Node) => [masked(g, node.saved(0), scale)];

function drop(name: string, x: Tensor, { p, inplace, generator }: JudgedDropout, fate: Fate): Tensor {
  if (inplace) check_inplace(name, x);
  const tracked = is_grad_enabled() && requires_grad(x);
  const node_name = 'NativeDropoutBackward0';
  if (!inplace) {
    const dense = contiguous(x);
    const out = allocate(x.shape, x.dtype);
    const mask = tracked ? allocate_mask(x.count) : null;
    drop_into(out, dense, mask, p, fate, generator);
    return mask === null ? out : record(out, node_name, [x], [mask], rule(fate.scale));
  }
  const history = tracked ? [past(x, false)] : [];
  const dense = contiguous(x.detach());
  const mask = tracked ? allocate_mask(x.count) : null;
  drop_into(dense, dense, mask, p, fate, generator);
  if (dense.storage !== x.storage) copy_into(x, dense);
  return record_inplace(x, node_name, history, mask === null ? [] : [mask], rule(fate.scale));
}

export type Dropout = (
  input: Tensor,
  ...given: Given<DropoutOptions, [p: 'p', training: 'training', inplace: 'inplace']>
) => Tensor;

function declare(name: 'dropout' | 'alpha_dropout', training: boolean, fate_of: (p: number) => Fate): Dropout {
  return op({
    name,
    methods: [],
    call: (input: Tensor, ...given: readonly unknown[]): Tensor => {
      const x = check_floating(name, 'input', input);
      const how = judge_dropout(name, given, training);
      if (!how.training || how.p === 0 || x.count === 0) return x;
      return drop(name, x, how, fate_of(how.p));
    },
    reference: (x: Reference, p = 0.5) => ({ shape: x.shape, data: Array.from(x.data, (v) => (p === 1 ? v * 0 : v)) }),
    // What is random cannot be compared; test/dropout.test.ts looks at it.
    samples: () => [
      { args: [sample([3, 5]), 0.5, false] },
      { args: [sample([3, 5]), 0, true] },
      { args: [sample([3, 5]), 1, true] },
      { args: [sample([300]), 1, true] },
      { args: [sample([2, 0]), 0.5, true] },
    ],
    errors: () => [
      { args: [sample([2]), 1.5], message: /expected p to be between 0 and 1, got 1.5/ },
      { args: [sample([2]), -0.1], message: /expected p to be between 0 and 1, got -0.1/ },
      { args: [sample([2]), '0.5'], message: /expected p to be a number, got "0.5" \(string\)/ },
      { args: [sample([2]), 0.5, 1], message: /expected training to be a boolean, got 1/ },
      { args: [sample([2], { dtype: 'int64' })], message: /expected input to be of a floating point dtype/ },
      { args: [sample([2]), { probability: 0.1 }], message: /Misspelled option "probability"/ },
    ],
  }) as Dropout;
}

/**
 * In training, each element is 0 with probability `p`, and the others are divided by `1 - p`; else the input itself comes back. Which
 * elements are dropped depends on the generator alone, not on the number of threads. Any shape, float32 or float64.
 * @example
 * ```ts
 * import * as torch from 'cresset';
 * const x = torch.ones([2, 3]);
 * torch.nn.functional.dropout(x, 0.5, false).tolist(); // [[1, 1, 1], [1, 1, 1]]
 * torch.nn.functional.dropout(x, 1).tolist(); // [[0, 0, 0], [0, 0, 0]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.dropout.html
 */
export const dropout = declare('dropout', true, plain_fate);

/**
 * Dropout that keeps mean and variance of inputs of mean 0 and variance 1, for use with SELU; `training` is false unless given.
 * @example
 * ```ts
 * torch.nn.functional.alpha_dropout(torch.randn([4]), { p: 0.5, training: true }).shape; // [4]
 * ```
 * @see https://arxiv.org/abs/1706.02515
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.alpha_dropout.html
 */
export const alpha_dropout = declare('alpha_dropout', false, alpha_fate);
