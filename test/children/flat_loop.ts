import * as torch from 'cresset';

/** `NAME STEPS`: a plain synchronous loop without scope, dispose or a turn of the event loop. Prints how the process grew. */

const F = torch.nn.functional;

function training(batch_of: (i: number) => number): (i: number) => void {
  const model = new torch.nn.Sequential(
    new torch.nn.Linear(10, 64),
    new torch.nn.LeakyReLU(0.01),
    new torch.nn.Linear(64, 1),
  );
  const opt = new torch.optim.Adam(model.parameters(), { lr: 1e-3 });
  const [x, y] = [torch.randn([1024, 10]), torch.randn([1024, 1])];
  return (i) => {
    const batch = batch_of(i);
    opt.zero_grad();
    F.mse_loss(model.forward(x.narrow(0, 0, batch)), y.narrow(0, 0, batch)).backward();
    opt.step();
  };
}

const loops: Record<string, () => (i: number) => void> = {
  training: () => training(() => 1024),
  'changing batches': () => training((i) => 1 + ((i * 7919) % 1024)),
  'tiny tensors': () => () => {
    for (let i = 0; i < 100; i++) torch.ones([10]);
  },
  'large results': () => {
    const x = torch.ones([2 ** 20]);
    return () => {
      F.leaky_relu(x, 0.01);
    };
  },
  'huge steps': () => {
    const x = torch.ones([2 ** 22], { requires_grad: true });
    const g = torch.ones([2 ** 22]);
    return () => {
      x.grad = null;
      F.leaky_relu(x, 0.01).backward(g);
    };
  },
  'large steps': () => {
    const x = torch.ones([2 ** 22], { requires_grad: true });
    return () => {
      x.grad = null;
      F.leaky_relu(x, 0.01).mul(2).sum().backward();
    };
  },
  'deep steps': () => {
    const x = torch.ones([2 ** 18], { requires_grad: true });
    return () => {
      x.grad = null;
      let y = x;
      for (let i = 0; i < 16; i++) y = F.leaky_relu(y.mul(1.01), 0.01);
      y.sum().backward();
    };
  },
  'graphs that are never walked': () => {
    const x = torch.ones([2 ** 16], { requires_grad: true });
    return () => {
      F.leaky_relu(x.mul(2), 0.01).sum();
    };
  },
  'hooks and kept gradients': () => {
    const x = torch.ones([2 ** 16], { requires_grad: true });
    return () => {
      const y = x.mul(2);
      y.retain_grad();
      y.register_hook((g) => g.mul(2));
      y.sum().backward();
      x.grad = null;
    };
  },
};

const [name, steps] = process.argv.slice(2);
const step = loops[name]();
let settled = 0;
let later = 0;
for (let i = 0; i < Number(steps); i++) {
  step(i);
  const rss = process.memoryUsage.rss();
  if (i < Number(steps) / 3) settled = Math.max(settled, rss);
  else later = Math.max(later, rss);
}
const { peak, budget, budget_limit } = torch.memory_stats();
process.stdout.write(JSON.stringify({ growth: later - settled, settled, peak, budget, budget_limit }));
