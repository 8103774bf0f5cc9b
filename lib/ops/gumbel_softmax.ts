import { type Given, positional } from '../arguments';
import { check_boolean, check_number, fail_range } from '../errors';
import { wrap_dim } from '../tensor/shape';
import { check_floating, type Tensor } from '../tensor/tensor';
import { add, div, neg, sub } from './arithmetic';
import { zeros_like } from './create';
import { argmax } from './extreme';
import { scatter } from './gather';
import { log } from './pointwise';
import { rand_like } from './random';
import { softmax } from './softmax';
import { unsqueeze } from './views';

/** Options of {@link gumbel_softmax}. */
export interface GumbelSoftmaxOptions {
  /** The temperature. Default 1. */
  tau?: number;
  /** Samples are one-hot, their gradients those of the soft ones. Default false. */
  hard?: boolean;
  /** Without an effect, as in PyTorch, whose place it keeps. */
  eps?: number;
  /** The dimension of the classes. Default -1. */
  dim?: number;
}

/**
 * Samples of the classes with these unnormalised log probabilities, differentiable (Jang, Gu and Poole, "Categorical reparameterization with
 * Gumbel-Softmax", 2017): of the shape of the logits, each line adding up to 1.
 * @example
 * ```ts
 * torch.nn.functional.gumbel_softmax(torch.zeros([3, 4]), { hard: true }).sum(1).tolist(); // [1, 1, 1]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.gumbel_softmax.html
 */
export function gumbel_softmax(
  logits: Tensor,
  ...given: Given<GumbelSoftmaxOptions, [tau: 'tau', hard: 'hard', eps: 'eps', dim: 'dim']>
): Tensor {
  const name = 'gumbel_softmax';
  const x = check_floating(name, 'logits', logits);
  const { tau, hard, eps, dim } = positional(name, given, { tau: 1, hard: false, eps: 1e-10, dim: -1 });
  check_number(name, 'eps', eps);
  if (!(check_number(name, 'tau', tau) > 0)) fail_range(name, `expected tau to be greater than 0, got ${tau}`);
  check_boolean(name, 'hard', hard);
  const d = wrap_dim(name, dim, x.ndim);
  // 1 - u lies in (0, 1]: its logarithm is finite, and that of 0 makes a class that is certain.
  const noise = neg(log(neg(log(sub(1, rand_like(x.detach()))))));
  const soft = softmax(div(add(x, noise), tau), d);
  if (!hard) return soft;
  const chosen = unsqueeze(argmax(soft.detach(), d), d);
  const one_hot = scatter(zeros_like(soft.detach()), d, chosen, 1);
  return add(sub(one_hot, soft.detach()), soft);
}
