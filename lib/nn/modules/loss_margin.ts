import { check_boolean, check_number, check_options } from '../../errors';
import { check_reduction, type LossReduction } from '../../ops/loss';
import {
  check_power,
  type MultiMarginLossOptions,
  multi_margin_loss,
  multilabel_margin_loss,
} from '../../ops/loss_classes';
import * as margins from '../../ops/loss_margin';
import { check_tensor, Tensor } from '../../tensor/tensor';
import { Module } from '../module';
import { ReducedLoss } from './loss';

/** Losses with a margin as modules. */

abstract class MarginLoss extends Module {
  readonly margin: number;
  readonly reduction: LossReduction;

  /** PyTorch's first positional option is the margin. */
  constructor(name: string, options: number | margins.MarginLossOptions | undefined, usual: number) {
    super();
    const named = typeof options === 'number' ? { margin: options } : options;
    const given = check_options<Required<margins.MarginLossOptions>>(name, named, { margin: usual, reduction: 'mean' });
    this.margin = check_number(name, 'margin', given.margin);
    this.reduction = check_reduction(name, given.reduction);
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
  constructor(options?: number | margins.MarginLossOptions) {
    super('HingeEmbeddingLoss', options, 1);
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
  constructor(options?: number | margins.MarginLossOptions) {
    super('MarginRankingLoss', options, 0);
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
  constructor(options?: number | margins.MarginLossOptions) {
    super('CosineEmbeddingLoss', options, 0);
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

  constructor(options?: number | margins.TripletMarginLossOptions) {
    super();
    const name = 'TripletMarginLoss';
    const named = typeof options === 'number' ? { margin: options } : options;
    const given = check_options<Required<margins.TripletMarginLossOptions>>(name, named, {
      margin: 1,
      p: 2,
      eps: 1e-6,
      swap: false,
      reduction: 'mean',
    });
    this.margin = margins.check_margin(name, given.margin);
    this.p = check_number(name, 'p', given.p);
    this.eps = check_number(name, 'eps', given.eps);
    this.swap = check_boolean(name, 'swap', given.swap);
    this.reduction = check_reduction(name, given.reduction);
  }

  override forward(anchor: Tensor, positive: Tensor, negative: Tensor): Tensor {
    const { margin, p, eps, swap, reduction } = this;
    return margins.triplet_margin_loss(anchor, positive, negative, { margin, p, eps, swap, reduction });
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
  constructor(options?: Tensor | { weight?: Tensor | null; reduction?: LossReduction } | null) {
    const named = options instanceof Tensor ? { weight: options } : options;
    const { weight, reduction } = check_options<{ weight: Tensor | null; reduction: LossReduction }>(
      'MultiLabelSoftMarginLoss',
      named,
      { weight: null, reduction: 'mean' },
    );
    super('MultiLabelSoftMarginLoss', weight, reduction);
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

  constructor(options?: MultiMarginLossOptions) {
    const given = check_options<Required<MultiMarginLossOptions>>('MultiMarginLoss', options, {
      p: 1,
      margin: 1,
      weight: null,
      reduction: 'mean',
    });
    super('MultiMarginLoss', given.weight, given.reduction);
    this.p = check_power('MultiMarginLoss', given.p);
    this.margin = check_number('MultiMarginLoss', 'margin', given.margin);
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    const { p, margin, weight, reduction } = this;
    return multi_margin_loss(input, target, { p, margin, weight, reduction });
  }
}
