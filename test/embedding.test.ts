import * as torch from 'cresset';
import { expect_close, numbers } from './support/op_samples';

/** Embedding: what PyTorch's samples (test/parity.test.ts) and the record of the operation do not say. */

const { nn } = torch;
const F = nn.functional;
const indices = (...values: number[]): torch.Tensor => torch.tensor(values).to(torch.int64);
beforeEach(() => torch.manual_seed(2));

test('starts normal, with zeros in the row of padding', () => {
  const { weight } = new nn.Embedding(400, 50, -1);
  expect(Math.abs(weight.detach().std().item() - 1)).toBeLessThan(0.02);
  expect(new Set(numbers(weight.select(0, 399)))).toEqual(new Set([0]));
  expect(numbers(weight.select(0, 398)).every((value) => value !== 0)).toBe(true);
});

test.each([{}, { padding_idx: 2 }, { scale_grad_by_freq: true }, { padding_idx: -3, scale_grad_by_freq: true }])(
  'the gradient in one pass is that of the formula, which is differentiable: %p',
  (options) => {
    const at = indices(0, 2, 2, 1, 2, 4, 0).reshape([1, 7]);
    const weight = torch.randn([5, 3], { dtype: torch.float64 }).requires_grad_();
    const upstream = torch.randn([1, 7, 3], { dtype: torch.float64 }).requires_grad_();
    const gradient = (create_graph: boolean): torch.Tensor =>
      torch.autograd.grad(F.embedding(at, weight, options), [weight], { grad_outputs: [upstream], create_graph })[0]!;
    const formula = gradient(true);
    expect_close(numbers(gradient(false)), numbers(formula), 1e-12, 'gradient');
    const probe = torch.randn([5, 3], { dtype: torch.float64 });
    const [back] = torch.autograd.grad(formula.mul(probe).sum(), [upstream]);
    // Linear in what flows in: the gradient's product with the probe is that of upstream with its adjoint.
    const product = (a: torch.Tensor, b: torch.Tensor): number => a.mul(b).sum().item() as number;
    expect(product(upstream.detach(), back!)).toBeCloseTo(product(formula.detach(), probe), 10);
  },
);

test('large tables have the same gradient for any number of threads', () => {
  const at = torch.randint(0, 5000, [20000]);
  const weight = torch.zeros([5000, 40]).requires_grad_();
  const upstream = torch.randn([20000, 40]);
  const before = torch.get_num_threads();
  const [one, several] = [1, 3].map((threads) => {
    torch.set_num_threads(threads);
    weight.grad = null;
    F.embedding(at, weight).backward(upstream);
    return weight.grad!;
  });
  torch.set_num_threads(before);
  expect(torch.equal(one, several)).toBe(true);
  const expected = torch.zeros([5000, 40]).index_add(0, at, upstream);
  expect(torch.equal(one, expected)).toBe(true);
});

test('max_norm shortens the rows that are named, in the table, each once', () => {
  for (const [norm_type, length] of [
    [2, (row: number[]) => Math.hypot(...row)],
    [1, (row: number[]) => row.reduce((a, b) => a + Math.abs(b), 0)],
    [Infinity, (row: number[]) => Math.max(...row.map(Math.abs))],
    [3, (row: number[]) => Math.cbrt(row.reduce((a, b) => a + Math.abs(b) ** 3, 0))],
  ] as const) {
    const layer = new nn.Embedding(4, 3, { max_norm: 0.5, norm_type, dtype: torch.float64 });
    const before = layer.weight.detach().clone().tolist() as number[][];
    const version = layer.weight._version;
    const out = layer.forward(indices(3, 1, 3));
    expect(layer.weight._version).toBe(version + 1);
    const rows = layer.weight.tolist() as number[][];
    for (const i of [1, 3]) expect(length(rows[i])).toBeCloseTo(Math.min(0.5, length(before[i])), 6);
    for (const i of [0, 2]) expect(rows[i]).toEqual(before[i]);
    expect(out.tolist()).toEqual([rows[3], rows[1], rows[3]]);
  }
  const wide = torch.ones([2, 3]).transpose(0, 1);
  F.embedding(indices(2), wide, { max_norm: 1 });
  expect_close(numbers(wide), [1, 1, 1, 1, Math.SQRT1_2, Math.SQRT1_2], 1e-6, 'a table of any layout');
});

test('from_pretrained shares the table and freezes it unless told otherwise', () => {
  const table = torch.tensor([
    [1, 2],
    [3, 4],
  ]);
  const layer = nn.Embedding.from_pretrained(table, { padding_idx: 1 });
  expect(String(layer)).toBe('Embedding(2, 2, padding_idx=1)');
  expect(layer.weight.requires_grad).toBe(false);
  table.fill_(7);
  expect(layer.forward(indices(1)).tolist()).toEqual([[7, 7]]);
  expect(nn.Embedding.from_pretrained(table, false).weight.requires_grad).toBe(true);
  expect(Object.keys(layer.state_dict())).toEqual(['weight']);
});

test('indices may be int32, of any shape, and a view', () => {
  const layer = new nn.Embedding(6, 2);
  const at = torch.arange(6).to(torch.int32).reshape([2, 3]).transpose(0, 1);
  expect(layer.forward(at).shape).toEqual([3, 2, 2]);
  expect(numbers(layer.forward(at).select(1, 1))).toEqual(numbers(layer.weight.narrow(0, 3, 3)));
});

const layer = new nn.Embedding(4, 3);
test.each<[string, () => unknown, RegExp]>([
  ['an index too large', () => layer.forward(indices(1, 4)), /^embedding: index 4 is out of range \[0, 4\)$/],
  ['a negative index', () => layer.forward(indices(-1)), /^embedding: index -1 is out of range \[0, 4\)$/],
  ['indices of float32', () => layer.forward(torch.ones(2)), /^embedding: expected index to be of torch.int64 or/],
  [
    'padding outside',
    () => new nn.Embedding(4, 3, 4),
    /^Embedding: expected padding_idx to be between -4 and 3, got 4$/,
  ],
  [
    'max_norm of 0',
    () => new nn.Embedding(4, 3, { max_norm: 0 }),
    /^Embedding: expected max_norm to be positive, got 0$/,
  ],
  ['a negative size', () => new nn.Embedding(-1, 3), /^Embedding: expected num_embeddings to be at least 0, got -1$/],
  [
    'a misspelling',
    () => new nn.Embedding(4, 3, { paddng_idx: 1 } as object),
    /^Embedding: Misspelled option "paddng_idx"/,
  ],
  ['sparse gradients', () => new nn.Embedding(4, 3, { sparse: true }), /^Embedding: there are no sparse gradients/],
  [
    'a table of one dimension',
    () => nn.Embedding.from_pretrained(torch.ones(3)),
    /^Embedding: expected embeddings of shape/,
  ],
])('%s is an error', (_, call, message) => {
  expect(call).toThrow(message);
});
