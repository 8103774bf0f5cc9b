import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import * as torch from 'cresset';

/** The addon in several threads of one process: own tables, one pool, one allocator. */

jest.setTimeout(300_000);

const register = join(__dirname, 'support/register.js');
const script = join(__dirname, 'children/worker.ts');

interface Trained {
  loss: number;
  weights: unknown[];
}

function train(seed: number, steps: number, env: Record<string, string> = {}): Promise<Trained> {
  return new Promise((resolve, reject) => {
    // A worker cannot be given `-r`, so the loader is required before the script.
    const code = `require(${JSON.stringify(register)}); require(${JSON.stringify(script)});`;
    const worker = new Worker(code, { eval: true, workerData: { seed, steps }, env: { ...process.env, ...env } });
    let trained: Trained | undefined;
    worker.on('message', (message: Trained) => {
      trained = message;
    });
    worker.on('error', reject);
    worker.on('exit', (code) => {
      if (trained !== undefined && code === 0) resolve(trained);
      else reject(new Error(`the worker ended with ${code}`));
    });
  });
}

test('two workers train at once, with the same bits as alone', async () => {
  const alone = await train(1, 200);
  const [a, b, c] = await Promise.all([train(1, 200), train(1, 200), train(2, 200)]);
  expect(a).toEqual(alone);
  expect(b).toEqual(alone);
  expect(c.weights).not.toEqual(alone.weights);
  expect(alone.loss).toBeLessThan(1.5);
});

test.each([
  ['1', 30],
  ['major', 4],
])('also with collections and poison at every allocation, CRESSET_GC_STRESS=%s', async (stress, steps) => {
  const alone = await train(3, steps);
  const [a, b] = await Promise.all([1, 2].map(() => train(3, steps, { CRESSET_GC_STRESS: stress })));
  expect(a).toEqual(alone);
  expect(b).toEqual(alone);
});

test('the main thread works on while workers come and go', async () => {
  const running = Promise.all([train(1, 50), train(2, 50), train(3, 50)]);
  const x = torch.ones([2 ** 16], { requires_grad: true });
  let done = false;
  running.finally(() => {
    done = true;
  });
  while (!done) {
    x.grad = null;
    torch.nn.functional.leaky_relu(x, 0.5).sum().backward();
    expect(x.grad!.sum().item()).toBe(2 ** 16);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await running;
});

test('a worker that is terminated while it trains harms nobody', async () => {
  for (let i = 0; i < 5; i++) {
    const code = `require(${JSON.stringify(register)}); require(${JSON.stringify(script)});`;
    const worker = new Worker(code, { eval: true, workerData: { seed: 1, steps: 1e6 } });
    await new Promise((resolve) => setTimeout(resolve, 2000));
    await worker.terminate();
    expect(torch.ones([1000]).sum().item()).toBe(1000);
  }
});
