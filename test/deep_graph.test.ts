import * as torch from 'cresset';

const DEPTH = 100_000;

test('100,000 operations in a chain: forward, backward, twice', () => {
  const x = torch.tensor([1, -1], { requires_grad: true });
  let y = x.mul(1);
  for (let i = 1; i < DEPTH; i++) y = i % 2 === 0 ? y.add(1e-6) : torch.nn.functional.leaky_relu(y, 1);
  y.backward(torch.tensor([1, 2]), { retain_graph: true });
  expect(x.grad!.tolist()).toEqual([1, 2]);
  y.backward(torch.tensor([1, 2]));
  expect(x.grad!.tolist()).toEqual([2, 4]);
});

test('in place, and through views', () => {
  const x = torch.tensor([[1, -1]], { requires_grad: true });
  let y = x.mul(1);
  for (let i = 0; i < DEPTH / 10; i++) y = y.t().mul_(1);
  y.sum().backward();
  expect(x.grad!.tolist()).toEqual([[1, 1]]);
});

test('a graph as wide as deep is walked once per node', () => {
  const x = torch.tensor([1], { requires_grad: true });
  let y = x.mul(1);
  // 2^50 paths lead back.
  for (let i = 0; i < 50; i++) y = y.add(y);
  y.backward();
  expect(x.grad!.item()).toBe(2 ** 50);
});
