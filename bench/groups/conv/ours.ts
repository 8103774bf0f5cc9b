import * as torch from 'cresset';
import { type Run, type Runs, repeated } from '../../ours';

const { nn } = torch;

class Discriminator extends nn.Module {
  private readonly features = new nn.Sequential(
    new nn.Conv2d(3, 32, { kernel_size: 4, stride: 2, padding: 1 }),
    new nn.LeakyReLU(0.2),
    new nn.Conv2d(32, 64, { kernel_size: 4, stride: 2, padding: 1 }),
    new nn.LeakyReLU(0.2),
    new nn.Flatten(),
    new nn.Linear(64 * 8 * 8, 1),
  );
  override forward(images: torch.Tensor): torch.Tensor {
    return this.features.forward(images);
  }
}

function discriminator_step(batch: number): Run {
  torch.manual_seed(0);
  const model = new Discriminator();
  const criterion = new nn.BCEWithLogitsLoss();
  const opt = new torch.optim.Adam(model.parameters(), { lr: 2e-4 });
  const [x, y] = [torch.randn([batch, 3, 32, 32]), torch.ones([batch, 1])];
  return repeated(() => {
    opt.zero_grad();
    criterion.forward(model.forward(x), y).backward();
    opt.step();
  });
}

function conv_layer(
  kind: 'Conv2d' | 'ConvTranspose2d',
  in_channels: number,
  out_channels: number,
  kernel_size: number,
  stride: number,
  padding: number,
  groups: number,
  batch: number,
  size: number,
): Run {
  torch.manual_seed(0);
  const layer = new nn[kind](in_channels, out_channels, { kernel_size, stride, padding, groups });
  const x = torch.randn([batch, in_channels, size, size]).requires_grad_();
  const g = torch.randn(layer.forward(x).shape);
  return repeated(() => {
    layer.zero_grad();
    x.grad = null;
    layer.forward(x).backward(g);
  });
}

export const runs: Runs = { discriminator_step, conv_layer };
