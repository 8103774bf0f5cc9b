import { type Given, positional } from '../../arguments';
import { check_boolean, check_integer, check_number } from '../../errors';
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

  constructor(...given: Given<PairwiseDistanceOptions, [p: 'p', eps: 'eps', keepdim: 'keepdim']>) {
    super();
    const { p, eps, keepdim } = positional('PairwiseDistance', given, { p: 2, eps: 1e-6, keepdim: false });
    this.norm = check_number('PairwiseDistance', 'p', p);
    this.eps = check_number('PairwiseDistance', 'eps', eps);
    this.keepdim = check_boolean('PairwiseDistance', 'keepdim', keepdim);
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

  constructor(...given: Given<CosineSimilarityOptions, [dim: 'dim', eps: 'eps']>) {
    super();
    const { dim, eps } = positional('CosineSimilarity', given, { dim: 1, eps: 1e-8 });
    this.dim = check_integer('CosineSimilarity', 'dim', dim);
    this.eps = check_number('CosineSimilarity', 'eps', eps);
  }

  override forward(x1: Tensor, x2: Tensor): Tensor {
    return cosine_similarity(x1, x2, { dim: this.dim, eps: this.eps });
  }
}
