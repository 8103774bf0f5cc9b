import * as torch from 'cresset';
import golden from './golden/losses.json';

const { nn } = torch;
const F = nn.functional;
type Loss = (...args: unknown[]) => torch.Tensor;

interface Written {
  shape: number[];
  dtype: string;
  values: number[];
}

const is_written = (value: unknown): value is Written =>
  typeof value === 'object' && value !== null && 'values' in value;

function read(value: unknown): unknown {
  if (!is_written(value)) return value;
  const flat = torch.tensor(Float64Array.from(value.values)).reshape(value.shape);
  return value.dtype === 'int64' ? flat.long() : flat;
}

const numbers = (t: torch.Tensor | null): number[] => t!.detach().flatten().tolist() as number[];

function expect_close(found: readonly number[], expected: readonly number[], tolerance = 1e-12): void {
  expect(found).toHaveLength(expected.length);
  for (const [i, v] of found.entries())
    expect(Math.abs(v - expected[i])).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(expected[i])));
}

const named = golden.cases.map((each): [string, string, (typeof golden.cases)[number]] => [
  each.name,
  Object.entries(each.options)
    .map(([key, value]) => `${key}: ${is_written(value) ? 'tensor' : value}`)
    .join(', '),
  each,
]);

describe('the losses and gradients of PyTorch', () => {
  test.each(named)('%s(%s)', (name, _, each) => {
    const args = each.args.map(read);
    const given = Object.fromEntries(Object.entries(each.options).map(([key, value]) => [key, read(value)]));
    const floats = args.filter((x): x is torch.Tensor => x instanceof torch.Tensor && x.is_floating_point());
    // PyTorch's smallest denominator, 1e-12, is rounded to float32.
    const tolerance = name === 'binary_cross_entropy' ? 1e-8 : 1e-12;
    for (const [reduction, expected] of Object.entries(each.results)) {
      const inputs = floats.slice(0, expected.grads.length).map((x) => x.requires_grad_());
      for (const create_graph of [false, true]) {
        const loss = (F[name as keyof typeof F] as Loss)(...args, { ...given, reduction });
        expect(loss.shape).toEqual(expected.shape);
        expect_close(numbers(loss), expected.loss);
        const factor = torch.linspace(1, 2, loss.numel(), { dtype: torch.float64 }).reshape(loss.shape);
        const grads = torch.autograd.grad(loss.mul(factor).sum(), inputs, { create_graph }) as torch.Tensor[];
        grads.forEach((g, i) => {
          expect_close(numbers(g), expected.grads[i], tolerance);
        });
      }
    }
  });
});

describe('modules', () => {
  const x = () => torch.tensor([[0.25, -0.5, 1.5]], { requires_grad: true });
  const t = torch.tensor([[1, 0, 1]]);
  const signs = torch.tensor([[1, -1, 1]]);
  const three = [x(), torch.tensor([[0.5, 1, -1]]), torch.tensor([[2, 0, 1]])] as const;
  const weight = torch.tensor([1, 2, 3]);

  test.each<[string, () => torch.Tensor, () => torch.Tensor]>([
    [
      'SmoothL1Loss',
      () => new nn.SmoothL1Loss({ beta: 0.5 }).forward(x(), t),
      () => F.smooth_l1_loss(x(), t, { beta: 0.5 }),
    ],
    [
      'HuberLoss',
      () => new nn.HuberLoss({ delta: 0.5, reduction: 'sum' }).forward(x(), t),
      () => F.huber_loss(x(), t, { delta: 0.5, reduction: 'sum' }),
    ],
    [
      'BCELoss',
      () => new nn.BCELoss(weight).forward(x().sigmoid(), t),
      () => F.binary_cross_entropy(x().sigmoid(), t, weight),
    ],
    [
      'BCEWithLogitsLoss',
      () => new nn.BCEWithLogitsLoss({ pos_weight: weight, reduction: 'none' }).forward(x(), t),
      () => F.binary_cross_entropy_with_logits(x(), t, { pos_weight: weight, reduction: 'none' }),
    ],
    [
      'KLDivLoss',
      () => new nn.KLDivLoss({ reduction: 'batchmean', log_target: true }).forward(x(), t),
      () => F.kl_div(x(), t, { reduction: 'batchmean', log_target: true }),
    ],
    [
      'PoissonNLLLoss',
      () => new nn.PoissonNLLLoss({ full: true }).forward(x(), t.mul(3)),
      () => F.poisson_nll_loss(x(), t.mul(3), { full: true }),
    ],
    [
      'GaussianNLLLoss',
      () => new nn.GaussianNLLLoss({ eps: 0.1 }).forward(x(), t, weight.reshape([1, 3])),
      () => F.gaussian_nll_loss(x(), t, weight.reshape([1, 3]), { eps: 0.1 }),
    ],
    [
      'HingeEmbeddingLoss',
      () => new nn.HingeEmbeddingLoss(0.5).forward(x(), signs),
      () => F.hinge_embedding_loss(x(), signs, { margin: 0.5 }),
    ],
    [
      'MarginRankingLoss',
      () => new nn.MarginRankingLoss({ margin: 0.5 }).forward(x(), t, signs),
      () => F.margin_ranking_loss(x(), t, signs, { margin: 0.5 }),
    ],
    [
      'CosineEmbeddingLoss',
      () => new nn.CosineEmbeddingLoss(0.2).forward(x(), t, torch.tensor([-1])),
      () => F.cosine_embedding_loss(x(), t, torch.tensor([-1]), { margin: 0.2 }),
    ],
    [
      'TripletMarginLoss',
      () => new nn.TripletMarginLoss({ margin: 3, swap: true }).forward(...three),
      () => F.triplet_margin_loss(...three, { margin: 3, swap: true }),
    ],
    ['SoftMarginLoss', () => new nn.SoftMarginLoss().forward(x(), signs), () => F.soft_margin_loss(x(), signs)],
    [
      'MultiLabelMarginLoss',
      () => new nn.MultiLabelMarginLoss().forward(x(), torch.tensor([[2n, -1n, 0n]])),
      () => F.multilabel_margin_loss(x(), torch.tensor([[2n, -1n, 0n]])),
    ],
    [
      'MultiLabelSoftMarginLoss',
      () => new nn.MultiLabelSoftMarginLoss({ weight }).forward(x(), t),
      () => F.multilabel_soft_margin_loss(x(), t, { weight }),
    ],
    [
      'MultiMarginLoss',
      () => new nn.MultiMarginLoss({ p: 2, weight }).forward(x(), torch.tensor([1n])),
      () => F.multi_margin_loss(x(), torch.tensor([1n]), { p: 2, weight }),
    ],
    ['PairwiseDistance', () => new nn.PairwiseDistance(1).forward(x(), t), () => F.pairwise_distance(x(), t, { p: 1 })],
    [
      'CosineSimilarity',
      () => new nn.CosineSimilarity(0).forward(x(), t),
      () => F.cosine_similarity(x(), t, { dim: 0 }),
    ],
  ])('%s is its function', (_, module, plain) => {
    expect(module().tolist()).toEqual(plain().tolist());
  });

  test('their weights are buffers', () => {
    expect(Object.keys(new nn.BCEWithLogitsLoss({ pos_weight: weight }).state_dict())).toEqual(['pos_weight']);
    expect(Object.keys(new nn.BCELoss(weight).state_dict())).toEqual(['weight']);
    expect(new nn.MultiMarginLoss({ weight }).double().weight!.dtype).toBe(torch.float64);
    expect(String(new nn.TripletMarginLoss())).toBe('TripletMarginLoss()');
  });

  test.each<[string, () => unknown, string | RegExp]>([
    ['beta', () => new nn.SmoothL1Loss({ beta: -1 }), 'SmoothL1Loss: expected beta to be at least 0, got -1'],
    ['delta', () => new nn.HuberLoss({ delta: 0 }), 'HuberLoss: expected delta to be greater than 0, got 0'],
    [
      'reduction',
      () => new nn.KLDivLoss({ reduction: 'batch' as never }),
      'KLDivLoss: expected reduction to be "none", "mean", "sum" or "batchmean", got "batch" (string)',
    ],
    ['weight', () => new nn.BCELoss({ weight: 3 as never }), 'BCELoss: expected weight to be a Tensor, got 3'],
    [
      'misspelled',
      () => new nn.BCEWithLogitsLoss({ posweight: weight } as never),
      /^BCEWithLogitsLoss: Misspelled option "posweight": did you mean "pos_weight"/,
    ],
    ['margin', () => new nn.TripletMarginLoss(0), 'TripletMarginLoss: expected margin to be greater than 0, got 0'],
    ['power', () => new nn.MultiMarginLoss({ p: 3 }), 'MultiMarginLoss: expected p to be 1 or 2, got 3'],
    ['eps', () => new nn.GaussianNLLLoss({ eps: 0 }), 'GaussianNLLLoss: expected eps to be greater than 0, got 0'],
    [
      'label_smoothing',
      () => new nn.CrossEntropyLoss({ label_smoothing: 2 }),
      'CrossEntropyLoss: expected label_smoothing between 0 and 1, got 2',
    ],
    [
      'a weight that wants a gradient',
      () => F.binary_cross_entropy(x().sigmoid(), t, torch.ones([3], { requires_grad: true })),
      'binary_cross_entropy: weight requires grad, but is not differentiated; detach() it',
    ],
    [
      'a weight that does not fit',
      () => F.binary_cross_entropy_with_logits(x(), t, { pos_weight: torch.ones([2, 1]) }),
      /^binary_cross_entropy_with_logits: pos_weight of shape \[2, 1\] does not fit the input of shape \[1, 3\]/,
    ],
    [
      'not a probability, far behind',
      () =>
        F.binary_cross_entropy(torch.cat([torch.full([69999], 0.5), torch.tensor([Number.NaN])]), torch.ones([70000])),
      /expected every element of input between 0 and 1, got nan at element 69999/,
    ],
  ])('bad input: %s', (_, body, message) => {
    expect(body).toThrow(message);
  });
});

describe('numbers at the edges', () => {
  test('float32 means of many elements are exact to the last digits', () => {
    const n = 1_000_003;
    const x = torch.arange(n).div(n);
    const exact = (n - 1) / (2 * n);
    expect(Math.abs(F.l1_loss(x, torch.zeros([n])).item() - exact)).toBeLessThan(2e-7);
    expect(Math.abs(F.mse_loss(x, torch.zeros([n])).item() - ((n - 1) * (2 * n - 1)) / (6 * n * n))).toBeLessThan(1e-7);
  });

  test('NaN and infinity go through', () => {
    const x = torch.tensor([Number.NaN, Infinity, -Infinity, 0], { requires_grad: true });
    for (const loss of [F.mse_loss, F.l1_loss, F.smooth_l1_loss, F.huber_loss]) {
      x.grad = null;
      const losses = loss(x, torch.zeros([4]), { reduction: 'none' });
      expect(numbers(losses)).toEqual([Number.NaN, Infinity, Infinity, 0]);
      losses.backward();
      expect(numbers(x.grad)[0]).toBeNaN();
      expect(numbers(x.grad).slice(1)).toEqual(loss === F.mse_loss ? [Infinity, -Infinity, 0] : [1, -1, 0]);
    }
  });

  test('an empty batch has a sum of 0 and no mean', () => {
    const empty = torch.zeros([0, 3], { requires_grad: true });
    expect(F.binary_cross_entropy_with_logits(empty, torch.zeros([0, 3]), { reduction: 'sum' }).item()).toBe(0);
    const mean = F.mse_loss(empty, torch.zeros([0, 3]));
    expect(mean.item()).toBeNaN();
    mean.backward();
    expect(empty.grad!.shape).toEqual([0, 3]);
  });

  test('integer and double targets', () => {
    const x = torch.tensor([0.5, 2]);
    expect(F.mse_loss(x, torch.tensor([1n, 2n])).item()).toBe(0.125);
    expect(F.l1_loss(x, torch.tensor([1, 2], { dtype: torch.float64 })).dtype).toBe(torch.float64);
  });
});
