import { check_boolean, check_integer, check_number, check_options } from '../../errors';
import {
  type CosineSimilarityOptions,
  cosine_similarity,
  type PairwiseDistanceOptions,
  pairwise_distance,
} from '../../ops/distance';
import type { Tensor } from '../../tensor/tensor';
import { Module } from '../module';

/**
 * The norm of the difference along the last dimension.
 * @example
 * ```ts
 * new torch.nn.PairwiseDistance().forward(torch.tensor([[0, 0]]), torch.tensor([[3, 4]])).tolist(); // [5.000]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.PairwiseDistance.html
 */
export class PairwiseDistance extends Module {
  readonly norm: number;
  readonly eps: number;
  readonly keepdim: boolean;

  constructor(options?: number | PairwiseDistanceOptions) {
    super();
    const named = typeof options === 'number' ? { p: options } : options;
    const given = check_options('PairwiseDistance', named, { p: 2, eps: 1e-6, keepdim: false });
    this.norm = check_number('PairwiseDistance', 'p', given.p);
    this.eps = check_number('PairwiseDistance', 'eps', given.eps);
    this.keepdim = check_boolean('PairwiseDistance', 'keepdim', given.keepdim);
  }

  override forward(x1: Tensor, x2: Tensor): Tensor {
    return pairwise_distance(x1, x2, { p: this.norm, eps: this.eps, keepdim: this.keepdim });
  }
}

/**
 * The cosine of the angle along a dimension.
 * @example
 * ```ts
 * new torch.nn.CosineSimilarity().forward(torch.tensor([[1, 0]]), torch.tensor([[3, 4]])).tolist(); // [0.6000]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.CosineSimilarity.html
 */
export class CosineSimilarity extends Module {
  readonly dim: number;
  readonly eps: number;

  constructor(options?: number | CosineSimilarityOptions) {
    super();
    const named = typeof options === 'number' ? { dim: options } : options;
    const given = check_options('CosineSimilarity', named, { dim: 1, eps: 1e-8 });
    this.dim = check_integer('CosineSimilarity', 'dim', given.dim);
    this.eps = check_number('CosineSimilarity', 'eps', given.eps);
  }

  override forward(x1: Tensor, x2: Tensor): Tensor {
    return cosine_similarity(x1, x2, { dim: this.dim, eps: this.eps });
  }
}
