import * as torch from 'cresset';

/** Corners where a gradient or a value was once another than PyTorch's. */

const F = torch.nn.functional;

test('backward takes its options first, as `backward(retain_graph=True)` does', () => {
  const x = torch.tensor([2], { requires_grad: true });
  const y = x.pow(3);
  y.backward({ retain_graph: true });
  y.backward({ gradient: torch.tensor([2]) });
  expect(x.grad!.tolist()).toEqual([36]);
  expect(() => x.pow(3).backward({ retain: true } as never)).toThrow('backward: Misspelled option "retain"');
});

test('cosine_similarity of a vector of zeros has a gradient', () => {
  const x = torch.tensor([[0, 0]], { requires_grad: true });
  F.cosine_similarity(x, torch.tensor([[1, 2]]), 1)
    .sum()
    .backward();
  const [[a, b]] = x.grad!.tolist() as number[][];
  expect(a / 44721360).toBeCloseTo(1, 5);
  expect(b / 89442720).toBeCloseTo(1, 5);
});

test('equal elements share the gradient of the median of all', () => {
  const x = torch.tensor([3, 1, 2, 2], { requires_grad: true });
  x.median().backward();
  expect(x.grad!.tolist()).toEqual([0, 0, 0.5, 0.5]);
});

test('integers are not divided by zero', () => {
  const whole = torch.tensor([7n, -7n]);
  expect(() => whole.remainder(0)).toThrow(
    'remainder: integers cannot be divided by 0 (torch.int64); convert with float()',
  );
  expect(() => whole.div(torch.tensor([1n, 0n]), { rounding_mode: 'floor' })).toThrow('floor_divide: integers');
  expect(() => whole.floor_divide_(0)).toThrow('floor_divide_: integers');
  expect(whole.float().floor_divide(0).tolist()).toEqual([Infinity, -Infinity]);
  expect(whole.new_zeros([0]).fmod(whole.new_zeros([0])).shape).toEqual([0]);
});

test.each<[equation: string, letters: string, ...shapes: number[][]]>([
  ['...ij,jk->...ik', 'bij,jk->bik', [5, 2, 3], [3, 4]],
  ['b...,b...->...', 'bxy,bxy->xy', [2, 3, 4], [2, 3, 4]],
  ['i...->...', 'ij->j', [2, 3]],
  ['...ij,...jk', 'abij,abjk->abik', [2, 3, 2, 3], [2, 3, 3, 4]],
  ['...->', 'xy->', [2, 3]],
])('einsum of "%s"', (equation, letters, ...shapes) => {
  const tensors = shapes.map((shape) => torch.randn(shape));
  const expected = torch.einsum(letters, ...tensors);
  torch.testing.assert_close(torch.einsum(equation, ...tensors), expected);
});

test('einsum broadcasts what an ellipsis stands for', () => {
  const [a, b] = [torch.randn([4, 1, 2, 3]), torch.randn([5, 3, 2])];
  torch.testing.assert_close(torch.einsum('...ij,...jk->...ik', a, b), a.matmul(b));
  expect(() => torch.einsum('...ijk', torch.ones([2]))).toThrow('operand 0 is called "...ijk", but has shape [2]');
  expect(() => torch.einsum('......', torch.ones([2]))).toThrow('at most one ellipsis');
});

test('what is written under a mask or an index has gradients on both sides', () => {
  const x = torch.ones([4], { requires_grad: true });
  const y = torch.tensor([5, 6], { requires_grad: true });
  const mask = torch.tensor([false, true, false, true]);
  const z = x.mul(2).masked_scatter_(mask, y);
  expect(z.tolist()).toEqual([2, 5, 2, 6]);
  z.mul(torch.tensor([1, 10, 100, 1000]))
    .sum()
    .backward();
  expect([x.grad!.tolist(), y.grad!.tolist()]).toEqual([
    [2, 0, 200, 0],
    [10, 1000],
  ]);
  const w = torch.zeros([2, 3]);
  expect(w.index_copy_(1, torch.tensor([2n]), torch.ones([2, 1])).index_fill_(0, torch.tensor([1n]), 4)).toBe(w);
  expect(w.tolist()).toEqual([
    [0, 0, 1],
    [4, 4, 4],
  ]);
});

test('makers take their value by name', () => {
  expect(torch.linspace(0, 1, { steps: 3 }).tolist()).toEqual([0, 0.5, 1]);
  expect(torch.full([2], { fill_value: 3, dtype: torch.int64 }).tolist()).toEqual([3, 3]);
  expect(torch.ones([1]).type(torch.int32).dtype).toBe(torch.int32);
});

test('JavaScript sees the number of a one-element tensor, and no operators on others', () => {
  const loss = torch.tensor(0.5) as unknown as number;
  const many = torch.tensor([1, 2]) as unknown as number;
  expect([loss < 0.6, loss > 0.6, loss + 1, Number(loss), +torch.tensor([3])]).toEqual([true, false, 1.5, 0.5, 3]);
  expect([`${loss}`, String(many), [many].join()]).toEqual(['tensor(0.5000)', 'tensor([1., 2.])', 'tensor([1., 2.])']);
  expect(() => many + 1).toThrow('JavaScript has no operators on objects: write a.add(b)');
  expect(() => many < 3).toThrow('got shape [2]');
  expect(JSON.stringify({ loss, many, none: torch.zeros([0]) })).toBe('{"loss":0.5,"many":[1,2],"none":[]}');
});

test('products of integers', () => {
  const a = torch.tensor([
    [1n, 2n],
    [3n, 4n],
  ]);
  expect([a.matmul(a).dtype, a.matmul(a).tolist()]).toEqual([
    torch.int64,
    [
      [7, 10],
      [15, 22],
    ],
  ]);
  expect(torch.mv(a, torch.tensor([1n, -1n])).tolist()).toEqual([-1, -1]);
  expect(a.int().mm(a.int()).dtype).toBe(torch.int32);
  expect(() => a.bool().matmul(a.bool())).toThrow(
    'matmul: expected input to be of a floating point dtype, got torch.bool',
  );
});

test('round to decimals, places of a condition, steps and sizes by name', () => {
  const x = torch.tensor([1.2345, -2.3456, 15]);
  expect(x.round({ decimals: 2 }).tolist()).toEqual([1.23, -2.35, 15].map((v) => expect.closeTo(v, 6)));
  expect(x.round({ decimals: -1 }).tolist()).toEqual([0, -0, 20]);
  expect(x.clone().round_({ decimals: 1 }).tolist()).toEqual([1.2, -2.3, 15].map((v) => expect.closeTo(v, 6)));
  expect(() => x.round({ decimals: 0.5 })).toThrow('round: expected decimals to be an integer, got 0.5');
  expect(torch.where(x.gt(0)).map((each) => each.tolist())).toEqual([[0, 2]]);
  expect(torch.arange(0, 5, { step: 2 }).tolist()).toEqual([0, 2, 4]);
  expect(torch.arange(4, { step: 2 }).tolist()).toEqual([0, 2]);
  expect(torch.randint({ low: 3, high: 4, size: [2] }).tolist()).toEqual([3, 3]);
});

test('diagonals and triangles in place, waiting times', () => {
  const x = torch.ones([2, 3]);
  expect(x.fill_diagonal_(5)).toBe(x);
  expect(x.triu_().tolist()).toEqual([
    [5, 1, 1],
    [0, 5, 1],
  ]);
  expect(x.tril_({ diagonal: -1 }).sum().item()).toBe(0);
  expect(() => torch.ones([2]).fill_diagonal_(1)).toThrow('fill_diagonal_: expected a matrix, got shape [2]');
  torch.manual_seed(1);
  const times = torch.empty([20000]).exponential_({ lambd: 4 });
  expect(times.min().item()).toBeGreaterThan(0);
  expect(times.mean().item()).toBeCloseTo(0.25, 1);
  expect(times.var().item()).toBeCloseTo(1 / 16, 1);
  expect(() => times.exponential_(0)).toThrow('exponential_: expected lambd to be positive, got 0');
});
