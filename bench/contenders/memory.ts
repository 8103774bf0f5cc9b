import * as torch from 'cresset';

/**
 * Memory of plain synchronous loops: no scope, no dispose, no turn of the event loop. Prints the native peak against the budget and the live set,
 * and how much the process grew after its first steps.
 */

const MB = 1e6;
const { functional: F } = torch.nn;

interface Loop {
  steps: number;
  /** When the process should have its final size: the highest until then is compared with the highest after. */
  settled_after: number;
  step: (i: number) => void;
  /** Bytes that are in use at the same time at most. */
  live: number;
}

function model_of(widths: readonly number[]): torch.nn.Sequential {
  const layers: torch.nn.Module[] = [];
  widths.slice(1).forEach((width, i) => {
    if (i > 0) layers.push(new torch.nn.LeakyReLU(0.01));
    layers.push(new torch.nn.Linear(widths[i], width));
  });
  return new torch.nn.Sequential(...layers);
}

const WIDTHS = [10, 64, 64, 1];

/** Data, activations and masks of a batch with a gradient of the same size each; parameters with gradients and Adam's two moments. */
function training_bytes(batch: number): number {
  const activations = WIDTHS.reduce((sum, width) => sum + width, 0) * batch;
  const parameters = WIDTHS.slice(1).reduce((sum, width, i) => sum + (WIDTHS[i] + 1) * width, 0);
  return 4 * (2 * activations + 4 * parameters);
}

function training(batch_of: (i: number) => number, largest: number, steps: number): Loop {
  const model = model_of(WIDTHS);
  const opt = new torch.optim.Adam(model.parameters(), { lr: 1e-3 });
  const [x, y] = [torch.randn([largest, 10]), torch.randn([largest, 1])];
  const step = (i: number): void => {
    const batch = batch_of(i);
    opt.zero_grad();
    F.mse_loss(model.forward(x.narrow(0, 0, batch)), y.narrow(0, 0, batch)).backward();
    opt.step();
  };
  return { steps, settled_after: 1000, step, live: training_bytes(largest) };
}

const loops: Record<string, () => Loop> = {
  steps: () => training(() => 4096, 4096, 20_000),
  batches: () => training((i) => 1 + ((i * 7919) % 4096), 4096, 5000),
  tiny: () => ({ steps: 4_000_000, settled_after: 200_000, step: () => torch.ones([10]), live: 40 }),
  huge: () => {
    const n = 2 ** 26;
    const x = torch.randn([n], { requires_grad: true });
    const step = (): void => {
      x.grad = null;
      F.leaky_relu(x, 0.01).mul(2).sum().backward();
    };
    // x, its gradient, two values and a gradient in flight.
    return { steps: 60, settled_after: 20, step, live: 5 * 4 * n };
  },
};

function measure(loop: Loop): object {
  torch.reset_peak_memory_stats();
  const every = Math.ceil(loop.steps / 1000);
  let settled = 0;
  let later = 0;
  for (let i = 0; i < loop.steps; i++) {
    loop.step(i);
    if (i % every !== 0) continue;
    const rss = process.memoryUsage.rss();
    if (i < loop.settled_after) settled = Math.max(settled, rss);
    else later = Math.max(later, rss);
  }
  const { peak, budget_limit } = torch.memory_stats();
  const growth = later / settled - 1;
  const allowed = budget_limit + 2 * loop.live;
  return {
    value: `native peak ${mb(peak)} of ${mb(allowed)} allowed (live ${mb(loop.live)}); RSS ${mb(settled)}, growth ${(100 * growth).toFixed(1)} %`,
    target: 'peak ≤ budget + 2 × live, growth < 5 %',
    met: peak <= allowed && growth < 0.05,
    figures: { peak, allowed, live: loop.live, rss: settled, growth },
  };
}

/** What stays allocated between forward and backward besides the result itself. */
function mask(): object {
  const n = 2 ** 24;
  const x = torch.randn([n], { requires_grad: true });
  const before = torch.memory_stats().allocated;
  const y = F.leaky_relu(x, 0.01);
  const kept = torch.memory_stats().allocated - before - y.numel() * 4;
  return {
    value: `${(kept / MB).toFixed(2)} MB beside the result (n/8 = ${(n / 8 / MB).toFixed(2)} MB)`,
    target: 'n/8 bytes + padding',
    met: kept <= (n / 8) * 1.25,
    figures: { kept, expected: n / 8 },
  };
}

function mb(bytes: number): string {
  return `${(bytes / MB).toFixed(0)} MB`;
}

const name = process.argv[2];
process.stdout.write(`${JSON.stringify(name === 'mask' ? mask() : measure(loops[name]()))}\n`);
