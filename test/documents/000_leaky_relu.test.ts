import * as torch from 'cresset';
import 'cresset/jest';

/** The document that describes `torch.nn.LeakyReLU` in TypeScript. */

class MLPWithLeakyReLU extends torch.nn.Module {
  private fc1: torch.nn.Linear;
  private leaky_relu: torch.nn.LeakyReLU;
  private fc2: torch.nn.Linear;
  private fc3: torch.nn.Linear;

  constructor() {
    super();
    this.fc1 = new torch.nn.Linear(10, 64);
    this.leaky_relu = new torch.nn.LeakyReLU(0.01); // 1% slope
    this.fc2 = new torch.nn.Linear(64, 64);
    this.fc3 = new torch.nn.Linear(64, 1);
  }

  forward(x: torch.Tensor): torch.Tensor {
    x = this.fc1.forward(x);
    x = this.leaky_relu.forward(x); // No batch norm, so LeakyReLU helps
    x = this.fc2.forward(x);
    x = this.leaky_relu.forward(x);
    return this.fc3.forward(x);
  }
}

describe('MLPWithLeakyReLU', () => {
  test('its parameters, though private, are found; it prints as PyTorch prints it', () => {
    const model = new MLPWithLeakyReLU();
    expect(model.named_parameters().map(([name, { shape }]) => [name, shape])).toEqual([
      ['fc1.weight', [64, 10]],
      ['fc1.bias', [64]],
      ['fc2.weight', [64, 64]],
      ['fc2.bias', [64]],
      ['fc3.weight', [1, 64]],
      ['fc3.bias', [1]],
    ]);
    expect(String(model)).toBe(
      [
        'MLPWithLeakyReLU(',
        '  (fc1): Linear(in_features=10, out_features=64, bias=True)',
        '  (leaky_relu): LeakyReLU(negative_slope=0.01)',
        '  (fc2): Linear(in_features=64, out_features=64, bias=True)',
        '  (fc3): Linear(in_features=64, out_features=1, bias=True)',
        ')',
      ].join('\n'),
    );
  });

  test('it learns, and no parameter is without a gradient', () => {
    torch.manual_seed(0);
    const model = new MLPWithLeakyReLU();
    const optimizer = new torch.optim.Adam(model.parameters(), { lr: 0.01 });
    const x = torch.randn([64, 10]);
    const y = x.sum(1, true).sin();
    const losses = Array.from({ length: 60 }, () => {
      const loss = torch.nn.functional.mse_loss(model.forward(x), y);
      optimizer.zero_grad();
      loss.backward();
      optimizer.step();
      return loss.item();
    });
    expect(model.forward(x)).toHaveShape([64, 1]);
    for (const parameter of model.parameters()) expect(parameter.grad).toHaveShape(parameter.shape);
    expect(losses[losses.length - 1]).toBeLessThan(losses[0] / 10);
  });
});

// GAN discriminator with LeakyReLU (standard practice)
class Discriminator extends torch.nn.Module {
  private conv1: torch.nn.Conv2d;
  private leaky_relu: torch.nn.LeakyReLU;
  private conv2: torch.nn.Conv2d;
  private fc: torch.nn.Linear;

  constructor() {
    super();
    this.conv1 = new torch.nn.Conv2d(3, 32, { kernel_size: 4, stride: 2, padding: 1 });
    this.leaky_relu = new torch.nn.LeakyReLU(0.2); // GANs often use 0.2
    this.conv2 = new torch.nn.Conv2d(32, 64, { kernel_size: 4, stride: 2, padding: 1 });
    this.fc = new torch.nn.Linear(64 * 8 * 8, 1);
  }

  forward(x: torch.Tensor): torch.Tensor {
    x = this.conv1.forward(x);
    x = this.leaky_relu.forward(x);
    x = this.conv2.forward(x);
    x = this.leaky_relu.forward(x);
    x = x.flatten(1);
    return this.fc.forward(x);
  }
}
// LeakyReLU helps discriminator training stability

describe('Discriminator', () => {
  test('its parameters, though private, are found; it prints as PyTorch prints it', () => {
    const model = new Discriminator();
    expect(model.named_parameters().map(([name, { shape }]) => [name, shape])).toEqual([
      ['conv1.weight', [32, 3, 4, 4]],
      ['conv1.bias', [32]],
      ['conv2.weight', [64, 32, 4, 4]],
      ['conv2.bias', [64]],
      ['fc.weight', [1, 64 * 8 * 8]],
      ['fc.bias', [1]],
    ]);
    expect(String(model)).toBe(
      [
        'Discriminator(',
        '  (conv1): Conv2d(3, 32, kernel_size=(4, 4), stride=(2, 2), padding=(1, 1))',
        '  (leaky_relu): LeakyReLU(negative_slope=0.2)',
        '  (conv2): Conv2d(32, 64, kernel_size=(4, 4), stride=(2, 2), padding=(1, 1))',
        '  (fc): Linear(in_features=4096, out_features=1, bias=True)',
        ')',
      ].join('\n'),
    );
  });

  test('it learns to tell smooth images from noise, and no parameter is without a gradient', () => {
    torch.manual_seed(0);
    const model = new Discriminator();
    const optimizer = new torch.optim.Adam(model.parameters(), { lr: 2e-3, betas: [0.5, 0.999] });
    const [rows, columns] = [torch.linspace(-1, 1, 32).view([32, 1]), torch.linspace(-1, 1, 32)];
    const wave = (): torch.Tensor => rows.mul(torch.randn([16, 3, 1, 1])).add(columns.mul(torch.randn([16, 3, 1, 1])));
    const losses = Array.from({ length: 20 }, () => {
      const output = model.forward(torch.cat([wave(), torch.randn([16, 3, 32, 32])]));
      expect(output).toHaveShape([32, 1]);
      // Binary cross entropy of logits: log(1 + exp(-logit)) of the real, log(1 + exp(logit)) of the noise.
      const [real, fake] = output.chunk(2);
      const loss = torch.nn.functional.softplus(torch.cat([real.neg(), fake])).mean();
      optimizer.zero_grad();
      loss.backward();
      optimizer.step();
      return loss.item();
    });
    for (const parameter of model.parameters()) {
      expect(parameter.grad).toHaveShape(parameter.shape);
      expect(parameter.grad!.abs().sum().item()).toBeGreaterThan(0);
    }
    expect(losses[0]).toBeCloseTo(Math.LN2, 1);
    expect(losses[losses.length - 1]).toBeLessThan(losses[0] / 4);
  });
});

test('options, the positional form, and what is read back', () => {
  expect(new torch.nn.LeakyReLU().negative_slope).toBe(0.01);
  expect(new torch.nn.LeakyReLU(0.2).negative_slope).toBe(0.2);
  const options: torch.nn.LeakyReLUOptions = { negative_slope: 0.3 };
  const layer = new torch.nn.LeakyReLU(options);
  expect(layer.negative_slope).toBe(0.3);
  // @ts-expect-error it is readonly
  const assign = (): number => (layer.negative_slope = 1);
  expect(assign).toBeDefined();
});

test('different slopes for different behaviors', () => {
  torch.manual_seed(1);
  const x = torch.randn([100, 10]);
  const relu = new torch.nn.ReLU();
  const leaky_small = new torch.nn.LeakyReLU(0.01); // Standard: 1%
  const leaky_large = new torch.nn.LeakyReLU(0.3); // Aggressive: 30%
  const prelu = new torch.nn.PReLU(); // Learnable slope

  const y1 = relu.forward(x); // Hard thresholding
  const y2 = leaky_small.forward(x); // Small leak (safest)
  const y3 = leaky_large.forward(x); // Larger leak (more info flow)
  const y4 = prelu.forward(x);

  const negative = x.lt(0);
  expect(y1).toEqualTensor(torch.where(negative, 0, x));
  expect(y2).toEqualTensor(torch.where(negative, x.mul(0.01), x));
  expect(y3).toEqualTensor(torch.where(negative, x.mul(0.3), x));
  expect(y4).toEqualTensor(torch.where(negative, x.mul(0.25), x));
  expect(prelu.parameters().map((parameter) => parameter.tolist())).toEqual([[0.25]]);
});

test('the algorithm: forward and backward, and where its gradient is zero after all', () => {
  const x = torch.tensor([-2, -0.5, 0, 3], { requires_grad: true });
  const g = torch.tensor([1, -2, 3, 4]);
  const gradient_with = (slope: number): torch.Tensor =>
    torch.autograd.grad(new torch.nn.LeakyReLU(slope).forward(x), [x], { grad_outputs: g })[0];
  expect(new torch.nn.LeakyReLU(0.25).forward(x)).toBeCloseToTensor([-0.5, -0.125, 0, 3], { rtol: 0, atol: 0 });
  expect(gradient_with(0.25)).toBeCloseToTensor([0.25, -0.5, 0.75, 4], { rtol: 0, atol: 0 });
  expect(gradient_with(0)).toBeCloseToTensor([0, 0, 0, 4], { rtol: 0, atol: 0 });
});
