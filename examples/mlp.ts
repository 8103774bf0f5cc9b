/**
 * A small regression: an MLP with LeakyReLU learns a smooth function of ten numbers.
 *
 *     node build/examples/mlp.js --epochs 20 --lr 0.003
 */
import { parseArgs } from 'node:util';
import * as torch from 'cresset';

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

  override forward(x: torch.Tensor): torch.Tensor {
    x = this.fc1.forward(x);
    x = this.leaky_relu.forward(x); // No batch norm, so LeakyReLU helps
    x = this.fc2.forward(x);
    x = this.leaky_relu.forward(x);
    return this.fc3.forward(x);
  }
}

/** `sin(x₀) + x₁·x₂ + |x₃|`, with a little noise; the other six numbers mean nothing. */
function make_data(samples: number): torch.utils.data.TensorDataset<[torch.Tensor, torch.Tensor]> {
  const x = torch.randn([samples, 10]);
  const column = (i: number) => x.narrow(1, i, 1);
  const y = column(0)
    .sin()
    .add(column(1).mul(column(2)))
    .add(column(3).abs());
  return new torch.utils.data.TensorDataset(x, y.add(torch.randn([samples, 1]).mul(0.05)));
}

function mean_squared_error(model: torch.nn.Module, [x, y]: readonly [torch.Tensor, torch.Tensor]): number {
  model.eval();
  const loss = torch.no_grad(() => torch.nn.functional.mse_loss(model.forward(x), y).item());
  model.train();
  return Number(loss);
}

const { values: options } = parseArgs({
  options: {
    epochs: { type: 'string', default: '30' },
    batch: { type: 'string', default: '64' },
    lr: { type: 'string', default: '0.003' },
    samples: { type: 'string', default: '4096' },
    seed: { type: 'string', default: '0' },
  },
});

torch.manual_seed(Number(options.seed));
const train = make_data(Number(options.samples));
const test = make_data(1024);
const model = new MLPWithLeakyReLU();
const criterion = new torch.nn.MSELoss();
const optimizer = new torch.optim.Adam(model.parameters(), { lr: Number(options.lr) });
const loader = new torch.utils.data.DataLoader(train, { batch_size: Number(options.batch), shuffle: true });

console.log(model);
const epochs = Number(options.epochs);
const every = Math.max(1, Math.round(epochs / 10));
for (let epoch = 1; epoch <= epochs; epoch++) {
  const started = performance.now();
  let total = 0;
  for (const [x, y] of loader) {
    const loss = criterion.forward(model.forward(x), y);
    optimizer.zero_grad();
    loss.backward();
    optimizer.step();
    total += Number(loss.item());
  }
  if (epoch % every !== 0 && epoch !== epochs) continue;
  const rate = Math.round(train.length / ((performance.now() - started) / 1000));
  const error = mean_squared_error(model, test.tensors);
  console.log(
    `epoch ${epoch}: train ${(total / loader.length).toFixed(4)}, test ${error.toFixed(4)}, ${rate} samples/s`,
  );
}
const variance = Number(test.tensors[1].var().item());
console.log(
  `explained variance on the test data: ${(1 - mean_squared_error(model, test.tensors) / variance).toFixed(4)}`,
);
