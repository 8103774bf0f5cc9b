import { type Given, positional } from '../../arguments';
import { no_grad } from '../../autograd/mode';
import { check_boolean, check_integer, fail, shape_text } from '../../errors';
import { empty } from '../../ops/create';
import { type EmbeddingOptions, embedding, embedding_defaults, judge_embedding } from '../../ops/embedding';
import type { DType } from '../../tensor/dtype';
import { check_floating, type Tensor } from '../../tensor/tensor';
import { normal_ } from '../init';
import { Module } from '../module';
import { Parameter } from '../parameter';
import { trust } from '../trust';
import { python_number } from './activation_base';
import { leading } from './leading';

/** Options of {@link Embedding}. */
export interface EmbeddingModuleOptions extends EmbeddingOptions {
  /** float32 or float64; default the default dtype. */
  dtype?: DType;
}

/** Options of {@link Embedding.from_pretrained}. */
export interface PretrainedOptions extends EmbeddingOptions {
  /** The table is not trained. Default true. */
  freeze?: boolean;
}

/**
 * A table of `num_embeddings` vectors, looked up by number: indices (int64 or int32) [*] → [*, embedding_dim]. The table starts normal, the row of
 * `padding_idx` zero; that row gets no gradient.
 * @example
 * ```ts
 * import * as torch from 'cresset';
 * const layer = new torch.nn.Embedding(10, 3, { padding_idx: 0 });
 * const vectors = layer.forward(torch.tensor([[1n, 2n], [4n, 0n]]));
 * vectors.shape; // [2, 2, 3]
 * vectors.select(0, 1).select(0, 1).tolist(); // [0, 0, 0]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Embedding.html
 */
export class Embedding extends Module {
  readonly num_embeddings: number;
  readonly embedding_dim: number;
  /** From 0, or null. */
  readonly padding_idx: number | null;
  readonly max_norm: number | null;
  readonly norm_type: number;
  readonly scale_grad_by_freq: boolean;
  /** The vectors, [num_embeddings, embedding_dim]. */
  weight: Parameter;

  constructor(
    ...given: Given<
      EmbeddingModuleOptions & { num_embeddings: number; embedding_dim: number },
      [
        num_embeddings: 'num_embeddings',
        embedding_dim: 'embedding_dim',
        padding_idx: 'padding_idx',
        max_norm: 'max_norm',
        norm_type: 'norm_type',
        scale_grad_by_freq: 'scale_grad_by_freq',
        sparse: 'sparse',
      ]
    >
  ) {
    super();
    const { name } = new.target;
    const { required, rest } = leading<[number, number]>(given, ['num_embeddings', 'embedding_dim']);
    const [num_embeddings, embedding_dim] = required;
    const { dtype, ...options } = positional(name, rest, {
      ...embedding_defaults,
      dtype: undefined as DType | undefined,
    });
    this.num_embeddings = check_integer(name, 'num_embeddings', num_embeddings, 0);
    this.embedding_dim = check_integer(name, 'embedding_dim', embedding_dim, 0);
    const rule = judge_embedding(name, num_embeddings, options);
    this.padding_idx = rule.padding < 0 ? null : rule.padding;
    this.max_norm = rule.max_norm;
    this.norm_type = rule.norm_type;
    this.scale_grad_by_freq = rule.by_frequency;
    this.weight = new Parameter(empty([num_embeddings, embedding_dim], { dtype }));
    this.reset_parameters();
  }

  /** An Embedding of a table that exists, [num_embeddings, embedding_dim]; it shares the memory. */
  static from_pretrained(embeddings: Tensor, options?: PretrainedOptions): Embedding;
  static from_pretrained(
    embeddings: Tensor,
    freeze: boolean,
    padding_idx?: number | null,
    max_norm?: number | null,
    norm_type?: number,
    scale_grad_by_freq?: boolean,
    sparse?: boolean,
  ): Embedding;
  static from_pretrained(embeddings: Tensor, ...given: readonly unknown[]): Embedding {
    const name = 'Embedding';
    const { freeze, ...options } = positional(name, given, { freeze: true, ...embedding_defaults });
    check_boolean(name, 'freeze', freeze);
    check_floating(name, 'embeddings', embeddings);
    if (embeddings.ndim !== 2)
      fail(name, `expected embeddings of shape [num_embeddings, embedding_dim], got ${shape_text(embeddings.shape)}`);
    const [rows, width] = embeddings.shape;
    judge_embedding(name, rows, options);
    // Of no width first: the table that it would draw is not wanted.
    const made = new Embedding(rows, 0, options);
    made.weight = new Parameter(embeddings.detach(), !freeze);
    return Object.assign(made, { embedding_dim: width });
  }

  /** Draws the table anew. */
  reset_parameters(): void {
    normal_(this.weight);
    const { padding_idx, weight } = this;
    if (padding_idx !== null) no_grad(() => weight.select(0, padding_idx).fill_(0));
  }

  override forward(input: Tensor): Tensor {
    return embedding(input, this.weight, this.padding_idx, this.max_norm, this.norm_type, this.scale_grad_by_freq);
  }

  override extra_repr(): string {
    const parts = [`${this.num_embeddings}, ${this.embedding_dim}`];
    if (this.padding_idx !== null) parts.push(`padding_idx=${this.padding_idx}`);
    if (this.max_norm !== null) parts.push(`max_norm=${python_number(this.max_norm)}`);
    if (this.norm_type !== 2) parts.push(`norm_type=${python_number(this.norm_type)}`);
    if (this.scale_grad_by_freq) parts.push('scale_grad_by_freq=True');
    return parts.join(', ');
  }
}
trust(Embedding);
