import * as torch from 'cresset';

const numbers = (t: torch.Tensor): number[] => [...(t.to(torch.float64).typed_array() as Float64Array)];
const mean = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0) / list.length;

function moments(t: torch.Tensor): { mean: number; variance: number } {
  const list = numbers(t);
  const center = mean(list);
  return { mean: center, variance: mean(list.map((x) => (x - center) ** 2)) };
}

describe('the generator', () => {
  test('the same seed gives the same values', () => {
    const draw = (): unknown[] => {
      torch.manual_seed(5);
      return [torch.rand(7), torch.randn(3, 3), torch.randint(100, [9]), torch.randperm(20)].map((t) => t.tolist());
    };
    expect(draw()).toEqual(draw());
    torch.manual_seed(6);
    expect(torch.rand(7).tolist()).not.toEqual(draw()[0]);
  });

  test('its state can be kept and taken back', () => {
    torch.rand(5);
    const state = torch.get_rng_state();
    const first = torch.randn(100).tolist();
    torch.set_rng_state(state);
    expect(torch.randn(100).tolist()).toEqual(first);
    expect(() => torch.set_rng_state(torch.zeros(3))).toThrow(/set_state: expected what get_state\(\) returned/);
  });

  test('others are independent of the default one', () => {
    torch.manual_seed(1);
    const expected = torch.rand(4).tolist();
    torch.manual_seed(1);
    const generator = new torch.Generator().manual_seed(1);
    expect(torch.rand([4], { generator }).tolist()).toEqual(expected);
    expect(torch.rand(4).tolist()).toEqual(expected);
  });

  test('takes numbers, negative ones too, and bigints as seeds', () => {
    torch.manual_seed(-1);
    expect(torch.initial_seed()).toBe(2n ** 64n - 1n);
    torch.manual_seed(2n ** 40n);
    expect(torch.initial_seed()).toBe(2 ** 40);
    expect(() => torch.manual_seed(1.5)).toThrow(/manual_seed: expected seed to be an integer, got 1.5/);
    expect(() => torch.manual_seed('1' as never)).toThrow(/expected seed to be an integer or a bigint, got "1"/);
  });

  test('gives the same values with any number of threads', () => {
    const before = torch.get_num_threads();
    const draw = (threads: number): unknown[] => {
      torch.set_num_threads(threads);
      torch.manual_seed(3);
      return [torch.rand(200_001), torch.randn(200_001), torch.randint(9, [200_001])].map((t) => numbers(t).join());
    };
    const [one, two, seven] = [1, 2, 7].map(draw);
    torch.set_num_threads(before);
    expect(two).toEqual(one);
    expect(seven).toEqual(one);
  });
});

describe('distributions', () => {
  beforeEach(() => torch.manual_seed(0));

  test.each([torch.float32, torch.float64])('rand lies in [0, 1), evenly, in %s', (dtype) => {
    const x = torch.rand([100_000], { dtype });
    expect(x.dtype).toBe(dtype);
    expect(x.min().item()).toBeGreaterThanOrEqual(0);
    expect(x.max().item()).toBeLessThan(1);
    expect(moments(x).mean).toBeCloseTo(0.5, 2);
    expect(moments(x).variance).toBeCloseTo(1 / 12, 3);
  });

  test('randn has mean 0 and variance 1', () => {
    const { mean: center, variance } = moments(torch.randn(100_000));
    expect(center).toBeCloseTo(0, 1.9);
    expect(variance).toBeCloseTo(1, 1.5);
  });

  test('randint keeps to its range and is int64 unless said otherwise', () => {
    const x = torch.randint(-3, 4, [10_000]);
    expect(x.dtype).toBe(torch.int64);
    expect(new Set(numbers(x))).toEqual(new Set([-3, -2, -1, 0, 1, 2, 3]));
    expect(torch.randint(2, [3], { dtype: torch.float32 }).dtype).toBe(torch.float32);
    expect(() => torch.randint(3, 3, [1])).toThrow(/randint: expected low < high, got low 3 and high 3/);
  });

  test('randperm holds every number once', () => {
    const order = numbers(torch.randperm(1000));
    expect(order).not.toEqual([...order].sort((a, b) => a - b));
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, i) => i));
    expect(torch.randperm(0).shape).toEqual([0]);
    expect(torch.randperm(3, { dtype: torch.float32 }).dtype).toBe(torch.float32);
  });

  test('bernoulli and normal follow the tensors given', () => {
    expect(torch.bernoulli(torch.tensor([0, 1, 1, 0])).tolist()).toEqual([0, 1, 1, 0]);
    expect(mean(numbers(torch.bernoulli(torch.full([50_000], 0.25))))).toBeCloseTo(0.25, 1.9);
    expect(moments(torch.normal(5, 2, [50_000])).mean).toBeCloseTo(5, 1);
    expect(moments(torch.normal(torch.full([50_000], -1), 0.5)).variance).toBeCloseTo(0.25, 1);
    expect(() => torch.normal(0, -1, [2])).toThrow(/normal: expected std to be at least 0, got -1/);
  });

  test('the _like forms take shape and dtype', () => {
    const x = torch.zeros([2, 3], { dtype: torch.float64 });
    for (const y of [torch.rand_like(x), torch.randn_like(x), torch.randint_like(x, 5)])
      expect([y.shape, y.dtype]).toEqual([[2, 3], torch.float64]);
  });
});

describe('in place', () => {
  test('fills strided views and nothing else', () => {
    const x = torch.zeros(4, 6);
    x.narrow(1, 2, 2).normal_(100, 1);
    expect(x.ne(0).sum(0).tolist()).toEqual([0, 0, 4, 4, 0, 0]);
    expect(torch.zeros(100).uniform_(3, 4).sub(3.5).abs().max().item()).toBeLessThanOrEqual(0.5);
    expect(torch.zeros(50).bernoulli_(1).sum().item()).toBe(50);
    expect(torch.zeros([50], { dtype: torch.int32 }).random_(5, 6).sum().item()).toBe(250);
  });

  test('no gradient reaches what was overwritten', () => {
    const x = torch.ones([3], { requires_grad: true });
    const y = x.mul(2);
    y.uniform_();
    y.sum().backward();
    expect(x.grad!.tolist()).toEqual([0, 0, 0]);
    expect(() => x.normal_()).toThrow(/a leaf tensor that requires grad cannot be changed in place/);
    torch.no_grad(() => x.normal_());
  });

  test('explains bad arguments', () => {
    expect(() => torch.zeros(2).uniform_(2, 1)).toThrow(/uniform_: expected from <= to, got from 2 and to 1/);
    expect(() => torch.zeros([2], { dtype: torch.int64 }).normal_()).toThrow(
      /expected input to be of a floating point dtype/,
    );
    expect(() => torch.zeros(2).bernoulli_(1.5)).toThrow(/bernoulli_: expected p to be between 0 and 1, got 1.5/);
    expect(() => torch.rand([2], { dtype: torch.int64 })).toThrow(
      /rand: expected a floating point dtype, got torch.int64/,
    );
    expect(() => torch.rand([2], { seed: 1 } as never)).toThrow(/rand: Misspelled option "seed"/);
    expect(() => torch.rand([2], { generator: 1 as never })).toThrow(
      /expected generator to be a torch.Generator, got 1/,
    );
  });
});

describe('multinomial', () => {
  const weights = torch.tensor([
    [1, 0, 3],
    [0, 2, 0],
  ]);

  test('draws by weight, again or once', () => {
    const generator = new torch.Generator().manual_seed(1);
    const drawn = torch.multinomial(weights, 4000, true, { generator });
    expect([drawn.dtype, drawn.shape]).toEqual([torch.int64, [2, 4000]]);
    expect(Math.abs(drawn.select(0, 0).eq(2).sum().item() - 3000)).toBeLessThan(120);
    expect(drawn.select(0, 0).eq(1).any().item()).toBe(false);
    expect(drawn.select(0, 1).eq(1).all().item()).toBe(true);
    let first = 0;
    for (let i = 0; i < 2000; i++) {
      const [a, b] = weights.select(0, 0).multinomial(2, false, { generator }).tolist() as number[];
      expect([a, b].sort()).toEqual([0, 2]);
      if (a === 2) first++;
    }
    expect(Math.abs(first - 1500)).toBeLessThan(90);
  });

  test('bad input', () => {
    expect(() => torch.multinomial(weights, 2)).toThrow('multinomial: cannot draw 2 from 1 probabilities above 0');
    expect(() => torch.multinomial(torch.tensor([-1, 2]), 1)).toThrow(/finite probabilities of at least 0/);
    expect(() => torch.multinomial(torch.ones([1, 1, 1]), 1)).toThrow(/expected input of 1 or 2 dimensions/);
    expect(() => torch.multinomial(torch.ones([2]), 0)).toThrow(/expected num_samples to be at least 1/);
  });
});
