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
