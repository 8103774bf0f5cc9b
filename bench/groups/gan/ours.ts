import * as torch from 'cresset';
import { type Run, type Runs, repeated } from '../../ours';

const { nn } = torch;
const LATENT = 64;

function gan_step(batch: number): Run {
  torch.manual_seed(0);
  const generator = new nn.Sequential(
    new nn.ConvTranspose2d(LATENT, 128, 7, { bias: false }),
    new nn.BatchNorm2d(128),
    new nn.ReLU(),
    new nn.ConvTranspose2d(128, 64, 4, { stride: 2, padding: 1, bias: false }),
    new nn.BatchNorm2d(64),
    new nn.ReLU(),
    new nn.ConvTranspose2d(64, 1, 4, { stride: 2, padding: 1 }),
    new nn.Tanh(),
  );
  const discriminator = new nn.Sequential(
    new nn.Conv2d(1, 32, 4, { stride: 2, padding: 1 }),
    new nn.LeakyReLU(0.2),
    new nn.Conv2d(32, 64, 4, { stride: 2, padding: 1 }),
    new nn.LeakyReLU(0.2),
    new nn.Flatten(),
    new nn.Linear(64 * 7 * 7, 1),
  );
  const settings = { lr: 2e-4, betas: [0.5, 0.999] as [number, number] };
  const optimizer_g = new torch.optim.Adam(generator.parameters(), settings);
  const optimizer_d = new torch.optim.Adam(discriminator.parameters(), settings);
  const criterion = new nn.BCEWithLogitsLoss();
  const real = torch.rand([batch, 1, 28, 28]);
  const [ones, zeros] = [torch.ones([batch, 1]), torch.zeros([batch, 1])];
  return repeated(() => {
    const fake = generator.forward(torch.randn([batch, LATENT, 1, 1]));
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
