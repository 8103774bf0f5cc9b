import { createHash } from 'node:crypto';
import * as torch from 'cresset';
import { bits } from '../support/op_samples';

/** Prints a digest of convolutions that take Winograd's way and of their gradients for each of some numbers of threads. */

const cases = [
  { x: [3, 17, 9, 11], w: [19, 17, 3, 3], padding: 1, stride: 1 },
  { x: [2, 40, 13, 8], w: [64, 40, 3, 3], padding: 0, stride: 1 },
  { x: [5, 16, 6, 16], w: [36, 16, 3, 3], padding: 2, stride: 1 },
  { x: [1, 560, 12, 11], w: [16, 560, 3, 3], padding: 1, stride: 1 },
  { x: [3, 17, 14, 16], w: [19, 17, 4, 4], padding: 1, stride: 2 },
  { x: [5, 40, 7, 15], w: [70, 40, 4, 4], padding: 2, stride: 2 },
  { x: [3, 150, 16, 14], w: [36, 150, 4, 4], padding: 0, stride: 2 },
];

const digests = [1, 2, 5].map((threads) => {
  torch.set_num_threads(threads);
  const hash = createHash('sha1');
  for (const { x: x_shape, w: w_shape, padding, stride } of cases) {
    torch.manual_seed(9);
    const [x, w, b] = [x_shape, w_shape, [w_shape[0]]].map((shape) => torch.randn(shape).requires_grad_());
    const out = torch.nn.functional.conv2d_leaky_relu(x, w, b, { padding, stride }, 0.1);
    out.backward(torch.randn(out.shape));
    for (const t of [out, x.grad, w.grad, b.grad]) hash.update(bits(t as torch.Tensor));
  }
  return hash.digest('hex');
});
process.stdout.write(JSON.stringify(digests));
