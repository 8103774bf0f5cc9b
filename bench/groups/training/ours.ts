import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as torch from 'cresset';
import { type Run, type Runs, repeated } from '../../ours';

const { functional: F } = torch.nn;
const SLOPE = 0.01;

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

export const runs: Runs = {
  mlp_step,
  mnist_epoch,
};
