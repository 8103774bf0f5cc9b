import { record, requires_grad, tracks } from '../autograd/node';
import { fail, shape_text } from '../errors';
import { kernel } from '../native/kernel';
import { bool, float64 } from '../tensor/dtype';
import { broadcast_shapes, numel_of, type Shape } from '../tensor/shape';
import { allocate, check_floating, check_same_dtype, Tensor, window } from '../tensor/tensor';
import { mul } from './arithmetic';
import { type NamedBias, named_bias } from './by_name';
import { op, type Reference, sample } from './define';
import { allocate_mask, check_slope, masked_slope, stand_ins } from './leaky_relu';
import { cast_to, sum_to } from './operand';
import { clone, contiguous, expand, narrow, reshape, squeeze, transpose, unsqueeze } from './views';

/** Matrix products, and the linear layer with what may follow it in one pass. */

declare module '../tensor/tensor' {
  interface Tensor {
    /** Matrix product of two matrices [m, k] and [k, n]. */
    mm(other: Tensor): Tensor;
    /** Matrix products of two batches [b, m, k] and [b, k, n]. */
    bmm(other: Tensor): Tensor;
    /** Matrix product as `torch.matmul`: vectors, matrices and broadcast batches. */
    matmul(other: Tensor): Tensor;
    /** Matrix times vector. */
    mv(vector: Tensor): Tensor;
    /** Inner product of two vectors. */
    dot(other: Tensor): Tensor;
  }
}

const gemm = kernel('gemm');
const inner_product = kernel('dot');

interface Epilogue {
  bias: Tensor | null;
  slope: number | null;
  mask: Tensor | null;
}
const plain: Epilogue = { bias: null, slope: null, mask: null };

/** out[i] = a[i] · b[i] for every matrix of the batch; `out` is dense. The kernel reads a and b by their strides, but not overlapping elements. */
function multiply(
  out: Tensor,
  batch: number,
  m: number,
  n: number,
  k: number,
  a: Tensor,
  b: Tensor,
  end = plain,
): void {
  if (out.count === 0) return;
  gemm(
    out.dtype.code,
    batch,
    m,
    n,
    k,
    a,
    batched(a),
    b,
    batched(b),
    out,
    m * n,
    n,
    1,
    false,
    end.bias,
    end.slope !== null,
    end.slope ?? 0,
    end.mask,
  );
}

function batched(t: Tensor): Shape {
  return t.ndim === 3 ? t.strides : [0, t.strides[0], t.strides[1]];
}

/** A matrix whose elements all have a place of their own (a batch may repeat one matrix). */
function distinct(t: Tensor): Tensor {
  for (let i = t.ndim - 2; i < t.ndim; i++) if (t.strides[i] === 0 && t.shape[i] > 1) return clone(t);
  return t;
}

function check_pair(op: string, a: unknown, b: unknown): [Tensor, Tensor] {
  const x = check_floating(op, 'input', a);
  const y = check_floating(op, 'other', b);
  check_same_dtype(op, x, y);
  return [distinct(x), distinct(y)];
}

/** What the gradients of a product read: each factor for the other's. */
function factors_read(a: Tensor, b: Tensor): Tensor[] {
  if (!requires_grad(b)) return [b];
  return requires_grad(a) ? [a, b] : [a];
}

type Product = (input: Tensor, other: Tensor) => Tensor;

/** Integers are multiplied as doubles, which is exact as long as the sums stay within 2^53. */
function with_integers(call: Product): Product {
  const whole = (x: unknown): boolean => x instanceof Tensor && !x.dtype.is_floating_point && x.dtype !== bool;
  return (a, b) =>
    whole(a) && whole(b) && a.dtype === b.dtype
      ? cast_to(call(cast_to(a, float64), cast_to(b, float64)), a.dtype)
      : call(a, b);
}

/**
 * The product of two matrices, [n, k] and [k, m].
 * @example
 * ```ts
 * torch.mm(torch.tensor([[1, 2], [3, 4]]), torch.tensor([[1], [10]])).tolist(); // [[21], [43]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.mm.html
 */
export const mm = op({
  name: 'mm',
  call: with_integers((input: Tensor, other: Tensor): Tensor => {
    const [a, b] = check_pair('mm', input, other);
    if (a.ndim !== 2 || b.ndim !== 2 || a.shape[1] !== b.shape[0])
      fail('mm', `expected matrices [m, k] and [k, n], got shapes ${shape_text(a.shape)} and ${shape_text(b.shape)}`);
    const [m, k] = a.shape;
    const n = b.shape[1];
    const out = allocate([m, n], a.dtype);
    multiply(out, 1, m, n, k, a, b);
    if (tracks(a, b))
      record(out, 'MmBackward0', [a, b], factors_read(a, b), (g, node) => [
        node.needs(0) ? mm(g, transpose(node.saved(node.needs(1) ? 1 : 0), 0, 1)) : null,
        node.needs(1) ? mm(transpose(node.saved(0), 0, 1), g) : null,
      ]);
    return out;
  }),
  reference: (a: Reference, b: Reference): Reference => matmul_reference(a, b),
  samples: () =>
    [
      [1, 1, 1],
      [2, 3, 4],
      [5, 0, 2],
      [0, 3, 2],
      [17, 33, 9],
    ].map(([m, k, n]) => ({ args: [sample([m, k]), sample([k, n])] })),
  errors: () => [
    {
      args: [sample([2, 3]), sample([2, 3])],
      message: /^mm: expected matrices \[m, k\] and \[k, n\], got shapes \[2, 3\] and \[2, 3\]$/,
    },
  ],
});

/**
 * The products of two batches of matrices, [batch, n, k] and [batch, k, m].
 * @example
 * ```ts
 * torch.bmm(torch.ones([5, 2, 3]), torch.ones([5, 3, 4])).shape; // [5, 2, 4]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.bmm.html
 */
export const bmm = op({
  name: 'bmm',
  call: with_integers((input: Tensor, other: Tensor): Tensor => {
    const [a, b] = check_pair('bmm', input, other);
    if (a.ndim !== 3 || b.ndim !== 3 || a.shape[0] !== b.shape[0] || a.shape[2] !== b.shape[1])
      fail(
        'bmm',
        `expected batches [b, m, k] and [b, k, n], got shapes ${shape_text(a.shape)} and ${shape_text(b.shape)}`,
      );
    const [batch, m, k] = a.shape;
    const n = b.shape[2];
    if (a.strides[0] === 0 && b.strides[0] === 0 && batch > 1)
      return expand(bmm(narrow(a, 0, 0, 1), narrow(b, 0, 0, 1)), [batch, m, n]);
    const out = allocate([batch, m, n], a.dtype);
    multiply(out, batch, m, n, k, a, b);
    if (tracks(a, b))
      record(out, 'BmmBackward0', [a, b], factors_read(a, b), (g, node) => [
        node.needs(0) ? bmm(g, transpose(node.saved(node.needs(1) ? 1 : 0), 1, 2)) : null,
        node.needs(1) ? bmm(transpose(node.saved(0), 1, 2), g) : null,
      ]);
    return out;
  }),
  reference: (a: Reference, b: Reference): Reference => matmul_reference(a, b),
  samples: () => [
    { args: [sample([2, 3, 4]), sample([2, 4, 5])] },
    { args: [sample([3, 1, 9]), sample([3, 9, 1])] },
    { args: [sample([0, 2, 2]), sample([0, 2, 2])] },
  ],
  errors: () => [{ args: [sample([2, 3, 4]), sample([3, 4, 5])], message: /expected batches/ }],
});

/**
 * The matrix product of the last two dimensions; those before them broadcast. A vector on the left is a row, on the right a column.
 * @example
 * ```ts
 * torch.matmul(torch.tensor([[1, 2], [3, 4]]), torch.tensor([1, 10])).tolist(); // [21, 43]
 * torch.matmul(torch.ones([5, 2, 3]), torch.ones([3, 4])).shape; // [5, 2, 4]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.matmul.html
 */
export const matmul = op({
  name: 'matmul',
  call: with_integers((input: Tensor, other: Tensor): Tensor => {
    const [a, b] = check_pair('matmul', input, other);
    if (a.ndim === 0 || b.ndim === 0)
      fail(
        'matmul',
        `expected tensors of at least 1 dimension, got shapes ${shape_text(a.shape)} and ${shape_text(b.shape)}`,
      );
    const inner = a.shape[a.ndim - 1];
    if (inner !== b.shape[Math.max(b.ndim - 2, 0)])
      fail('matmul', `the inner sizes of shapes ${shape_text(a.shape)} and ${shape_text(b.shape)} differ`);
    if (a.ndim === 1 && b.ndim === 1) return dot(a, b);
    if (b.ndim === 1) return squeeze(matmul(a, unsqueeze(b, 1)), -1);
    if (a.ndim === 1) return squeeze(matmul(unsqueeze(a, 0), b), -2);
    if (b.ndim === 2)
      return a.ndim === 2
        ? mm(a, b)
        : reshape(mm(reshape(a, [numel_of(a.shape.slice(0, -1)), inner]), b), [...a.shape.slice(0, -1), b.shape[1]]);
    const batch = broadcast_shapes('matmul', a.shape.slice(0, -2), b.shape.slice(0, -2));
    const flat = (x: Tensor): Tensor => {
      const matrix = x.shape.slice(-2);
      return reshape(expand(x, [...batch, ...matrix]), [numel_of(batch), ...matrix]);
    };
    return reshape(bmm(flat(a), flat(b)), [...batch, a.shape[a.ndim - 2], b.shape[b.ndim - 1]]);
  }),
  reference: (a: Reference, b: Reference): Reference => matmul_reference(a, b),
  samples: () =>
    [
      [[3], [3]],
      [[2, 3], [3]],
      [[3], [3, 2]],
      [
        [2, 3],
        [3, 4],
      ],
      [
        [2, 5, 3],
        [3, 4],
      ],
      [
        [2, 5, 3],
        [2, 3, 4],
      ],
      [
        [2, 1, 5, 3],
        [4, 3, 2],
      ],
      [
        [5, 3],
        [2, 3, 4],
      ],
    ].map(([s, t]) => ({ args: [sample(s), sample(t)] })),
  errors: () => [
    { args: [sample([2, 3]), sample([2, 3])], message: /the inner sizes of shapes \[2, 3\] and \[2, 3\] differ/ },
  ],
});

/**
 * The product of a matrix [n, k] and a vector [k].
 * @example
 * ```ts
 * torch.mv(torch.tensor([[1, 2], [3, 4]]), torch.tensor([1, 10])).tolist(); // [21, 43]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.mv.html
 */
export const mv = op({
  name: 'mv',
  call: with_integers((input: Tensor, vector: Tensor): Tensor => {
    const [a, b] = check_pair('mv', input, vector);
    if (a.ndim !== 2 || b.ndim !== 1)
      fail('mv', `expected a matrix and a vector, got shapes ${shape_text(a.shape)} and ${shape_text(b.shape)}`);
    return matmul(a, b);
  }),
  samples: () => [{ args: [sample([3, 4]), sample([4])] }],
});

/**
 * The inner product of two vectors.
 * @example
 * ```ts
 * torch.dot(torch.tensor([1, 2]), torch.tensor([3, 4])).item(); // 11
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.dot.html
 */
export const dot: (input: Tensor, other: Tensor) => Tensor = op({
  name: 'dot',
  call: with_integers((input: Tensor, other: Tensor): Tensor => {
    const [a, b] = check_pair('dot', input, other);
    if (a.ndim !== 1 || b.ndim !== 1)
      fail('dot', `expected two vectors, got shapes ${shape_text(a.shape)} and ${shape_text(b.shape)}`);
    if (a.count !== b.count)
      fail('dot', `expected two vectors of one size, got shapes ${shape_text(a.shape)} and ${shape_text(b.shape)}`);
    const [x, y] = [contiguous(a), contiguous(b)];
    const out = allocate([], a.dtype);
    inner_product(a.dtype.code, a.count, out, x, y);
    if (tracks(a, b))
      record(out, 'DotBackward0', [a, b], [a, b], (g, node) => [
        node.needs(0) ? mul(g, node.saved(1)) : null,
        node.needs(1) ? mul(g, node.saved(0)) : null,
      ]);
    return out;
  }),
  reference: (a: Reference, b: Reference): Reference => matmul_reference(a, b),
  samples: () => [0, 1, 5, 64, 1003, 40_000].map((n) => ({ args: [sample([n]), sample([n])] })),
  errors: () => [
    {
      args: [sample([2]), sample([3])],
      message: /^dot: expected two vectors of one size, got shapes \[2\] and \[3\]$/,
    },
    { args: [sample([2, 2]), sample([2])], message: /^dot: expected two vectors, got shapes \[2, 2\] and \[2\]$/ },
  ],
});

function check_linear(op: string, input: unknown, weight: unknown, bias: Tensor | null): [Tensor, Tensor] {
  const x = check_floating(op, 'input', input);
  const w = check_floating(op, 'weight', weight);
  check_same_dtype(op, x, w);
  if (w.ndim !== 2)
    fail(op, `expected weight to be a matrix [out_features, in_features], got shape ${shape_text(w.shape)}`);
  if (x.ndim === 0) fail(op, 'expected input to have at least 1 dimension, got a 0-dim tensor');
  const features = x.shape[x.ndim - 1];
  if (features !== w.shape[1])
    fail(
      op,
      `input has ${features} features, weight expects ${w.shape[1]} (shapes ${shape_text(x.shape)} and ${shape_text(w.shape)})`,
    );
  if (bias !== null) {
    check_floating(op, 'bias', bias);
    check_same_dtype(op, x, bias);
    if (bias.ndim !== 1 || bias.shape[0] !== w.shape[0])
      fail(op, `expected bias of shape [${w.shape[0]}], got ${shape_text(bias.shape)}`);
  }
  return [x, w];
}

/** x·Wᵀ + b for the rows of x, and LeakyReLU where a slope is given: one product, one pass over the result. */
function affine(op: string, input: Tensor, weight: Tensor, bias: Tensor | null, slope: number | null): Tensor {
  const [given, matrix] = check_linear(op, input, weight, bias);
  const w = distinct(matrix);
  const [n, k] = w.shape;
  const rows = distinct(given.ndim === 2 ? given : reshape(given, [numel_of(given.shape.slice(0, -1)), k]));
  const m = rows.shape[0];
  const tracked = tracks(rows, w, bias);
  const out = allocate([m, n], rows.dtype);
  const mask = tracked && slope !== null ? allocate_mask(m * n) : null;
  multiply(out, 1, m, n, k, rows, window(w, [k, n], [w.strides[1], w.strides[0]], w.offset), {
    bias: bias === null ? null : contiguous(bias),
    slope,
    mask,
  });
  if (tracked) {
    const inputs = bias === null ? [rows, w] : [rows, w, bias];
    const inputs_like = inputs.map(({ shape, dtype }) => ({ shape, dtype }));
    const saved = mask === null ? [rows, w] : [rows, w, mask];
    record(out, slope === null ? 'AddmmBackward0' : 'LinearLeakyReluBackward0', inputs, saved, (g, node) => {
      const pre = slope === null ? g : masked_slope(g, node.saved(2), slope, () => stand_ins(node, inputs_like));
      return [
        node.needs(0) ? mm(pre, node.saved(1)) : null,
        node.needs(1) ? mm(transpose(pre, 0, 1), node.saved(0)) : null,
        bias !== null && node.needs(2) ? sum_to(pre, [n]) : null,
      ];
    });
  }
  return given.ndim === 2 ? out : reshape(out, [...given.shape.slice(0, -1), n]);
}

/**
 * `input · weightᵀ + bias` for the last dimension of input.
 * @example
 * ```ts
 * const weight = torch.tensor([[1, 2], [3, 4], [5, 6]]);
 * torch.nn.functional.linear(torch.tensor([[1, 10]]), weight, torch.tensor([0, 0, 1])).tolist(); // [[21, 43, 66]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.linear.html
 */
export const linear = op({
  name: 'linear',
  call: (input: Tensor, weight: Tensor, bias: NamedBias = null): Tensor =>
    affine('linear', input, weight, named_bias('linear', bias), null),
  methods: [],
  reference: (x: Reference, w: Reference, b: Reference | null = null): Reference => linear_reference(x, w, b),
  samples: () => linear_samples().map((args) => ({ args })),
  errors: () => [
    {
      args: [sample([4, 12]), sample([64, 10])],
      message: /^linear: input has 12 features, weight expects 10 \(shapes \[4, 12\] and \[64, 10\]\)$/,
    },
    { args: [sample([4, 10]), sample([64, 10]), sample([63])], message: /expected bias of shape \[64\], got \[63\]/ },
  ],
});

/**
 * `leaky_relu(linear(input, weight, bias), negative_slope)` in one pass, with the same bits. What backward keeps of the
 * value between is its sign bits.
 * @example
 * ```ts
 * const [x, w] = [torch.ones([1, 2]), torch.tensor([[1, 1], [-1, -1]])];
 * torch.nn.functional.linear_leaky_relu(x, w, null, 0.5).tolist(); // [[2, -1]]
 * ```
 */
export const linear_leaky_relu = op({
  name: 'linear_leaky_relu',
  call: (input: Tensor, weight: Tensor, bias: Tensor | null = null, negative_slope: number | Tensor = 0.01): Tensor => {
    const x = check_floating('linear_leaky_relu', 'input', input);
    return affine('linear_leaky_relu', x, weight, bias, check_slope('linear_leaky_relu', negative_slope, x.dtype));
  },
  methods: [],
  reference: (x: Reference, w: Reference, b: Reference | null = null, slope = 0.01): Reference => {
    const y = linear_reference(x, w, b);
    return { shape: y.shape, data: Float64Array.from(y.data as ArrayLike<number>, (v) => (v > 0 ? v : v * slope)) };
  },
  samples: () =>
    linear_samples().flatMap((args) =>
      [0.01, -0.5].map((slope) => ({ args: [args[0], args[1], args[2] ?? null, slope] })),
    ),
});

function linear_samples() {
  return [
    [sample([4, 3]), sample([5, 3]), sample([5])],
    [sample([4, 3]), sample([5, 3])],
    [sample([2, 7, 3]), sample([16, 3]), sample([16])],
    [sample([3]), sample([2, 3]), sample([2])],
    [sample([0, 3]), sample([2, 3]), sample([2])],
  ];
}

function linear_reference(x: Reference, w: Reference, b: Reference | null): Reference {
  const [n, k] = w.shape;
  const transposed = {
    shape: [k, n],
    data: Float64Array.from({ length: n * k }, (_, i) => w.data[(i % n) * k + Math.floor(i / n)]),
  };
  const y = matmul_reference(x, transposed);
  return {
    shape: y.shape,
    data: Float64Array.from(y.data as ArrayLike<number>, (v, i) => v + (b === null ? 0 : b.data[i % n])),
  };
}

/** matmul of two tensors by its definition: batches broadcast, vectors count as a row or a column. */
function matmul_reference(a: Reference, b: Reference): Reference {
  const left = a.shape.length === 1 ? [1, ...a.shape] : a.shape;
  const right = b.shape.length === 1 ? [...b.shape, 1] : b.shape;
  const [m, k] = left.slice(-2);
  const n = right[right.length - 1];
  const batch = broadcast_shapes('reference', left.slice(0, -2), right.slice(0, -2));
  const data = new Float64Array(numel_of(batch) * m * n);
  const start = (shape: Shape, flat: number): number => {
    let at = 0;
    let step = 1;
    for (let i = 1; i <= batch.length; i++) {
      const own = i <= shape.length ? shape[shape.length - i] : 1;
      at += (own === 1 ? 0 : flat % batch[batch.length - i]) * step;
      step *= own;
      flat = Math.floor(flat / batch[batch.length - i]);
    }
    return at;
  };
  for (let p = 0; p < numel_of(batch); p++) {
    const x = start(left.slice(0, -2), p) * m * k;
    const y = start(right.slice(0, -2), p) * k * n;
    for (let i = 0; i < m; i++)
      for (let j = 0; j < n; j++) {
        let sum = 0;
        for (let q = 0; q < k; q++) sum += a.data[x + i * k + q] * b.data[y + q * n + j];
        data[(p * m + i) * n + j] = sum;
      }
  }
  return { shape: [...batch, ...(a.shape.length === 1 ? [] : [m]), ...(b.shape.length === 1 ? [] : [n])], data };
}
