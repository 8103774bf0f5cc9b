import * as torch from 'cresset';

const { nn } = torch;
const { init } = nn;
const flat = (t: torch.Tensor): number[] => t.detach().flatten().tolist() as number[];

beforeEach(() => torch.manual_seed(1));

/** The share of the normal distribution below x. */
const below = (x: number): number =>
  (1 +
    (torch
      .tensor([x / Math.SQRT2], { dtype: torch.float64 })
      .erf()
      .item() as number)) /
  2;

/** The largest distance between the distribution of these values and the one expected. */
function distance(values: readonly number[], cdf: (x: number) => number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return Math.max(...sorted.map((x, i) => Math.abs(cdf(x) - (i + 0.5) / sorted.length)));
}

describe('trunc_normal_', () => {
  // The distance of 2000 right values is beyond 0.043 once in a thousand times.
  test.each([
    ['around the mean', 0, 1, -2, 2],
    ['one side', 1, 0.5, 0.9, Infinity],
    ['narrow', 0, 1, -0.01, 0.02],
    ['narrow, in a tail', 0, 1, 2, 2.1],
    ['a tail', 0, 1, 2, 9],
    ['a mirrored tail', 3, 0.5, -Infinity, 1.5],
    ['another, closed', 0, 1, -4, -2.5],
  ])('%s: the distribution, within its bounds', (_, mean, std, a, b) => {
    const values = flat(init.trunc_normal_(torch.empty([2000], { dtype: torch.float64 }), { mean, std, a, b }));
    expect(values.every((each) => each >= a && each <= b)).toBe(true);
    const [low, high] = [below((a - mean) / std), below((b - mean) / std)];
    expect(distance(values, (x) => (below((x - mean) / std) - low) / (high - low))).toBeLessThan(0.043);
  });

  test('far away it is exponential', () => {
    const values = flat(init.trunc_normal_(torch.empty([2000], { dtype: torch.float64 }), 0, 1, 50, 1e9));
    expect(distance(values, (x) => 1 - Math.exp(-50 * (x - 50)))).toBeLessThan(0.044);
    expect(flat(init.trunc_normal_(torch.empty([3]), 0, 1, 1e30, Infinity))).toEqual(
      new Array(3).fill(Math.fround(1e30)),
    );
    expect(flat(init.trunc_normal_(torch.empty([3]), 0, 1e-300, -2, -1))).toEqual([-1, -1, -1]);
  });

  test('any layout, no elements', () => {
    const w = torch.zeros([4, 3]).t();
    expect(init.trunc_normal_(w, { std: 0.02 })).toBe(w);
    expect(new Set(flat(w)).size).toBe(12);
    expect(init.trunc_normal_(torch.empty([0])).shape).toEqual([0]);
  });
});

describe('orthogonal_', () => {
  test.each([
    [torch.float32, 64, 64],
    [torch.float32, 100, 37],
    [torch.float32, 33, 150],
    [torch.float64, 200, 200],
    [torch.float32, 1, 5],
    [torch.float32, 5, 1],
  ])('%s, %d rows, %d columns', (dtype, rows, columns) => {
    const w = init.orthogonal_(torch.empty([rows, columns], { dtype }), 2).double();
    const product = rows <= columns ? w.matmul(w.t()) : w.t().matmul(w);
    const error = product.div(4).sub(torch.eye(Math.min(rows, columns), { dtype: torch.float64 }));
    expect(error.abs().max().item()).toBeLessThan(dtype === torch.float32 ? 1e-6 : 1e-14);
  });

  test('the kernels of a convolution are rows; a seed decides', () => {
    const conv = new nn.Conv2d(3, 8, 3);
    expect(init.orthogonal_(conv.weight)).toBe(conv.weight);
    expect(conv.weight.is_leaf && conv.weight.requires_grad).toBe(true);
    const rows = conv.weight.detach().flatten(1);
    expect(rows.matmul(rows.t()).sub(torch.eye(8)).abs().max().item()).toBeLessThan(1e-6);
    const drawn = () =>
      flat(init.orthogonal_(torch.empty([3, 3]), { generator: new torch.Generator().manual_seed(4) }));
    expect(drawn()).toEqual(drawn());
    expect(init.orthogonal_(torch.empty([0, 3])).shape).toEqual([0, 3]);
  });

  test('no direction is preferred', () => {
    const signs = Array.from({ length: 400 }, () =>
      flat(init.orthogonal_(torch.empty([2, 2], { dtype: torch.float64 }))),
    );
    const angles = signs.map(([x, y]) => (Math.atan2(y, x) / Math.PI + 1) / 2);
    expect(distance(angles, (x) => x)).toBeLessThan(0.098);
    const reflections = signs.filter(([a, b, c, d]) => a * d - b * c < 0).length;
    expect(Math.abs(reflections - 200)).toBeLessThan(34);
  });
});

describe('patterns', () => {
  test('eye_', () => {
    expect(init.eye_(torch.ones([2, 3])).tolist()).toEqual([
      [1, 0, 0],
      [0, 1, 0],
    ]);
  });

  test.each([
    [1, 1],
    [2, 1],
    [3, 1],
    [1, 2],
    [2, 3],
  ])('dirac_ in %d dimensions, %d groups: a convolution that changes nothing', (dims, groups) => {
    const w = init.dirac_(torch.rand([groups * 3, 2, ...[3, 5, 1].slice(0, dims)]), groups);
    expect(w.sum().item()).toBe(2 * groups);
    for (let group = 0; group < groups; group++)
      for (let channel = 0; channel < 2; channel++) {
        const centre = [3, 5, 1]
          .slice(0, dims)
          .reduce((view, size) => view.select(0, size >> 1), w.select(0, group * 3 + channel).select(0, channel));
        expect(centre.item()).toBe(1);
      }
  });

  test('dirac_ keeps what a grouped convolution is given', () => {
    const conv = new nn.Conv1d(4, 4, 3, { padding: 1, groups: 2, bias: false });
    init.dirac_(conv.weight, 2);
    const x = torch.rand([2, 4, 6]);
    expect(torch.equal(conv.forward(x), x)).toBe(true);
  });

  test('sparse_ has its zeros in every column, at random rows', () => {
    const w = init.sparse_(torch.empty([50, 200]), 0.31, 0.5);
    expect(w.eq(0).sum(0).tolist()).toEqual(new Array(200).fill(16));
    const others = flat(w).filter((each) => each !== 0);
    expect(distance(others, (x) => below(x / 0.5))).toBeLessThan(0.025);
    const zeros_of_rows = w.eq(0).sum(1).tolist() as number[];
    expect(Math.min(...zeros_of_rows)).toBeGreaterThan(35);
    expect(Math.max(...zeros_of_rows)).toBeLessThan(95);
    expect(flat(init.sparse_(torch.ones([3, 2]), { sparsity: 1 })).filter((each) => each !== 0)).toHaveLength(0);
    expect(flat(init.sparse_(torch.ones([3, 2]), { sparsity: 0 })).filter((each) => each !== 0)).toHaveLength(6);
  });
});

test('arguments by position or by name, and generators', () => {
  const drawn = (write: (w: torch.Tensor, generator: torch.Generator) => torch.Tensor) =>
    flat(write(torch.empty([4, 3]), new torch.Generator().manual_seed(9)));
  expect(drawn((w, generator) => init.uniform_(w, 2, 3, { generator }))).toEqual(
    drawn((w, generator) => init.uniform_(w, { b: 3, generator, a: 2 })),
  );
  expect(drawn((w, generator) => init.normal_(w, { std: 3, generator }))).toEqual(
    drawn((w, generator) => init.normal_(w, 0, 3, { generator })),
  );
  expect(drawn((w, generator) => init.kaiming_normal_(w, 0.1, 'fan_out', 'relu', { generator }))).toEqual(
    drawn((w, generator) => init.kaiming_normal_(w, { mode: 'fan_out', nonlinearity: 'relu', generator })),
  );
  expect(drawn((w, generator) => init.xavier_uniform_(w, { gain: 2, generator }))).toEqual(
    drawn((w, generator) => init.xavier_uniform_(w, 2, { generator })),
  );
  expect(drawn((w, generator) => init.uniform_(w, 2, 3, generator))).toEqual(
    drawn((w, generator) => init.uniform_(w, 2, 3, { generator })),
  );
  expect(drawn((w, generator) => init.trunc_normal_(w, 0, 1, -2, 2, generator))).toEqual(
    drawn((w, generator) => init.trunc_normal_(w, { generator })),
  );
  expect(drawn((w, generator) => init.kaiming_normal_(w, 0, 'fan_in', 'relu', generator))).toEqual(
    drawn((w, generator) => init.kaiming_normal_(w, { nonlinearity: 'relu', generator })),
  );
  expect(drawn((w, generator) => init.orthogonal_(w, 2, generator))).toEqual(
    drawn((w, generator) => init.orthogonal_(w, { gain: 2, generator })),
  );
});

test.each<[string, () => unknown, string | RegExp]>([
  ['no tensor', () => init.normal_([1] as never), /^normal_: expected tensor to be a Tensor, got \[1\]/],
  [
    'trunc_normal_, std',
    () => init.trunc_normal_(torch.ones([1]), { std: 0 }),
    'trunc_normal_: expected std to be positive, got 0',
  ],
  [
    'trunc_normal_, order',
    () => init.trunc_normal_(torch.ones([1]), 0, 1, 2, 1),
    'trunc_normal_: expected a < b, got a 2 and b 1',
  ],
  [
    'trunc_normal_, NaN',
    () => init.trunc_normal_(torch.ones([1]), Number.NaN),
    /^trunc_normal_: expected mean to be a finite number, got NaN/,
  ],
  ['trunc_normal_, integers', () => init.trunc_normal_(torch.tensor([1n])), /^trunc_normal_: .*int64/],
  [
    'orthogonal_',
    () => init.orthogonal_(torch.ones([3])),
    'orthogonal_: expected a tensor of at least 2 dimensions, got shape [3]',
  ],
  ['eye_', () => init.eye_(torch.ones([3])), 'eye_: expected a tensor of 2 dimensions, got shape [3]'],
  [
    'dirac_',
    () => init.dirac_(torch.ones([3, 3])),
    'dirac_: expected a tensor of 3, 4 or 5 dimensions, got shape [3, 3]',
  ],
  [
    'dirac_, groups',
    () => init.dirac_(torch.ones([3, 3, 1]), 2),
    'dirac_: 3 output channels cannot be divided into 2 groups',
  ],
  [
    'sparse_',
    () => init.sparse_(torch.ones([3, 3, 1]), 0.5),
    'sparse_: expected a tensor of 2 dimensions, got shape [3, 3, 1]',
  ],
  [
    'sparse_, share',
    () => init.sparse_(torch.ones([3, 3]), 1.5),
    'sparse_: expected sparsity between 0 and 1, got 1.5',
  ],
  [
    'sparse_, none',
    () => init.sparse_(torch.ones([3, 3]), undefined as never),
    /^sparse_: expected sparsity to be a number, got undefined/,
  ],
  [
    'misspelled',
    () => init.normal_(torch.ones([3]), { stdev: 1 } as never),
    /^normal_: Misspelled option "stdev": did you mean "std"/,
  ],
  [
    'too many',
    () => init.uniform_(...([torch.ones([3]), 1, 2, undefined, 3] as never as [torch.Tensor])),
    'uniform_: takes a, b, generator by place, got 4 arguments',
  ],
  [
    'mode',
    () => init.kaiming_normal_(torch.ones([3, 3]), 0, 'fan' as never),
    /^kaiming_normal_: expected mode to be "fan_in" or "fan_out"/,
  ],
  ['generator', () => init.normal_(torch.ones([3]), { generator: 3 as never }), /generator/],
])('bad input: %s', (_, body, message) => {
  expect(body).toThrow(message);
});
