import * as torch from 'cresset';
import { Generator, TwoScales } from '../../../examples/common/dcgan';
import { type Run, type Runs, repeated } from '../../ours';

const { nn, optim } = torch;

function gan_step(batch: number): Run {
  torch.manual_seed(0);
  const generator = new Generator();
  const discriminator = new TwoScales();
  const betas: [number, number] = [0.5, 0.999];
  const optimizer_g = new optim.Adam(generator.parameters(), { lr: 1e-3, betas });
  const optimizer_d = new optim.Adam(discriminator.parameters(), { lr: 3e-3, betas });
  const criterion = new nn.BCEWithLogitsLoss();
  const real = torch.rand([batch, 1, 28, 28]);
  const [ones, zeros] = [torch.ones([batch, 2]), torch.zeros([batch, 2])];
  return repeated(() => {
    const fake = generator.forward(generator.latent(batch));
    optimizer_d.zero_grad();
    criterion
      .forward(discriminator.forward(real), ones)
      .add(criterion.forward(discriminator.forward(fake.detach()), zeros))
      .backward();
    optimizer_d.step();
    optimizer_g.zero_grad();
    criterion.forward(discriminator.forward(fake), ones).backward();
    optimizer_g.step();
  });
}

export const runs: Runs = { gan_step };
