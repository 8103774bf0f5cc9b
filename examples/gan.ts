/**
 * A DCGAN that learns to draw digits: a generator against two of the documents' discriminators with LeakyReLU(0.2).
 *
 *   npm start && node build/examples/gan.js --epochs 5 --lr 0.001 --seed 0 --out runs/gan
 *
 * Writes a grid of samples after every epoch (epoch_N.png), the losses (loss.svg) and the generator (generator.safetensors). In the
 * end the classifier of examples/mnist.ts, whose weights `npm start` wrote, says what it sees in 1,000 samples.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as torch from 'cresset';
import { curves, image_grid } from 'cresset/viz';
import { Generator, LATENT, TwoScales } from './common/dcgan';
import { digit_classifier, load_mnist, MEAN, STD } from './common/mnist';
import { main, read_options } from './common/options';

const { nn, optim, utils } = torch;

main('gan', async () => {
  const options = read_options('gan', {
    epochs: 5,
    lr: 1e-3,
    lr_d: 3e-3,
    seed: 0,
    threads: 0,
    batch: 64,
    kinds: LATENT.kinds,
    variations: LATENT.variations,
    samples: 0,
    judged: 1000,
    classifier: 'runs/mnist/model.safetensors',
    data: '',
    out: 'runs/gan',
  });
  if (!existsSync(options.classifier))
    throw new Error(`${options.classifier} is missing; run \`npm start\`, or name weights with --classifier`);
  if (options.threads > 0) torch.set_num_threads(options.threads);
  torch.manual_seed(options.seed);

  const digits = load_mnist('train', options.data || undefined).images;
  const images = to_unit_range(options.samples > 0 ? digits.narrow(0, 0, options.samples) : digits);
  const loader = new utils.data.DataLoader(new utils.data.TensorDataset(images), {
    batch_size: options.batch,
    shuffle: true,
    drop_last: true,
  });

  const generator = new Generator(options.kinds, options.variations);
  const discriminator = new TwoScales();
  // The discriminator is small, and has to stay ahead: it takes larger steps.
  const betas: [number, number] = [0.5, 0.999];
  const optimizer_g = new optim.Adam(generator.parameters(), { lr: options.lr, betas });
  const optimizer_d = new optim.Adam(discriminator.parameters(), { lr: options.lr_d, betas });
  // Neither side ever wins: only smaller steps in the second half let both come to rest.
  const steps = options.epochs * loader.length;
  const rate = (step: number): number => Math.min(1, 2 * (1 - step / steps));
  const schedulers = [optimizer_g, optimizer_d].map((each) => new optim.lr_scheduler.LambdaLR(each, rate));
  const criterion = new nn.BCEWithLogitsLoss();
  const real_label = torch.ones([options.batch, 2]);
  const fake_label = torch.zeros([options.batch, 2]);
  const losses = { discriminator: [] as number[], generator: [] as number[] };
  const fixed = generator.latent(64);

  for (let epoch = 1; epoch <= options.epochs; epoch++) {
    const batches = utils.progress(loader, {
      desc: `epoch ${epoch}`,
      total: loader.length * options.batch,
      unit: 'images',
      count: () => options.batch,
    });
    for (const [real] of batches) {
      const fake = generator.forward(generator.latent(options.batch));

      optimizer_d.zero_grad();
      const loss_d = criterion
        .forward(discriminator.forward(real), real_label)
        .add(criterion.forward(discriminator.forward(fake.detach()), fake_label));
      loss_d.backward();
      optimizer_d.step();

      optimizer_g.zero_grad();
      const loss_g = criterion.forward(discriminator.forward(fake), real_label);
      loss_g.backward();
      optimizer_g.step();
      for (const scheduler of schedulers) scheduler.step();

      losses.discriminator.push(loss_d.item());
      losses.generator.push(loss_g.item());
      batches.set_postfix({ 'loss D': loss_d.item(), 'loss G': loss_g.item() });
    }
    generator.eval();
    const file = join(options.out, `epoch_${epoch}.png`);
    const images = torch.no_grad(() => generator.forward(fixed));
    await image_grid(images, file, { normalize: true, value_range: [-1, 1] });
    generator.train();
    console.log(`epoch ${epoch}: wrote ${file}`);
  }

  judge(generator, options.classifier, options.judged, options.data || undefined);
  await curves(losses, join(options.out, 'loss.svg'), {
    title: 'DCGAN on MNIST',
    y_label: 'binary cross entropy',
    smooth: 0.9,
  });
  torch.save(generator.state_dict(), join(options.out, 'generator.safetensors'));
  console.log(`wrote ${join(options.out, 'loss.svg')} and ${join(options.out, 'generator.safetensors')}`);
});

/** From the classifier's scale, [n, 784], to the generator's, [n, 1, 28, 28] in [-1, 1]. */
function to_unit_range(digits: torch.Tensor): torch.Tensor {
  return digits
    .mul(2 * STD)
    .add(2 * MEAN - 1)
    .view([-1, 1, 28, 28]);
}

/** How sure the classifier is of samples and, for comparison, of the real test set, and which digits it sees. */
function judge(generator: Generator, weights: string, n: number, data: string | undefined): void {
  const classifier = digit_classifier();
  classifier.load_state_dict(torch.load(weights));
  generator.eval();
  torch.no_grad(() => {
    const drawn = generator
      .forward(generator.latent(n))
      .flatten(1)
      .add(1 - 2 * MEAN)
      .div(2 * STD);
    report('samples', classifier.forward(drawn));
    report('test set', classifier.forward(load_mnist('t10k', data).images));
  });
}

function report(name: string, logits: torch.Tensor): void {
  const n = logits.shape[0];
  const { values, indices } = logits.softmax(1).max(1);
  const share = (count: torch.Tensor): string => `${((100 * count.sum().item()) / n).toFixed(1)} %`;
  const digits = Array.from({ length: 10 }, (_, digit) => `${digit}: ${share(indices.eq(digit))}`);
  console.log(`${name}: ${share(values.gt(0.9))} classified with probability above 0.9; ${digits.join(', ')}`);
}
