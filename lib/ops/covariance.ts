import { check_integer, check_options, fail, shape_text } from '../errors';
import { check_floating, check_tensor, type Tensor } from '../tensor/tensor';
import { div, mul, sub } from './arithmetic';
import { clamp } from './clamp';
import { op, type Reference, sample } from './define';
import { matmul } from './matmul';
import { cast_to } from './operand';
import { sqrt } from './power';
import { sum } from './reduce';
import { diagonal, reshape, transpose, unsqueeze } from './views';

/** How variables vary together: the rows of a matrix, each with an observation in every column. */

/** Options of {@link cov}. */
export interface CovOptions {
  /** Subtracted from the number of observations. Default 1. */
  correction?: number;
  /** How often each observation was made, whole numbers. */
  fweights?: Tensor | null;
  /** How much each observation counts. */
  aweights?: Tensor | null;
}

declare module '../tensor/tensor' {
  interface Tensor {
    /** The covariances of the rows. */
    cov(options?: CovOptions): Tensor;
    /** The correlation coefficients of the rows. */
    corrcoef(): Tensor;
  }
}

/** The rows of a matrix; a vector is one variable. */
function variables(name: string, input: Tensor): Tensor {
  const x = check_floating(name, 'input', input);
  if (x.ndim > 2) fail(name, `expected at most 2 dimensions, got shape ${shape_text(x.shape)}`);
  return x.ndim === 2 ? x : reshape(x, [1, -1]);
}

function weights_of(x: Tensor, { fweights, aweights }: Required<CovOptions>): Tensor | null {
  const given = Object.entries({ fweights, aweights }).flatMap(([name, each]) => {
    if (each === null) return [];
    const { ndim, shape, dtype } = check_tensor('cov', name, each);
    if (ndim !== 1 || shape[0] !== x.shape[1])
      fail('cov', `expected ${name} of shape [${x.shape[1]}], got ${shape_text(shape)}`);
    if (name === 'fweights' && dtype.is_floating_point) fail('cov', `expected fweights of whole numbers, got ${dtype}`);
    if (each.lt(0).any().item()) fail('cov', `expected ${name} of at least 0`);
    return [cast_to(each, x.dtype)];
  });
  return given.length === 0 ? null : given.reduce((a, b) => mul(a, b));
}

/**
 * The covariances of the rows of a matrix, [variables, observations]: [variables, variables]; of a vector the variance.
 * @example
 * ```ts
 * torch.cov(torch.tensor([[0, 1, 2], [2, 1, 0]])).tolist(); // [[1, -1], [-1, 1]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.cov.html
 */
export const cov = op({
  name: 'cov',
  sums: true,
  call: (input: Tensor, options?: CovOptions): Tensor => {
    const x = variables('cov', input);
    const judged = check_options<Required<CovOptions>>('cov', options, {
      correction: 1,
      fweights: null,
      aweights: null,
    });
    const correction = check_integer('cov', 'correction', judged.correction);
    const weights = weights_of(x, judged);
    const total = weights === null ? x.shape[1] : sum(weights).item();
    const weighted = (t: Tensor): Tensor => (weights === null ? t : mul(t, weights));
    const centred = sub(x, unsqueeze(div(sum(weighted(x), 1), total), 1));
    // Of aweights only the shares count: the correction is spread over them.
    const { aweights } = judged;
    const spread =
      weights === null || aweights === null ? 1 : sum(mul(weights, cast_to(aweights, x.dtype))).item() / total;
    const free = Math.max(0, total - correction * spread);
    const result = div(matmul(weighted(centred), transpose(centred, 0, 1)), free);
    return input.ndim < 2 ? reshape(result, []) : result;
  },
  samples: () => [{ args: [sample([3, 5])] }, { args: [sample([2, 4]), { correction: 0 }] }, { args: [sample([7])] }],
  reference: (x: Reference, { correction = 1 }: CovOptions = {}) => {
    const [rows, n] = x.shape.length === 2 ? x.shape : [1, x.shape[0]];
    const line = (r: number): number[] => Array.from({ length: n }, (_, i) => x.data[r * n + i]);
    const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / n;
    const centred = Array.from({ length: rows }, (_, r) => line(r).map((v) => v - mean(line(r))));
    const data = centred.flatMap((a) =>
      centred.map((b) => a.reduce((total, v, i) => total + v * b[i], 0) / (n - correction)),
    );
    return { shape: x.shape.length === 2 ? [rows, rows] : [], data };
  },
  errors: () => [
    { args: [sample([2, 3, 4])], message: /expected at most 2 dimensions, got shape \[2, 3, 4\]/ },
    { args: [sample([2, 3], { dtype: 'int64' })], message: /floating point/ },
  ],
});

/**
 * The correlation coefficients of the rows of a matrix, [variables, observations], in [-1, 1]: [variables, variables]; 1 of a vector.
 * @example
 * ```ts
 * torch.corrcoef(torch.tensor([[0, 1, 2], [2, 1, 0]])).tolist(); // [[1, -1], [-1, 1]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.corrcoef.html
 */
export const corrcoef = op({
  name: 'corrcoef',
  sums: true,
  call: (input: Tensor): Tensor => {
    variables('corrcoef', input);
    const c = cov(input);
    if (c.ndim === 0) return div(c, c);
    const lengths = sqrt(diagonal(c));
    return clamp(div(div(c, unsqueeze(lengths, 1)), unsqueeze(lengths, 0)), -1, 1);
  },
  samples: () => [{ args: [sample([3, 5])], no_grad: true }, { args: [sample([7])] }],
  errors: () => [{ args: [sample([2, 3, 4])], message: /expected at most 2 dimensions/ }],
});
