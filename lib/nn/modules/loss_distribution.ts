import { type Given, positional } from '../../arguments';
import { check_boolean, check_number, check_options, fail_range } from '../../errors';
import { check_reduction, type LossReduction } from '../../ops/loss';
import { binary_cross_entropy, binary_cross_entropy_with_logits } from '../../ops/loss_binary';
import {
  check_kl_reduction,
  type GaussianNllOptions,
  gaussian_nll_loss,
  type KlDivOptions,
  kl_div,
  type PoissonNllOptions,
  poisson_nll_loss,
} from '../../ops/loss_divergence';
import { check_tensor, type Tensor } from '../../tensor/tensor';
import { Module } from '../module';

/** Losses of probabilities and distributions as modules: `forward(input, target)`. */

/** Options of {@link BCELoss}. */
export interface BCELossOptions {
  /** A factor for each element, broadcast to the input. */
  weight?: Tensor | null;
  /** What becomes of the elements' losses. Default `mean`. */
  reduction?: LossReduction;
}

/** Options of {@link BCEWithLogitsLoss}. */
export interface BCEWithLogitsLossOptions extends BCELossOptions {
  /** How much positive examples count, broadcast to the input: one for each class. */
  pos_weight?: Tensor | null;
}

/** Weights are buffers, so that they are saved and converted with the module. */
abstract class BinaryLoss extends Module {
  declare weight: Tensor | null;
  readonly reduction: LossReduction;

  constructor(name: string, { weight, reduction }: Required<BCELossOptions>) {
    super();
    this.register_buffer('weight', weight === null ? null : check_tensor(name, 'weight', weight));
    this.reduction = check_reduction(name, reduction);
  }
}

/**
 * Binary cross entropy of probabilities, which must lie in [0, 1].
 * @example
 * ```ts
 * new torch.nn.BCELoss().forward(torch.tensor([0.5, 0.9]), torch.tensor([1, 1])).item(); // 0.3993
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.BCELoss.html
 */
export class BCELoss extends BinaryLoss {
  constructor(...given: Given<BCELossOptions, [weight: 'weight']>) {
    super('BCELoss', positional('BCELoss', given, { weight: null, reduction: 'mean' as const }, ['weight']));
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return binary_cross_entropy(input, target, { weight: this.weight, reduction: this.reduction });
  }
}

/**
 * Binary cross entropy of logits: sigmoid and loss in one pass.
 * @example
 * ```ts
 * const criterion = new torch.nn.BCEWithLogitsLoss({ pos_weight: torch.tensor([2]) });
 * criterion.forward(torch.tensor([0]), torch.tensor([1])).item(); // 1.3862943649291992
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.BCEWithLogitsLoss.html
 */
export class BCEWithLogitsLoss extends BinaryLoss {
  declare pos_weight: Tensor | null;

  constructor(...given: Given<BCEWithLogitsLossOptions, [weight: 'weight']>) {
    const name = 'BCEWithLogitsLoss';
    const defaults = { weight: null, reduction: 'mean' as const, pos_weight: null };
    const { pos_weight, ...options } = positional<Required<BCEWithLogitsLossOptions>>(name, given, defaults, [
      'weight',
    ]);
    super(name, options);
    this.register_buffer('pos_weight', pos_weight === null ? null : check_tensor(name, 'pos_weight', pos_weight));
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    const { weight, reduction, pos_weight } = this;
    return binary_cross_entropy_with_logits(input, target, { weight, reduction, pos_weight });
  }
}

/**
 * Kullback and Leibler's divergence of log probabilities; `batchmean` is the one of mathematics.
 * @example
 * ```ts
 * const [p, q] = [torch.tensor([[0.5, 0.5]]), torch.tensor([[0.25, 0.75]])];
 * new torch.nn.KLDivLoss({ reduction: 'batchmean' }).forward(p.log(), q).item(); // 0.1308
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.KLDivLoss.html
 */
export class KLDivLoss extends Module {
  readonly reduction: LossReduction | 'batchmean';
  readonly log_target: boolean;

  constructor(options?: KlDivOptions) {
    super();
    const { reduction, log_target } = check_options<Required<KlDivOptions>>('KLDivLoss', options, {
      reduction: 'mean',
      log_target: false,
    });
    this.reduction = check_kl_reduction('KLDivLoss', reduction);
    this.log_target = check_boolean('KLDivLoss', 'log_target', log_target);
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return kl_div(input, target, { reduction: this.reduction, log_target: this.log_target });
  }
}

/**
 * Counts under Poisson's distribution.
 * @example
 * ```ts
 * new torch.nn.PoissonNLLLoss().forward(torch.tensor([0, 1]), torch.tensor([1, 2])).item(); // 0.8591
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.PoissonNLLLoss.html
 */
export class PoissonNLLLoss extends Module {
  readonly log_input: boolean;
  readonly full: boolean;
  readonly eps: number;
  readonly reduction: LossReduction;

  constructor(...given: Given<PoissonNllOptions, [log_input: 'log_input', full: 'full']>) {
    super();
    const name = 'PoissonNLLLoss';
    const defaults = { log_input: true, full: false, eps: 1e-8, reduction: 'mean' as const };
    const options = positional<Required<PoissonNllOptions>>(name, given, defaults, ['log_input', 'full']);
    this.log_input = check_boolean(name, 'log_input', options.log_input);
    this.full = check_boolean(name, 'full', options.full);
    this.eps = check_number(name, 'eps', options.eps);
    this.reduction = check_reduction(name, options.reduction);
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    const { log_input, full, eps, reduction } = this;
    return poisson_nll_loss(input, target, { log_input, full, eps, reduction });
  }
}

/**
 * Numbers under normal distributions: `forward(mean, target, variance)`.
 * @example
 * ```ts
 * const [mean, target, variance] = [torch.tensor([0, 1]), torch.tensor([0, 3]), torch.tensor([1, 4])];
 * new torch.nn.GaussianNLLLoss().forward(mean, target, variance).item(); // 0.5966
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.GaussianNLLLoss.html
 */
export class GaussianNLLLoss extends Module {
  readonly full: boolean;
  readonly eps: number;
  readonly reduction: LossReduction;

  constructor(...given: Given<GaussianNllOptions, [full: 'full', eps: 'eps', reduction: 'reduction']>) {
    super();
    const name = 'GaussianNLLLoss';
    const defaults = { full: false, eps: 1e-6, reduction: 'mean' as const };
    const options = positional<Required<GaussianNllOptions>>(name, given, defaults);
    this.full = check_boolean(name, 'full', options.full);
    this.eps = check_number(name, 'eps', options.eps);
    if (!(this.eps > 0)) fail_range(name, `expected eps to be greater than 0, got ${this.eps}`);
    this.reduction = check_reduction(name, options.reduction);
  }

  override forward(input: Tensor, target: Tensor, variance: Tensor | number): Tensor {
    const { full, eps, reduction } = this;
    return gaussian_nll_loss(input, target, variance, { full, eps, reduction });
  }
}
