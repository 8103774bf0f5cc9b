import { createHash } from 'node:crypto';
import * as torch from 'cresset';
import { bits } from '../support/op_samples';
import { winograd_cases } from '../support/winograd_cases';

/** Prints a digest of convolutions that take Winograd's way and of their gradients for each of some numbers of threads. */

const digests = [1, 2, 5].map((threads) => {
  torch.set_num_threads(threads);
  const hash = createHash('sha1');
  for (const { x: x_shape, w: w_shape, padding, stride = 1 } of winograd_cases) {
    torch.manual_seed(9);
    const [x, w, b] = [x_shape, w_shape, [w_shape[0]]].map((shape) => torch.randn(shape).requires_grad_());
    const out = torch.nn.functional.conv2d_leaky_relu(x, w, b, { padding, stride }, 0.1);
    out.backward(torch.randn(out.shape));
    for (const t of [out, x.grad, w.grad, b.grad]) hash.update(bits(t as torch.Tensor));
  }
  return hash.digest('hex');
});
process.stdout.write(JSON.stringify(digests));
