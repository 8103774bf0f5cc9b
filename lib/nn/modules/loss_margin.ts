import { type Given, positional } from '../../arguments';
import { check_boolean, check_number, check_options, fail_type } from '../../errors';
import { check_reduction, type LossReduction } from '../../ops/loss';
import {
  check_power,
  type MultiMarginLossOptions,
  multi_margin_loss,
  multilabel_margin_loss,
} from '../../ops/loss_classes';
import * as margins from '../../ops/loss_margin';
import type { WeightedLossOptions } from '../../ops/loss_regression';
import { check_tensor, type Tensor } from '../../tensor/tensor';
import { Module } from '../module';
import { PairwiseDistance } from './distance';
import { ReducedLoss } from './loss';

/** Losses with a margin as modules. */

type MarginArguments = Given<margins.MarginLossOptions, [margin: 'margin']>;

type DistanceFunction = (a: Tensor, b: Tensor) => Tensor;

/** Options of {@link TripletMarginWithDistanceLoss}. */
export interface TripletDistanceOptions
  extends Omit<margins.TripletMarginWithDistanceLossOptions, 'distance_function'> {
  /** The distances of two tensors' rows, a function or a Module. Default {@link PairwiseDistance}. */
  distance_function?: DistanceFunction | Module | null;
}

abstract class MarginLoss extends Module {
  readonly margin: number;
  readonly reduction: LossReduction;

  /** PyTorch's first positional option is the margin. */
  constructor(name: string, given: MarginArguments, usual: number) {
    super();
    const defaults = { margin: usual, reduction: 'mean' as const };
    const { margin, reduction } = positional<Required<margins.MarginLossOptions>>(name, given, defaults, ['margin']);
    this.margin = check_number(name, 'margin', margin);
    this.reduction = check_reduction(name, reduction);
  }

  protected options(): Required<margins.MarginLossOptions> {
    return { margin: this.margin, reduction: this.reduction };
  }
}

/**
 * Targets are 1 (near) and -1 (far).
 * @example
 * ```ts
 * new torch.nn.HingeEmbeddingLoss().forward(torch.tensor([0.5, 0.25]), torch.tensor([1, -1])).item(); // 0.625
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.HingeEmbeddingLoss.html
 */
export class HingeEmbeddingLoss extends MarginLoss {
  constructor(...given: MarginArguments) {
    super('HingeEmbeddingLoss', given, 1);
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return margins.hinge_embedding_loss(input, target, this.options());
  }
}

/**
 * `forward(input1, input2, target)`: which ranks higher.
 * @example
 * ```ts
 * new torch.nn.MarginRankingLoss().forward(torch.tensor([1, 2]), torch.tensor([2, 1]), torch.tensor([1, 1])).item(); // 0.5
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.MarginRankingLoss.html
 */
export class MarginRankingLoss extends MarginLoss {
  constructor(...given: MarginArguments) {
    super('MarginRankingLoss', given, 0);
  }

  override forward(input1: Tensor, input2: Tensor, target: Tensor): Tensor {
    return margins.margin_ranking_loss(input1, input2, target, this.options());
  }
}

/**
 * `forward(input1, input2, target)`: alike (1) or not (-1).
 * @example
 * ```ts
 * const [a, b] = [torch.tensor([[1, 0]]), torch.tensor([[3, 4]])];
 * new torch.nn.CosineEmbeddingLoss().forward(a, b, torch.tensor([1])).item(); // 0.4000
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.CosineEmbeddingLoss.html
 */
export class CosineEmbeddingLoss extends MarginLoss {
  constructor(...given: MarginArguments) {
    super('CosineEmbeddingLoss', given, 0);
  }

  override forward(input1: Tensor, input2: Tensor, target: Tensor): Tensor {
    return margins.cosine_embedding_loss(input1, input2, target, this.options());
  }
}

/**
 * `forward(anchor, positive, negative)`.
 * @example
 * ```ts
 * const [anchor, near, far] = [torch.zeros([1, 2]), torch.tensor([[3, 4]]), torch.tensor([[0, 5.5]])];
 * new torch.nn.TripletMarginLoss().forward(anchor, near, far).item(); // 0.500
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.TripletMarginLoss.html
 */
export class TripletMarginLoss extends Module {
  readonly margin: number;
  readonly p: number;
  readonly eps: number;
  readonly swap: boolean;
  readonly reduction: LossReduction;

  constructor(...given: Given<margins.TripletMarginLossOptions, [margin: 'margin', p: 'p', eps: 'eps', swap: 'swap']>) {
    super();
    const name = 'TripletMarginLoss';
    const defaults = { margin: 1, p: 2, eps: 1e-6, swap: false, reduction: 'mean' as const };
    const options = positional<Required<margins.TripletMarginLossOptions>>(name, given, defaults, [
      'margin',
      'p',
      'eps',
      'swap',
    ]);
    this.margin = margins.check_margin(name, options.margin);
    this.p = check_number(name, 'p', options.p);
    this.eps = check_number(name, 'eps', options.eps);
    this.swap = check_boolean(name, 'swap', options.swap);
    this.reduction = check_reduction(name, options.reduction);
  }

  override forward(anchor: Tensor, positive: Tensor, negative: Tensor): Tensor {
    const { margin, p, eps, swap, reduction } = this;
    return margins.triplet_margin_loss(anchor, positive, negative, { margin, p, eps, swap, reduction });
  }
}

/**
 * {@link TripletMarginLoss} with a distance of one's own: `forward(anchor, positive, negative)`.
 * @example
 * ```ts
 * const distance_function = (a: torch.Tensor, b: torch.Tensor) => a.sub(b).abs().amax(1);
 * const loss = new torch.nn.TripletMarginWithDistanceLoss({ distance_function, margin: 4 });
 * loss.forward(torch.zeros([1, 2]), torch.ones([1, 2]), torch.ones([1, 2]).mul(3)).item(); // 2
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.TripletMarginWithDistanceLoss.html
 */
export class TripletMarginWithDistanceLoss extends Module {
  readonly distance_function: DistanceFunction | Module;
  readonly margin: number;
  readonly swap: boolean;
  readonly reduction: LossReduction;

  constructor(options?: TripletDistanceOptions) {
    super();
    const name = 'TripletMarginWithDistanceLoss';
    const given = check_options<Required<TripletDistanceOptions>>(name, options, {
      distance_function: null,
      margin: 1,
      swap: false,
      reduction: 'mean',
    });
    const distance = given.distance_function ?? new PairwiseDistance();
    if (typeof distance !== 'function' && !(distance instanceof Module))
      fail_type(name, 'distance_function', 'a function or a Module', distance);
    this.distance_function = distance;
    this.margin = margins.check_margin(name, given.margin);
    this.swap = check_boolean(name, 'swap', given.swap);
    this.reduction = check_reduction(name, given.reduction);
  }

  override forward(anchor: Tensor, positive: Tensor, negative: Tensor): Tensor {
    const { distance_function: distance, margin, swap, reduction } = this;
    const distance_function = distance instanceof Module ? distance.forward.bind(distance) : distance;
    const options = { distance_function, margin, swap, reduction };
    return margins.triplet_margin_with_distance_loss(anchor, positive, negative, options);
  }
}

/**
 * Targets are 1 and -1.
 * @example
 * ```ts
 * new torch.nn.SoftMarginLoss().forward(torch.tensor([0, 2]), torch.tensor([1, -1])).item(); // 1.4100
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.SoftMarginLoss.html
 */
export class SoftMarginLoss extends ReducedLoss {
  override forward(input: Tensor, target: Tensor): Tensor {
    return margins.soft_margin_loss(input, target, { reduction: this.reduction });
  }
}

/**
 * Targets are lists of classes, ended by -1.
 * @example
 * ```ts
 * const target = torch.tensor([[2n, 0n, -1n]]); // classes 2 and 0; -1 ends the list
 * new torch.nn.MultiLabelMarginLoss().forward(torch.tensor([[0.1, 0.2, 0.4]]), target).item(); // 0.6333
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.MultiLabelMarginLoss.html
 */
export class MultiLabelMarginLoss extends ReducedLoss {
  override forward(input: Tensor, target: Tensor): Tensor {
    return multilabel_margin_loss(input, target, { reduction: this.reduction });
  }
}

/** A loss with a factor for each class, which is a buffer. */
abstract class WeightedLoss extends Module {
  declare weight: Tensor | null;
  readonly reduction: LossReduction;

  constructor(name: string, weight: Tensor | null, reduction: LossReduction) {
    super();
    this.register_buffer('weight', weight === null ? null : check_tensor(name, 'weight', weight));
    this.reduction = check_reduction(name, reduction);
  }
}

/**
 * Several classes at once, each yes or no.
 * @example
 * ```ts
 * new torch.nn.MultiLabelSoftMarginLoss().forward(torch.tensor([[0, 2]]), torch.tensor([[1, 1]])).item(); // 0.4100
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.MultiLabelSoftMarginLoss.html
 */
export class MultiLabelSoftMarginLoss extends WeightedLoss {
  constructor(...given: Given<WeightedLossOptions, [weight: 'weight']>) {
    const name = 'MultiLabelSoftMarginLoss';
    const defaults = { weight: null, reduction: 'mean' as const };
    const { weight, reduction } = positional<Required<WeightedLossOptions>>(name, given, defaults, ['weight']);
    super(name, weight, reduction);
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return margins.multilabel_soft_margin_loss(input, target, { weight: this.weight, reduction: this.reduction });
  }
}

/**
 * Scores of classes, one of them right.
 * @example
 * ```ts
 * new torch.nn.MultiMarginLoss().forward(torch.tensor([[0.1, 0.9, 0.4]]), torch.tensor([1n])).item(); // 0.2333
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.MultiMarginLoss.html
 */
export class MultiMarginLoss extends WeightedLoss {
  readonly p: number;
  readonly margin: number;

  constructor(...given: Given<MultiMarginLossOptions, [p: 'p', margin: 'margin', weight: 'weight']>) {
    const defaults = { p: 1, margin: 1, weight: null, reduction: 'mean' as const };
    const options = positional<Required<MultiMarginLossOptions>>('MultiMarginLoss', given, defaults, [
      'p',
      'margin',
      'weight',
    ]);
    super('MultiMarginLoss', options.weight, options.reduction);
    this.p = check_power('MultiMarginLoss', options.p);
    this.margin = check_number('MultiMarginLoss', 'margin', options.margin);
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    const { p, margin, weight, reduction } = this;
    return multi_margin_loss(input, target, { p, margin, weight, reduction });
  }
}
