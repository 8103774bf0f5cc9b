/**
 * Trains a network with LeakyReLU on MNIST.
 *
 *   npm start -- --epochs 3 --slope 0.01 --lr 0.002 --seed 0 --threads 0 --out runs/mnist
 *
 * Writes the loss curve (loss.svg) and the weights (model.safetensors) into the output folder.
 */
import { join } from 'node:path';
import * as torch from 'cresset';
import { curves } from 'cresset/viz';
import { type Digits, digit_classifier, load_mnist } from './common/mnist';
import { main, read_options } from './common/options';

const { nn, optim, utils } = torch;

main('mnist', async () => {
  const options = read_options('mnist', {
    epochs: 3,
    slope: 0.01,
    lr: 2e-3,
    seed: 0,
    threads: 0,
    batch: 128,
    samples: 0,
    data: '',
    out: 'runs/mnist',
  });
  if (options.threads > 0) torch.set_num_threads(options.threads);
  torch.manual_seed(options.seed);

  const train = first(load_mnist('train', options.data || undefined), options.samples);
  const test = load_mnist('t10k', options.data || undefined);
  const model = digit_classifier(options.slope);
  const optimizer = new optim.Adam(model.parameters(), { lr: options.lr });
  const loader = new utils.data.DataLoader(new utils.data.TensorDataset(train.images, train.labels), {
    batch_size: options.batch,
    shuffle: true,
  });
  const losses: number[] = [];

  console.log(`${model}`);
  for (let epoch = 1; epoch <= options.epochs; epoch++) {
    const batches = utils.progress(loader, {
      desc: `epoch ${epoch}`,
      total: train.labels.numel(),
      unit: 'samples',
      count: ([, y]) => y.numel(),
    });
    for (const [x, y] of batches) {
      const loss = nn.functional.cross_entropy(model.forward(x), y);
      optimizer.zero_grad();
      loss.backward();
      optimizer.step();
      losses.push(loss.item());
      batches.set_postfix({ loss: losses[losses.length - 1] });
    }
    for (const group of optimizer.param_groups) group.lr /= 2;
    console.log(
      `epoch ${epoch}: test accuracy ${(100 * accuracy(predict(model, test.images), test.labels)).toFixed(2)} %`,
    );
  }

  print_confusion(predict(model, test.images), test.labels);
  await curves({ 'training loss': losses }, join(options.out, 'loss.svg'), {
    title: 'MNIST',
    y_label: 'cross entropy',
    smooth: 0.9,
  });
  torch.save(model.state_dict(), join(options.out, 'model.safetensors'));
  console.log(`wrote ${join(options.out, 'loss.svg')} and ${join(options.out, 'model.safetensors')}`);
});

/** The first n digits; all of them for 0. */
function first({ images, labels }: Digits, n: number): Digits {
  return n > 0 ? { images: images.narrow(0, 0, n), labels: labels.narrow(0, 0, n) } : { images, labels };
}

function predict(model: torch.nn.Module, images: torch.Tensor): torch.Tensor {
  return torch.no_grad(() => model.forward(images).argmax(1));
}

function accuracy(predicted: torch.Tensor, labels: torch.Tensor): number {
  return predicted.eq(labels).sum().item() / labels.numel();
}

function print_confusion(predicted: torch.Tensor, labels: torch.Tensor): void {
  const counts = Array.from({ length: 10 }, () => new Array<number>(10).fill(0));
  const [given, truth] = [predicted.tolist() as number[], labels.tolist() as number[]];
  truth.forEach((digit, i) => {
    counts[digit][given[i]]++;
  });
  const cell = (value: number | string): string => String(value).padStart(5);
  console.log(`\nconfusion (rows: digit, columns: prediction)\n     ${[...Array(10).keys()].map(cell).join('')}`);
  counts.forEach((row, digit) => {
    console.log(`${cell(digit)}${row.map((n) => cell(n || '·')).join('')}`);
  });
}
