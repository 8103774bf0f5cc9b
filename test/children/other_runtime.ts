import * as torch from 'cresset';

/** Allocates 4 GiB in a synchronous loop and computes a gradient; prints the peak and the gradient. */

const a = torch.ones([2 ** 18]);
for (let i = 0; i < 4096; i++) a.add(1);
const x = torch.tensor([1, 2, 3], { requires_grad: true });
x.mul(x).sum().backward();
console.log(
  JSON.stringify({ peak: torch.memory_stats().peak, value: Array.from(x.grad!.typed_array() as Float32Array) }),
);
