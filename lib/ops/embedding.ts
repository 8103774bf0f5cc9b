import { type Given, positional } from '../arguments';
import { is_grad_enabled, no_grad } from '../autograd/mode';
import { record, tracks } from '../autograd/node';
import { check_boolean, check_integer, check_number, fail, fail_range, shape_text } from '../errors';
import { kernel } from '../native/kernel';
import { copy_into } from '../native/map';
import { int64, uint8 } from '../tensor/dtype';
import { allocate, check_floating, type Tensor } from '../tensor/tensor';
import { mul } from './arithmetic';
import { ne } from './compare';
import { ones, zeros } from './create';
import { op, type Reference, type Sample, sample } from './define';
import { check_index, index } from './index_tensor';
import { index_add, index_select } from './indexing';
import { reciprocal } from './power';
import { contiguous, reshape } from './views';

/** Rows of a table by their numbers, and its gradient. */

/** Options of {@link embedding}. */
export interface EmbeddingOptions {
  /** A row that gets no gradient; negative ones count from the end. */
  padding_idx?: number | null;
  /** Rows that are longer are scaled to this length, in the table itself, before they are read. */
  max_norm?: number | null;
  /** The p of that length. Default 2. */
  norm_type?: number;
  /** Gradients of a row are divided by how often it is named. Default false. */
  scale_grad_by_freq?: boolean;
  /** As in PyTorch; there are no sparse gradients here, so only false. */
  sparse?: boolean;
}

export const embedding_defaults = {
  padding_idx: null as number | null,
  max_norm: null as number | null,
  norm_type: 2,
  scale_grad_by_freq: false,
  sparse: false,
};

/** The options, judged: padding_idx counts from 0, or is -1 for none. */
export interface EmbeddingRule {
  padding: number;
  max_norm: number | null;
  norm_type: number;
  by_frequency: boolean;
}

export function judge_embedding(name: string, rows: number, options: Required<EmbeddingOptions>): EmbeddingRule {
  const { padding_idx, max_norm } = options;
  if (padding_idx !== null) {
    check_integer(name, 'padding_idx', padding_idx);
    if (padding_idx < -rows || padding_idx >= rows)
      fail_range(name, `expected padding_idx to be between ${-rows} and ${rows - 1}, got ${padding_idx}`);
  }
  if (max_norm !== null && !(check_number(name, 'max_norm', max_norm) > 0))
    fail_range(name, `expected max_norm to be positive, got ${max_norm}`);
  const norm_type = check_number(name, 'norm_type', options.norm_type);
  if (!(norm_type > 0)) fail_range(name, `expected norm_type to be positive, got ${norm_type}`);
  if (check_boolean(name, 'sparse', options.sparse)) fail(name, 'there are no sparse gradients; leave sparse false');
  return {
    padding: padding_idx === null ? -1 : padding_idx < 0 ? padding_idx + rows : padding_idx,
    max_norm,
    norm_type,
    by_frequency: check_boolean(name, 'scale_grad_by_freq', options.scale_grad_by_freq),
  };
}

const forward = kernel('embedding');
const backward = kernel('embedding_backward');
const renorm = kernel('embedding_renorm');

function shorten_rows(weight: Tensor, at: Tensor, max_norm: number, norm_type: number): void {
  no_grad(() => {
    const table = contiguous(weight.detach());
    const [rows, width] = table.shape;
    const seen = allocate([rows], uint8);
    renorm(table.dtype.code, rows, width, at.count, table, at.dtype.code, at, seen, max_norm, norm_type);
    if (table.storage !== weight.storage) copy_into(weight, table);
    weight.bump_version();
  });
}

/** The table's gradient in one pass. */
function gathered(g: Tensor, at: Tensor, [rows, width]: readonly number[], rule: EmbeddingRule): Tensor {
  const from = contiguous(g);
  const out = allocate([rows, width], g.dtype);
  const counts = rule.by_frequency ? allocate([rows], int64) : null;
  backward(g.dtype.code, rows, width, at.count, out, from, at.dtype.code, at, rule.padding, counts);
  return out;
}

/** The same, by operations that have gradients. */
function gathered_formula(g: Tensor, given: Tensor, [rows, width]: readonly number[], rule: EmbeddingRule): Tensor {
  const at = reshape(given, [given.count]);
  const { dtype } = g;
  let slices = reshape(g, [at.count, width]);
  const weigh = (factors: Tensor): void => {
    slices = mul(slices, reshape(factors, [at.count, 1]));
  };
  if (rule.padding >= 0) weigh(ne(at, rule.padding).to(dtype));
  if (rule.by_frequency) {
    const counts = index_add(zeros([rows], { dtype }), 0, at, ones([at.count], { dtype }));
    weigh(reciprocal(index_select(counts, 0, at)));
  }
  return index_add(zeros([rows, width], { dtype }), 0, at, slices);
}

type Embedding = (
  input: Tensor,
  weight: Tensor,
  ...given: Given<
    EmbeddingOptions,
    [
      padding_idx: 'padding_idx',
      max_norm: 'max_norm',
      norm_type: 'norm_type',
      scale_grad_by_freq: 'scale_grad_by_freq',
      sparse: 'sparse',
    ]
  >
) => Tensor;

/**
 * The rows of `weight`, [rows, width], that `input` names: indices (int64 or int32) of any shape [*] → [*, width].
 * @example
 * ```ts
 * import * as torch from 'cresset';
 * const weight = torch.tensor([[1, 2], [3, 4], [5, 6]]);
 * torch.nn.functional.embedding(torch.tensor([2n, 0n]), weight).tolist(); // [[5, 6], [1, 2]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.embedding.html
 */
export const embedding: Embedding = op({
  name: 'embedding',
  methods: [],
  call: (input: Tensor, weight: Tensor, ...given: readonly unknown[]): Tensor => {
    const options = positional('embedding', given, embedding_defaults);
    const at = check_index('embedding', input);
    check_floating('embedding', 'weight', weight);
    const { shape } = weight;
    if (shape.length !== 2) fail('embedding', `expected weight of shape [rows, width], got ${shape_text(shape)}`);
    const [rows, width] = shape;
    const rule = judge_embedding('embedding', rows, options);
    if (rule.max_norm !== null) shorten_rows(weight, at, rule.max_norm, rule.norm_type);
    const table = contiguous(weight);
    const out = allocate([...at.shape, width], weight.dtype);
    forward(table.dtype.code, 1, rows, width, at.count, out, table, at.dtype.code, at);
    if (!tracks(weight)) return out;
    return record(out, 'EmbeddingBackward0', [weight], [at], (g, node) => [
      (is_grad_enabled() ? gathered_formula : gathered)(g, node.saved(0), shape, rule),
    ]);
  },
  reference: (at: Reference, { shape: [, width], data }: Reference) => ({
    shape: [...at.shape, width],
    data: Array.from(at.data).flatMap((row) => Array.from({ length: width }, (_, j) => data[row * width + j])),
  }),
  samples: (): Sample[] => [
    { args: [index([4, 0, 0, 2]), sample([5, 3])] },
    { args: [index([1, 2, 2, 0, 1, 1], 'int32', [2, 3]), sample([3, 17])] },
    { args: [index([1], 'int64', []), sample([3, 2])] },
    { args: [index([]), sample([3, 2])] },
    { args: [index(Array.from({ length: 900 }, (_, i) => (i * i) % 301)), sample([301, 129])], large: true },
  ],
  errors: () => [
    { args: [index([3]), sample([3, 2])], message: /^embedding: index 3 is out of range \[0, 3\)/ },
    { args: [index([-1]), sample([3, 2])], message: /^embedding: index -1 is out of range \[0, 3\)/ },
    { args: [sample([1]), sample([3, 2])], message: /expected index to be of torch.int64 or torch.int32/ },
    { args: [index([0]), sample([3])], message: /expected weight of shape \[rows, width\], got \[3\]/ },
    { args: [index([0]), index([0])], message: /^embedding: / },
    { args: [index([0]), sample([3, 2]), 3], message: /expected padding_idx to be between -3 and 2, got 3/ },
    { args: [index([0]), sample([3, 2]), null, -1], message: /expected max_norm to be positive, got -1/ },
    { args: [index([0]), sample([3, 2]), { sparse: true }], message: /there are no sparse gradients/ },
    { args: [index([0]), sample([3, 2]), { padding: 1 }], message: /Misspelled option "padding": did you mean/ },
  ],
}) as Embedding;
