import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import * as torch from 'cresset';
import * as kernels from 'cresset/kernels';

/** Our side of the benchmark: written as a user would write it. Speaks the same lines as the other contenders. */

const { functional: F } = torch.nn;
const SLOPE = 0.01;

type Run = (iterations: number) => void;

/** Aligned buffers that stay the same for all cases of a size. */
const buffers = new Map<number, { x: Float32Array; out: Float32Array; mask: Uint8Array }>();
function buffers_of(n: number): { x: Float32Array; out: Float32Array; mask: Uint8Array } {
  let found = buffers.get(n);
  if (found === undefined) {
    found = {
      x: kernels.alloc(n, 'float32') as Float32Array,
      out: kernels.alloc(n, 'float32') as Float32Array,
      mask: new Uint8Array(Math.ceil(n / 8)),
    };
    for (let i = 0; i < n; i++) found.x[i] = Math.sin(i * i);
    buffers.set(n, found);
  }
  return found;
}

function repeated(body: () => void): Run {
  return (iterations) => {
    for (let i = 0; i < iterations; i++) body();
  };
}

function without_grad(body: () => void): Run {
  return (iterations) => torch.no_grad(() => repeated(body)(iterations));
}

function copy(n: number): Run {
  const { x, out } = buffers_of(n);
  const [from, to] = [torch.from_typed_array(x), torch.from_typed_array(out)];
  return without_grad(() => to.copy_(from));
}

function kernel_forward(n: number): Run {
  const { x, out } = buffers_of(n);
  const options = { negative_slope: SLOPE, out };
  return repeated(() => kernels.leaky_relu(x, options));
}

function kernel_forward_mask(n: number): Run {
  const { x, out, mask } = buffers_of(n);
  const options = { negative_slope: SLOPE, out, mask };
  return repeated(() => kernels.leaky_relu(x, options));
}

function kernel_backward(n: number): Run {
  const { x, out, mask } = buffers_of(n);
  kernels.leaky_relu(x, { negative_slope: SLOPE, mask });
  const options = { negative_slope: SLOPE, out, mask };
  return repeated(() => kernels.leaky_relu_backward(x, options));
}

/** In place again and again, a slope of 0.01 would end in subnormal numbers; -1 keeps the magnitude. */
function kernel_backward_in_place(n: number): Run {
  const { x, out, mask } = buffers_of(n);
  kernels.leaky_relu(x, { negative_slope: SLOPE, out, mask });
  const options = { negative_slope: -1, out, mask };
  return repeated(() => kernels.leaky_relu_backward(out, options));
}

function leaky_relu_in_place(n: number): Run {
  const x = torch.randn([n]);
  return without_grad(() => F.leaky_relu_(x, -1));
}

function leaky_relu_using(n: number): Run {
  const x = torch.randn([n]);
  return without_grad(() => {
    using _ = F.leaky_relu(x, SLOPE);
  });
}

function leaky_relu_no_grad(n: number): Run {
  const x = torch.randn([n]);
  return without_grad(() => F.leaky_relu(x, SLOPE));
}

function leaky_relu_forward_backward(n: number): Run {
  const x = torch.randn([n], { requires_grad: true });
  const g = torch.randn([n]);
  return repeated(() => {
    x.grad = null;
    F.leaky_relu(x, SLOPE).backward(g);
  });
}

function prelu_forward_backward(n: number): Run {
  const x = torch.randn([n], { requires_grad: true });
  const weight = torch.full([1], 0.25, { requires_grad: true });
  const g = torch.randn([n]);
  return repeated(() => {
    x.grad = null;
    weight.grad = null;
    F.prelu(x, weight).backward(g);
  });
}

const activations: Record<string, (x: torch.Tensor) => torch.Tensor> = {
  gelu: F.gelu,
  silu: F.silu,
  tanh: F.tanh,
  sigmoid: F.sigmoid,
  softplus: F.softplus,
};

function activation_no_grad(name: string, n: number): Run {
  const f = activations[name];
  const x = torch.randn([n]);
  return without_grad(() => f(x));
}

function activation_forward_backward(name: string, n: number): Run {
  const f = activations[name];
  const x = torch.randn([n], { requires_grad: true });
  const g = torch.randn([n]);
  return repeated(() => {
    x.grad = null;
    f(x).backward(g);
  });
}

function sgemm(m: number, k: number, n: number): Run {
  const [a, b] = [torch.randn([m, k]), torch.randn([k, n])];
  return without_grad(() => {
    using _ = torch.mm(a, b);
  });
}

function optimizer_of(name: string, model: torch.nn.Module): torch.optim.SGD | torch.optim.Adam {
  return name === 'sgd'
    ? new torch.optim.SGD(model.parameters(), { lr: 0.01 })
    : new torch.optim.Adam(model.parameters(), { lr: 1e-3 });
}

function mlp_step(optimizer: string, batch: number): Run {
  torch.manual_seed(0);
  const model = new torch.nn.Sequential(
    new torch.nn.Linear(10, 64),
    new torch.nn.LeakyReLU(SLOPE),
    new torch.nn.Linear(64, 64),
    new torch.nn.LeakyReLU(SLOPE),
    new torch.nn.Linear(64, 1),
  );
  const criterion = new torch.nn.MSELoss();
  const opt = optimizer_of(optimizer, model);
  const [x, y] = [torch.randn([batch, 10]), torch.randn([batch, 1])];
  return repeated(() => {
    opt.zero_grad();
    criterion.forward(model.forward(x), y).backward();
    opt.step();
  });
}

function mnist_epoch(folder: string): Run {
  const images = readFileSync(join(folder, 'train-images-idx3-ubyte')).subarray(16);
  const labels = readFileSync(join(folder, 'train-labels-idx1-ubyte')).subarray(8);
  const x = torch.tensor(Float32Array.from(images, (byte) => byte / 255)).reshape([-1, 784]);
  const y = torch.tensor(BigInt64Array.from(labels, BigInt));
  torch.manual_seed(0);
  const model = new torch.nn.Sequential(
    new torch.nn.Linear(784, 256),
    new torch.nn.LeakyReLU(SLOPE),
    new torch.nn.Linear(256, 128),
    new torch.nn.LeakyReLU(SLOPE),
    new torch.nn.Linear(128, 10),
  );
  const opt = optimizer_of('adam', model);
  const loader = new torch.utils.data.DataLoader(new torch.utils.data.TensorDataset(x, y), {
    batch_size: 128,
    shuffle: true,
  });
  return repeated(() => {
    for (const [xb, yb] of loader) {
      opt.zero_grad();
      F.cross_entropy(model.forward(xb), yb).backward();
      opt.step();
    }
  });
}

const cases: Record<string, (...args: never[]) => Run> = {
  copy,
  kernel_forward,
  kernel_forward_mask,
  kernel_backward,
  kernel_backward_in_place,
  leaky_relu_in_place,
  leaky_relu_using,
  leaky_relu_no_grad,
  leaky_relu_forward_backward,
  prelu_forward_backward,
  activation_no_grad,
  activation_forward_backward,
  sgemm,
  mlp_step,
  mnist_epoch,
};

const prepared = new Map<string, Run>();

function prepare(name: string, args: readonly string[]): Run {
  const key = [name, ...args].join(' ');
  let run = prepared.get(key);
  if (run === undefined) {
    const make = cases[name] as (...args: unknown[]) => Run;
    run = make(...args.map((arg) => (/^\d+$/.test(arg) ? Number(arg) : arg)));
    prepared.clear();
    prepared.set(key, run);
  }
  return run;
}

function answer(line: string): object {
  const [name, threads, iterations, ...args] = line.split(' ');
  if (name === 'info')
    return { name: `cresset ${torch.__version__}`, threads: torch.get_num_threads(), isa: kernels.isa() };
  torch.set_num_threads(Number(threads));
  const run = prepare(name, args);
  const start = process.hrtime.bigint();
  run(Number(iterations));
  return { seconds: Number(process.hrtime.bigint() - start) / 1e9 };
}

createInterface({ input: process.stdin }).on('line', (line) => {
  let reply: object;
  try {
    reply = answer(line);
  } catch (error) {
    reply = { error: String(error) };
  }
  process.stdout.write(`${JSON.stringify(reply)}\n`);
});
