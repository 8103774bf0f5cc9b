import { type Given, positional } from '../../arguments';
import { check_integer, check_options } from '../../errors';
import { check_label_smoothing, cross_entropy } from '../../ops/cross_entropy';
import { check_reduction, type LossReduction } from '../../ops/loss';
import { check_beta, check_delta, huber_loss, l1_loss, mse_loss, smooth_l1_loss } from '../../ops/loss_regression';
import { nll_loss } from '../../ops/nll_loss';
import { check_tensor, type Tensor } from '../../tensor/tensor';
import { Module } from '../module';

/** Losses as modules: `forward(input, target)`. */

/** Options of {@link MSELoss} and its kin. */
export interface RegressionLossOptions {
  /** What becomes of the elements' losses. Default `mean`. */
  reduction?: LossReduction;
}

/** A loss whose only option is how it is reduced. */
export abstract class ReducedLoss extends Module {
  readonly reduction: LossReduction;

  constructor(options?: RegressionLossOptions) {
    super();
    const { name } = new.target;
    this.reduction = check_reduction(name, check_options(name, options, { reduction: 'mean' }).reduction);
  }
}

/**
 * The mean of `(input - target)²`.
 * @example
 * ```ts
 * new torch.nn.MSELoss().forward(torch.tensor([1, 2]), torch.tensor([0, 4])).item(); // 2.5
 * new torch.nn.MSELoss({ reduction: 'sum' }).forward(torch.tensor([1, 2]), torch.tensor([0, 4])).item(); // 5
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.MSELoss.html
 */
export class MSELoss extends ReducedLoss {
  override forward(input: Tensor, target: Tensor): Tensor {
    return mse_loss(input, target, { reduction: this.reduction });
  }
}

/**
 * The mean of `|input - target|`.
 * @example
 * ```ts
 * new torch.nn.L1Loss().forward(torch.tensor([1, 2]), torch.tensor([0, 4])).item(); // 1.5
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.L1Loss.html
 */
export class L1Loss extends ReducedLoss {
  override forward(input: Tensor, target: Tensor): Tensor {
    return l1_loss(input, target, { reduction: this.reduction });
  }
}

/**
 * Squares near zero, magnitudes beyond `beta` (default 1).
 * @example
 * ```ts
 * new torch.nn.SmoothL1Loss().forward(torch.tensor([0.5, 3]), torch.tensor([0, 0])).item(); // 1.3125
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.SmoothL1Loss.html
 */
export class SmoothL1Loss extends ReducedLoss {
  readonly beta: number;

  constructor(options?: RegressionLossOptions & { beta?: number }) {
    const { reduction, beta } = check_options('SmoothL1Loss', options, { reduction: 'mean' as const, beta: 1 });
    super({ reduction });
    this.beta = check_beta('SmoothL1Loss', beta);
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return smooth_l1_loss(input, target, { reduction: this.reduction, beta: this.beta });
  }
}

/**
 * Squares near zero, straight lines beyond `delta` (default 1).
 * @example
 * ```ts
 * new torch.nn.HuberLoss().forward(torch.tensor([0.5, 3]), torch.tensor([0, 0])).item(); // 1.3125
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.HuberLoss.html
 */
export class HuberLoss extends ReducedLoss {
  readonly delta: number;

  constructor(...given: Given<RegressionLossOptions & { delta?: number }, [reduction: 'reduction', delta: 'delta']>) {
    const { reduction, delta } = positional('HuberLoss', given, { reduction: 'mean' as const, delta: 1 });
    super({ reduction });
    this.delta = check_delta('HuberLoss', delta);
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return huber_loss(input, target, { reduction: this.reduction, delta: this.delta });
  }
}

/** Options of {@link NLLLoss}. */
export interface NLLLossOptions extends RegressionLossOptions {
  /** A factor for each class. */
  weight?: Tensor | null;
  /** Rows with this target do not count. Default -100. */
  ignore_index?: number;
}

/** Options of {@link CrossEntropyLoss}. */
export interface CrossEntropyLossOptions extends NLLLossOptions {
  /** How much of the target is spread over all classes, in [0, 1]. Default 0. */
  label_smoothing?: number;
}

/** The class weights are a buffer, so that they are saved and converted with the module. */
abstract class ClassLoss extends Module {
  declare weight: Tensor | null;
  readonly ignore_index: number;
  readonly reduction: LossReduction;

  constructor(name: string, options: Required<NLLLossOptions>) {
    super();
    if (options.weight !== null) check_tensor(name, 'weight', options.weight);
    this.register_buffer('weight', options.weight);
    this.ignore_index = check_integer(name, 'ignore_index', options.ignore_index);
    this.reduction = check_reduction(name, options.reduction);
  }
}

const class_loss = { weight: null, ignore_index: -100, reduction: 'mean' as const };

/**
 * The negative log likelihood of log probabilities.
 * @example
 * ```ts
 * const log_probabilities = torch.tensor([[0.25, 0.75], [0.5, 0.5]]).log();
 * new torch.nn.NLLLoss().forward(log_probabilities, torch.tensor([1n, 0n])).item(); // 0.4904
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.NLLLoss.html
 */
export class NLLLoss extends ClassLoss {
  constructor(...given: Given<NLLLossOptions, [weight: 'weight']>) {
    super('NLLLoss', positional<Required<NLLLossOptions>>('NLLLoss', given, class_loss, ['weight']));
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    const { weight, ignore_index, reduction } = this;
    return nll_loss(input, target, { weight, ignore_index, reduction });
  }
}

/**
 * Cross entropy of logits and classes (or probabilities); log-softmax and likelihood in one kernel.
 * @example
 * ```ts
 * const criterion = new torch.nn.CrossEntropyLoss();
 * criterion.forward(torch.tensor([[0, 0]]), torch.tensor([1n])).item(); // 0.6931471824645996
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.CrossEntropyLoss.html
 */
export class CrossEntropyLoss extends ClassLoss {
  readonly label_smoothing: number;

  constructor(...given: Given<CrossEntropyLossOptions, [weight: 'weight']>) {
    const defaults = { ...class_loss, label_smoothing: 0 };
    const options = positional<Required<CrossEntropyLossOptions>>('CrossEntropyLoss', given, defaults, ['weight']);
    super('CrossEntropyLoss', options);
    this.label_smoothing = check_label_smoothing('CrossEntropyLoss', options.label_smoothing);
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    const { weight, ignore_index, reduction, label_smoothing } = this;
    return cross_entropy(input, target, { weight, ignore_index, reduction, label_smoothing });
  }
}
