import * as torch from 'cresset';

describe('making tensors', () => {
  test('sizes come as arrays or one by one', () => {
    expect(torch.zeros(2, 3).tolist()).toEqual(torch.zeros([2, 3]).tolist());
    expect(torch.ones(2, { dtype: torch.int32 }).dtype).toBe(torch.int32);
    expect(torch.zeros([]).shape).toEqual([]);
    expect(torch.empty(0, 4).shape).toEqual([0, 4]);
    expect(() => torch.zeros(2, -1)).toThrow(/zeros: expected size to be at least 0, got -1/);
    expect(() => torch.zeros([2], { dtyp: torch.int32 } as never)).toThrow(
      /zeros: Misspelled option "dtyp": did you mean "dtype"/,
    );
  });

  test('arange, linspace, eye', () => {
    expect(torch.arange(5).tolist()).toEqual([0, 1, 2, 3, 4]);
    expect(torch.arange(5).dtype).toBe(torch.int64);
    expect(torch.arange(5, -1, -2).tolist()).toEqual([5, 3, 1]);
    expect(torch.arange(0, 1, 0.25).dtype).toBe(torch.float32);
    expect(torch.arange(3, { dtype: torch.float64, requires_grad: true }).requires_grad).toBe(true);
    expect(torch.arange(3, 3).shape).toEqual([0]);
    expect(() => torch.arange(3, 0)).toThrow(/arange: from 3 to 0 in steps of 1 leads nowhere/);
    expect(() => torch.arange(0, 3, 0)).toThrow(/arange: expected finite numbers and a step other than 0/);
    expect(torch.linspace(-1, 1, 5).tolist()).toEqual([-1, -0.5, 0, 0.5, 1]);
    expect(torch.linspace(3, 4, 1).tolist()).toEqual([3]);
    expect(torch.eye(2, 3).tolist()).toEqual([
      [1, 0, 0],
      [0, 1, 0],
    ]);
    expect(torch.eye(2, { dtype: torch.bool }).tolist()).toEqual([
      [true, false],
      [false, true],
    ]);
  });
});

describe('from tensors to values', () => {
  const big = 2n ** 53n + 1n;

  test('item', () => {
    expect(torch.tensor([[2.5]]).item()).toBe(2.5);
    expect(torch.tensor(true).item()).toBe(true);
    expect(torch.tensor(7n).item()).toBe(7);
    expect(torch.tensor(big).item()).toBe(big);
    expect(torch.arange(6).reshape(2, 3).select(1, 2).select(0, 1).item()).toBe(5);
    expect(() => torch.ones(2).item()).toThrow(
      /item: expected a tensor of one element, got shape \[2\]; use tolist\(\)/,
    );
    expect(() => torch.ones(0).item()).toThrow(/got shape \[0\]/);
  });

  test('tolist', () => {
    expect(torch.tensor(3).tolist()).toBe(3);
    expect(torch.tensor([[true], [false]]).tolist()).toEqual([[true], [false]]);
    expect(torch.tensor([1n, big, -big]).tolist()).toEqual([1, big, -big]);
    expect(torch.arange(6).reshape(2, 3).T.tolist()).toEqual([
      [0, 3],
      [1, 4],
      [2, 5],
    ]);
    expect(torch.zeros(2, 0).tolist()).toEqual([[], []]);
    expect(torch.tensor([-0]).tolist()).toEqual([-0]);
  });

  test('typed_array shares the memory of dense tensors', () => {
    const x = torch.zeros(2, 3);
    const row = x.select(0, 1).typed_array();
    row[0] = 5;
    expect(x.tolist()).toEqual([
      [0, 0, 0],
      [5, 0, 0],
    ]);
    expect(row.buffer).toBe(x.typed_array().buffer);
    x.T.typed_array()[0] = 9;
    expect(x.select(0, 0).tolist()).toEqual([0, 0, 0]);
    expect(torch.zeros(0).typed_array()).toEqual(new Float32Array(0));
  });

  test('typed_array has the class of the dtype', () => {
    for (const [dtype, kind] of [
      [torch.float32, Float32Array],
      [torch.float64, Float64Array],
      [torch.int64, BigInt64Array],
      [torch.int32, Int32Array],
      [torch.uint8, Uint8Array],
      [torch.bool, Uint8Array],
    ] as const)
      expect(torch.ones([2], { dtype }).typed_array()).toBeInstanceOf(kind);
  });

  test("a user's array comes back, from its own place in its buffer", () => {
    const own = new Float64Array(10).subarray(3, 7);
    const x = torch.from_typed_array(own);
    x.add_(1);
    const view = x.narrow(0, 1, 2).typed_array();
    expect(view.buffer).toBe(own.buffer);
    expect([view.byteOffset, view.length]).toEqual([32, 2]);
    expect([...own]).toEqual([1, 1, 1, 1]);
  });

  test('copy_to converts and checks', () => {
    const x = torch.tensor([1.5, -2.5, 300]);
    expect([...x.copy_to(new Float64Array(3))]).toEqual([1.5, -2.5, 300]);
    expect([...x.copy_to(new Int32Array(3))]).toEqual([1, -2, 300]);
    expect([...x.copy_to(new BigInt64Array(3))]).toEqual([1n, -2n, 300n]);
    expect([...torch.tensor([true, false]).copy_to(new Uint8Array(2))]).toEqual([1, 0]);
    expect([...torch.ones(2, 2).T.copy_to(new Float32Array(8).subarray(2, 6))]).toEqual([1, 1, 1, 1]);
    expect(() => x.copy_to(new Float32Array(2))).toThrow(
      /copy_to: expected an array of 3 elements for shape \[3\], got 2/,
    );
    expect(() => x.copy_to([0, 0, 0] as never)).toThrow(/copy_to: expected array to be a typed array, got \[0,0,0\]/);
    expect(() => x.copy_to(new Int16Array(3) as never)).toThrow(/copy_to: .*got Int16Array/);
  });

  test('a list larger than the heap is an error, not the end of the process', () => {
    const x = torch.zeros([1]);
    expect(() => x.expand(2 ** 40).tolist()).toThrow(
      /^tolist: a list of shape \[1099511627776\] takes 16.0 TiB, JavaScript's heap has .*; use typed_array\(\) or copy_to\(\)$/,
    );
    expect(() => x.expand(2 ** 26 + 1).tolist()).toThrow(/^tolist: .*at most 67108864 elements/);
  });

  test('a disposed tensor is an error, not stale data', () => {
    const x = torch.ones(3);
    x.dispose();
    for (const use of [() => x.tolist(), () => x.typed_array(), () => x.copy_to(new Float32Array(3)), () => x.add(1)])
      expect(use).toThrow();
  });
});

describe('from one dtype to another', () => {
  test('to', () => {
    const x = torch.tensor([1.5, 0], { requires_grad: true });
    expect(x.to(torch.float32)).toBe(x);
    expect(x.to({ dtype: torch.float64 }).dtype).toBe(torch.float64);
    expect(x.to(torch.tensor(1n)).tolist()).toEqual([1, 0]);
    expect(x.to({ copy: true })).not.toBe(x);
    x.to(torch.float64).mul(2).sum().backward();
    expect(x.grad!.dtype).toBe(torch.float32);
    expect(x.grad!.tolist()).toEqual([2, 2]);
    expect(() => x.to('float64' as never)).toThrow(
      /to: expected dtype to be a torch dtype, a Tensor or options, got "float64"/,
    );
    expect(() => x.to({ type: 1 } as never)).toThrow(/to: Misspelled option "type"/);
  });

  test('named conversions', () => {
    const x = torch.tensor([0, 1.5, 2]);
    expect(x.bool().tolist()).toEqual([false, true, true]);
    expect([x.long(), x.int(), x.byte(), x.double(), x.float()].map((t) => t.dtype.name)).toEqual([
      'int64',
      'int32',
      'uint8',
      'float64',
      'float32',
    ]);
  });
});

test('iteration goes over the first dimension', () => {
  const rows = [...torch.arange(4).reshape(2, 2)];
  expect(rows.map((row) => row.tolist())).toEqual([
    [0, 1],
    [2, 3],
  ]);
  expect(() => [...torch.tensor(1)]).toThrow(/a 0-dim tensor cannot be iterated over/);
});

describe('in-place writes', () => {
  test('fill_, zero_ and copy_', () => {
    const x = torch.zeros(2, 3);
    x.T.fill_(2);
    x.select(1, 0).zero_();
    x.select(0, 1).copy_(torch.tensor([7n]));
    expect(x.tolist()).toEqual([
      [0, 2, 2],
      [7, 7, 7],
    ]);
    x.copy_(x.flip(1));
    expect(x.select(0, 0).tolist()).toEqual([2, 2, 0]);
    expect(() => x.copy_(torch.ones(4))).toThrow(/copy_: shapes \[2, 3\] and \[4\] cannot be broadcast/);
    expect(() => x.copy_(torch.ones(5, 2, 3))).toThrow(/copy_: shape \[5, 2, 3\] does not fit into \[2, 3\]/);
    expect(() => torch.ones(1).expand(3).fill_(1)).toThrow(/fill_: the tensor is expanded/);
  });

  test('overlapping copies read the old values', () => {
    const x = torch.arange(6);
    x.narrow(0, 1, 5).copy_(x.narrow(0, 0, 5));
    expect(x.tolist()).toEqual([0, 0, 1, 2, 3, 4]);
  });

  test('gradients of copy_ flow to the source only', () => {
    const [x, y] = [torch.ones([2, 3], { requires_grad: true }), torch.ones([3], { requires_grad: true })];
    const z = x.mul(2);
    z.copy_(y);
    z.mul(torch.arange(6).reshape(2, 3)).sum().backward();
    expect(x.grad!.tolist()).toEqual([
      [0, 0, 0],
      [0, 0, 0],
    ]);
    expect(y.grad!.tolist()).toEqual([3, 5, 7]);
  });
});
