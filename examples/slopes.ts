/**
 * What the slope below 0 is good for: ReLU, LeakyReLU(0.01), LeakyReLU(0.3) and PReLU, first on random numbers, then in a network of 20 layers
 * that learns MNIST, with and without batch norm.
 *
 *   node build/examples/slopes.js --layers 20 --width 32 --steps 300 --batch 64 --lr 0.01 --seed 0 --out runs/slopes
 *
 * A unit is dead if its gradient is 0 for every image of the test: nothing can bring it back. Writes the losses (loss.svg, loss_batch_norm.svg).
 */
import { join } from 'node:path';
import * as torch from 'cresset';
import { curves } from 'cresset/viz';
import { type Digits, load_mnist } from './common/mnist';
import { main, read_options } from './common/options';

const { nn, optim } = torch;

type Activation = torch.nn.ReLU | torch.nn.LeakyReLU | torch.nn.PReLU;

/** Name, how to make it, and its slope at the start, for which the weights are drawn. */
const activations: [name: string, make: () => Activation, slope: number][] = [
  ['ReLU', () => new nn.ReLU(), 0],
  ['LeakyReLU(0.01)', () => new nn.LeakyReLU(0.01), 0.01],
  ['LeakyReLU(0.3)', () => new nn.LeakyReLU(0.3), 0.3],
  ['PReLU', () => new nn.PReLU(), 0.25],
];

main('slopes', async () => {
  const options = read_options('slopes', {
    layers: 20,
    width: 32,
    steps: 300,
    batch: 64,
    lr: 0.01,
    seed: 0,
    data: '',
    out: 'runs/slopes',
  });
  torch.manual_seed(options.seed);
  compare_on_random_numbers();

  const train = load_mnist('train', options.data || undefined);
  const test = load_mnist('t10k', options.data || undefined);
  const probe: Digits = { images: test.images.narrow(0, 0, 1000), labels: test.labels.narrow(0, 0, 1000) };
  for (const batch_norm of [false, true]) {
    const where = `${options.layers} layers of ${options.width}, ${batch_norm ? 'with' : 'without'} batch norm`;
    console.log(`\n${where}\n${row('', 'dead at first', 'dead at last', 'loss', 'test accuracy')}`);
    const losses: Record<string, number[]> = {};
    for (const [name, make, slope] of activations) {
      torch.manual_seed(options.seed);
      const model = build(options.layers, options.width, make, slope, batch_norm);
      const dead_at_first = dead_share(model, probe.images);
      losses[name] = learn(model, train, options, `${name}, ${batch_norm ? 'batch norm' : 'plain'}`);
      const { loss, accuracy } = judge(model, probe);
      console.log(
        row(name, percent(dead_at_first), percent(dead_share(model, probe.images)), loss.toFixed(3), percent(accuracy)),
      );
    }
    const file = join(options.out, batch_norm ? 'loss_batch_norm.svg' : 'loss.svg');
    await curves(losses, file, { title: `MNIST, ${where}`, y_label: 'cross entropy' });
    console.log(`wrote ${file}`);
  }
});

function row(name: string, ...cells: string[]): string {
  return `${name.padEnd(16)}${cells.map((cell) => cell.padStart(15)).join('')}`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** The example of the documents: the same numbers through each activation, and what is left of them and of their gradient. */
function compare_on_random_numbers(): void {
  const x = torch.randn([100, 10]);
  console.log(`torch.randn([100, 10])\n${row('', 'outputs of 0', 'gradients of 0', 'mean', 'smallest')}`);
  for (const [name, make] of activations) {
    const input = x.clone().requires_grad_();
    const y = make().forward(input);
    y.sum().backward();
    const share = (t: torch.Tensor): string => percent(t.eq(0).to(torch.float32).mean().item());
    console.log(row(name, share(y), share(input.grad!), y.mean().item().toFixed(3), y.min().item().toFixed(3)));
  }
}

/** Hidden layers of one width; the weights are drawn so that the variance stays the same from layer to layer. */
function build(layers: number, width: number, make: () => Activation, slope: number, batch_norm: boolean) {
  const model = new nn.Sequential();
  for (let i = 0; i < layers; i++) {
    const linear = new nn.Linear(i === 0 ? 784 : width, width);
    nn.init.kaiming_normal_(linear.weight, { a: slope });
    nn.init.zeros_(linear.bias!);
    model.append(linear);
    if (batch_norm) model.append(new nn.BatchNorm1d(width));
    model.append(make());
  }
  return model.append(new nn.Linear(width, 10));
}

interface Training {
  steps: number;
  batch: number;
  lr: number;
}

function learn(model: torch.nn.Module, data: Digits, { steps, batch, lr }: Training, title: string): number[] {
  const optimizer = new optim.SGD(model.parameters(), { lr, momentum: 0.9 });
  const bar = torch.utils.progress(steps, { desc: title, unit: 'steps' });
  return Array.from(bar, () => {
    const rows = torch.randint(data.labels.numel(), [batch]);
    const logits = model.forward(data.images.index_select(0, rows));
    const loss = nn.functional.cross_entropy(logits, data.labels.index_select(0, rows));
    optimizer.zero_grad();
    loss.backward();
    optimizer.step();
    bar.set_postfix({ loss: loss.item() });
    return loss.item();
  });
}

/** Of all hidden units, those whose activation passes no gradient for any of the images; with the statistics of the batch, as in training. */
function dead_share(model: torch.nn.Sequential, images: torch.Tensor): number {
  let x = images;
  let [dead, units] = [0, 0];
  for (const module of model) {
    if (is_activation(module)) {
      const input = x.detach().requires_grad_();
      const [gradient] = torch.autograd.grad(module.forward(input).sum(), [input]);
      dead += gradient.ne(0).sum(0).eq(0).sum().item();
      units += gradient.shape[1];
    }
    x = torch.no_grad(() => module.forward(x));
  }
  return dead / units;
}

function is_activation(module: torch.nn.Module): module is Activation {
  return [nn.ReLU, nn.LeakyReLU, nn.PReLU].some((kind) => module instanceof kind);
}

function judge(model: torch.nn.Module, { images, labels }: Digits): { loss: number; accuracy: number } {
  model.eval();
  return torch.no_grad(() => {
    const logits = model.forward(images);
    const loss = nn.functional.cross_entropy(logits, labels).item();
    return { loss, accuracy: logits.argmax(1).eq(labels).to(torch.float32).mean().item() };
  });
}
