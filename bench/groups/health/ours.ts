import * as torch from 'cresset';
import { type Run, type Runs, repeated } from '../../ours';

type Step = () => void;

function step_of(batch: number): { model: torch.nn.Module; step: Step } {
  torch.manual_seed(0);
  const model = new torch.nn.Sequential(
    new torch.nn.Linear(10, 64),
    new torch.nn.LeakyReLU(0.01),
    new torch.nn.Linear(64, 64),
    new torch.nn.LeakyReLU(0.01),
    new torch.nn.Linear(64, 1),
  );
  const criterion = new torch.nn.MSELoss();
  const opt = new torch.optim.SGD(model.parameters(), { lr: 0.01 });
  const [x, y] = [torch.randn([batch, 10]), torch.randn([batch, 1])];
  const step = (): void => {
    opt.zero_grad();
    criterion.forward(model.forward(x), y).backward();
    opt.step();
  };
  return { model, step };
}

function plain_step(batch: number): Run {
  return repeated(step_of(batch).step);
}

function monitored_step(batch: number): Run {
  const { model, step } = step_of(batch);
  // The hooks keep it alive.
  new torch.nn.utils.ActivationMonitor(model);
  return repeated(step);
}

/** The profiler exchanged functions and put them back; what V8 learned of them may differ. */
function once_profiled_step(batch: number): Run {
  const { step } = step_of(batch);
  torch.profiler.profile(() => {
    for (let i = 0; i < 100; i++) step();
  });
  return repeated(step);
}

export const runs: Runs = { plain_step, monitored_step, once_profiled_step };
