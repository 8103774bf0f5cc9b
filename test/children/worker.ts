import { parentPort, workerData } from 'node:worker_threads';
import * as torch from 'cresset';

/** Trains a small network and hands its weights over. */

const { seed, steps } = workerData as { seed: number; steps: number };
const F = torch.nn.functional;
torch.manual_seed(seed);
const model = new torch.nn.Sequential(
  new torch.nn.Linear(20, 64),
  new torch.nn.LeakyReLU(0.1),
  new torch.nn.Linear(64, 5),
);
const opt = new torch.optim.Adam(model.parameters(), { lr: 0.01 });
const x = torch.randn([256, 20]);
const target = torch.tensor(BigInt64Array.from({ length: 256 }, (_, i) => BigInt(i % 5)));
let loss = torch.zeros([]);
for (let i = 0; i < steps; i++) {
  opt.zero_grad();
  loss = F.cross_entropy(model.forward(x), target);
  loss.backward();
  opt.step();
  // A large value between, so that both workers ask the pool and the allocator for much at once.
  F.leaky_relu(torch.ones([2 ** 17]), 0.1);
}
parentPort!.postMessage({ loss: loss.item(), weights: [...model.parameters()].map((p) => p.tolist()) });
