import * as torch from 'cresset';
import 'cresset/jest';

/** The document that computes the leaky rectifier as `maximum(alpha * x, x)`. */

function leaky_relu(x: torch.Tensor, alpha = 0.1): torch.Tensor {
  return torch.maximum(x.mul(alpha), x);
}

const x = torch.linspace(-5, 5, 100);

test('the plotted values', () => {
  const y = leaky_relu(x);
  expect(y).toHaveShape([100]);
  expect(y.narrow(0, 0, 1)).toBeCloseToTensor([-0.5]);
  expect(y.narrow(0, 49, 2)).toBeCloseToTensor([-0.5 / 99, 5 / 99]);
  expect(y.narrow(0, 99, 1)).toBeCloseToTensor([5]);
});

test.each([-0.5, 0, 0.01, 0.1, 0.5, 1])('it is the leaky rectifier for alpha %p', (alpha) => {
  expect(leaky_relu(x, alpha)).toEqualTensor(torch.nn.functional.leaky_relu(x, alpha));
});

test('it is another function for alpha above 1: x itself below 0, alpha * x above', () => {
  expect(leaky_relu(x, 1.5)).not.toBeCloseToTensor(torch.nn.functional.leaky_relu(x, 1.5));
  expect(leaky_relu(x, 1.5)).toEqualTensor(torch.where(x.gt(0), x.mul(1.5), x));
});

test('its gradient is alpha below 0 and 1 above; at 0 the tie is split in halves', () => {
  const t = torch.tensor([-3, 0, 4], { requires_grad: true });
  leaky_relu(t).backward();
  expect(t.grad).toBeCloseToTensor([0.1, 0.5 * 0.1 + 0.5, 1]);
});

test('negative inputs keep a gradient where relu gives none', () => {
  const t = torch.tensor([-3, -1], { requires_grad: true });
  expect(torch.autograd.grad(leaky_relu(t), [t])[0]).toBeCloseToTensor([0.1, 0.1]);
  expect(torch.autograd.grad(torch.relu(t), [t])[0]).toEqualTensor([0, 0]);
});
