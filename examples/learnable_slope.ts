/**
 * A leaky rectifier that learns its slope, in three spellings and as PReLU: each recovers the slope of a network that made the data.
 *
 *   node build/examples/learnable_slope.js --slope 0.3 --initial_alpha 0.01 --steps 800 --lr 0.002 --alpha_lr 0.01 --out runs/slope
 */
import { join } from 'node:path';
import * as torch from 'cresset';
import { curves } from 'cresset/viz';
import { main, read_options } from './common/options';

const { nn } = torch;

/** `where` with a scalar parameter. */
class LearnableLeakyReLU extends nn.Module {
  alpha: torch.nn.Parameter;

  constructor(initial_alpha = 0.01) {
    super();
    this.alpha = new nn.Parameter(torch.tensor(initial_alpha));
  }

  override forward(x: torch.Tensor): torch.Tensor {
    return torch.where(x.ge(0), x, this.alpha.mul(x));
  }
}

/** The positive part by `clamp`, the negative part as what remains. */
class LearnableLeakyReLU_Alternative extends nn.Module {
  alpha: torch.nn.Parameter;

  constructor(initial_alpha = 0.01) {
    super();
    this.alpha = new nn.Parameter(torch.tensor(initial_alpha));
  }

  override forward(x: torch.Tensor): torch.Tensor {
    const positive_part = torch.clamp(x, { min: 0 });
    const negative_part = x.sub(positive_part);
    return positive_part.add(this.alpha.mul(negative_part));
  }
}

/** `where` again; the parameter is made empty and then initialised. */
class LearnableLeakyReLU_Initialized extends nn.Module {
  alpha: torch.nn.Parameter;

  constructor(initial_alpha = 0.01) {
    super();
    this.alpha = new nn.Parameter(torch.empty([1]));
    nn.init.constant_(this.alpha, initial_alpha);
  }

  override forward(x: torch.Tensor): torch.Tensor {
    return torch.where(x.ge(0), x, this.alpha.mul(x));
  }
}

const activations: Record<string, (alpha: number) => torch.nn.Module> = {
  where: (alpha) => new LearnableLeakyReLU(alpha),
  clamp: (alpha) => new LearnableLeakyReLU_Alternative(alpha),
  initialized: (alpha) => new LearnableLeakyReLU_Initialized(alpha),
  PReLU: (alpha) => new nn.PReLU(1, alpha),
};

function network(activation: torch.nn.Module): torch.nn.Sequential {
  return new nn.Sequential(new nn.Linear(10, 5), activation, new nn.Linear(5, 2));
}

/** Keeps a parameter within bounds: before each forward of its module it is clamped, with a warning the first time. */
function clamp_hook(module: torch.nn.Module, name: string, low: number, high: number): { remove(): void } {
  let warned = false;
  return module.register_forward_pre_hook(() => {
    const parameter = module.get_parameter(name);
    const inside = parameter.ge(low).logical_and(parameter.le(high)).all().item();
    if (inside) return;
    if (!warned)
      console.warn(`warning: ${name} ran to ${parameter.item().toFixed(3)}; keeping it within [${low}, ${high}]`);
    warned = true;
    torch.no_grad(() => parameter.clamp_(low, high));
  });
}

main('learnable_slope', async () => {
  const options = read_options('learnable_slope', {
    slope: 0.3,
    initial_alpha: 0.01,
    steps: 800,
    lr: 0.002,
    alpha_lr: 0.01,
    samples: 1024,
    seed: 0,
    out: '',
  });
  torch.manual_seed(options.seed);
  const teacher = network(new nn.LeakyReLU(options.slope));
  const x = torch.randn([options.samples, 10]);
  const y = torch.no_grad(() => teacher.forward(x));

  const alphas: Record<string, number[]> = {};
  for (const [spelling, make] of Object.entries(activations)) {
    torch.manual_seed(options.seed + 1);
    const model = network(make(options.initial_alpha));
    start_near(model, teacher);
    alphas[spelling] = train(spelling, model, x, y, options);
  }

  const error = Math.max(...Object.values(alphas).map((each) => Math.abs(each[each.length - 1] - options.slope)));
  console.log(`slope of the data ${options.slope}; largest error ${error.toFixed(4)}`);
  if (options.out === '') return;
  const file = join(options.out, 'alpha.svg');
  await curves(alphas, file, { title: 'A learned slope', y_label: 'alpha' });
  console.log(`wrote ${file}`);
});

/** The layers begin as the teacher's with some noise: with other layers another slope could fit as well. */
function start_near(model: torch.nn.Sequential, teacher: torch.nn.Sequential): void {
  torch.no_grad(() => {
    for (const i of [0, 2])
      for (const [name, parameter] of model[i].named_parameters())
        parameter.copy_(teacher[i].get_parameter(name).add(torch.randn_like(parameter).mul(0.05)));
  });
}

/** Trains the layers and, in a group of its own, the slope; returns alpha after every step. */
function train(
  spelling: string,
  model: torch.nn.Sequential,
  x: torch.Tensor,
  y: torch.Tensor,
  { steps, lr, alpha_lr }: { steps: number; lr: number; alpha_lr: number },
): number[] {
  const named = model.named_parameters();
  const [[name, alpha]] = named.filter(([name]) => name.startsWith('1.'));
  const layers = named.filter(([name]) => !name.startsWith('1.')).map(([, parameter]) => parameter);
  const optimizer = new torch.optim.Adam([{ params: layers }, { params: [alpha], lr: alpha_lr }], { lr });
  const hook = clamp_hook(model[1], name.slice(2), -1, 1);
  const alphas: number[] = [];
  const report = (step: number): void => console.log(`${spelling}: step ${step}, ${name} ${alpha.item().toFixed(4)}`);

  report(0);
  for (let step = 1; step <= steps; step++) {
    const loss = nn.functional.mse_loss(model.forward(x), y);
    optimizer.zero_grad();
    loss.backward();
    optimizer.step();
    alphas.push(alpha.item());
    if (step % Math.ceil(steps / 4) === 0 || step === steps) report(step);
  }
  hook.remove();
  return alphas;
}
