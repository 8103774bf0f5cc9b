import * as torch from 'cresset';

/** `[STEPS]`: a training loop whose loss is compared with one in which nothing is ever collected: any block freed too early would be poisoned by then. */

const F = torch.nn.functional;

function losses(steps: number): number[] {
  torch.manual_seed(1);
  const model = new torch.nn.Sequential(
    new torch.nn.Linear(6, 16),
    new torch.nn.LeakyReLU(0.1),
    new torch.nn.Linear(16, 3),
  );
  const opt = new torch.optim.Adam(model.parameters(), { lr: 0.01 });
  const x = torch.randn([20, 6]);
  const target = torch.tensor(BigInt64Array.from({ length: 20 }, (_, i) => BigInt(i % 3)));
  const found: number[] = [];
  for (let i = 0; i < steps; i++) {
    const loss = F.cross_entropy(model.forward(x), target).add(F.leaky_relu_(x.mul(2), -0.5).pow(2).mean());
    opt.zero_grad();
    loss.backward();
    opt.step();
    found.push(loss.item() as number);
  }
  return found;
}

const steps = Number(process.argv[2] ?? 30);
const found = losses(steps);
const again = losses(steps);
if (found.some((loss, i) => !Number.isFinite(loss) || loss !== again[i]))
  throw new Error(`losses differ: ${found} and ${again}`);
process.stdout.write('same bits');
