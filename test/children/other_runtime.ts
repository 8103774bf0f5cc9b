import * as torch from 'cresset';
import * as kernels from 'cresset/kernels';

/** Allocates 4 GiB in a synchronous loop and computes a gradient; prints the peak, the gradient and what `alloc` gave. */

const a = torch.ones([2 ** 18]);
for (let i = 0; i < 4096; i++) a.add(1);
const x = torch.tensor([1, 2, 3], { requires_grad: true });
x.mul(x).sum().backward();
const aligned = kernels.alloc(1000, 'float64');
process.stdout.write(
  JSON.stringify({
    peak: torch.memory_stats().peak,
    value: Array.from(x.grad!.typed_array() as Float32Array),
    aligned: [aligned[999], aligned.length],
  }),
);
