/**
 * A small regression: an MLP with LeakyReLU learns a smooth function of ten numbers.
 *
 *   node build/examples/mlp.js --epochs 30 --batch 64 --lr 0.003 --samples 4096 --seed 0
 */
import * as torch from 'cresset';
import { main, read_options } from './common/options';

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

main('mlp', () => {
  const options = read_options('mlp', { epochs: 30, batch: 64, lr: 0.003, samples: 4096, seed: 0 });
  torch.manual_seed(options.seed);
  const train = make_data(options.samples);
  const test = make_data(1024);
  const model = new MLPWithLeakyReLU();
  const criterion = new torch.nn.MSELoss();
  const optimizer = new torch.optim.Adam(model.parameters(), { lr: options.lr });
  const loader = new torch.utils.data.DataLoader(train, { batch_size: options.batch, shuffle: true });

  console.log(model);
  const every = Math.max(1, Math.round(options.epochs / 10));
  for (let epoch = 1; epoch <= options.epochs; epoch++) {
    const started = performance.now();
    let total = 0;
    for (const [x, y] of loader) {
      const loss = criterion.forward(model.forward(x), y);
      optimizer.zero_grad();
      loss.backward();
      optimizer.step();
      total += loss.item();
    }
    if (epoch % every !== 0 && epoch !== options.epochs) continue;
    const rate = Math.round(train.length / ((performance.now() - started) / 1000));
    const [mean, error] = [total / loader.length, mean_squared_error(model, test)];
    console.log(`epoch ${epoch}: train ${mean.toFixed(4)}, test ${error.toFixed(4)}, ${rate} samples/s`);
  }
  const explained = 1 - mean_squared_error(model, test) / test.tensors[1].var().item();
  console.log(`explained variance on the test data: ${explained.toFixed(4)}`);
});

type Regression = torch.utils.data.TensorDataset<[torch.Tensor, torch.Tensor]>;

/** `sin(x₀) + x₁·x₂ + |x₃|`, with a little noise; the other six numbers mean nothing. */
function make_data(samples: number): Regression {
  const x = torch.randn([samples, 10]);
  const [a, b, c, d] = [0, 1, 2, 3].map((i) => x.narrow(1, i, 1));
  const noise = torch.randn([samples, 1]).mul(0.05);
  return new torch.utils.data.TensorDataset(x, a.sin().add(b.mul(c)).add(d.abs()).add(noise));
}

function mean_squared_error(model: torch.nn.Module, { tensors: [x, y] }: Regression): number {
  return torch.no_grad(() => torch.nn.functional.mse_loss(model.forward(x), y).item());
}
