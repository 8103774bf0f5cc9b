import { no_grad } from '../../autograd/mode';
import { binary_cross_entropy_with_logits } from '../../nn/functional';
import { linspace, stack } from '../../ops';
import { Adam } from '../../optim';
import { get_rng_state, manual_seed, set_rng_state } from '../../random';
import type { Tensor } from '../../tensor/tensor';
import { EXTENT, type Frame, type Plan, SIDE } from '../protocol';
import { draw, type Points } from './datasets';
import { Network } from './network';

const TRAINING = 300;
const HELD_OUT = 1000;

/** A small network that learns to tell two classes apart, a few steps at a time. */
export class Session {
  private readonly train: Points;
  private readonly held_out: Points;
  private readonly network: Network;
  private readonly optimizer: Adam;
  /** Sessions take turns on one thread; each goes on with its own random numbers. */
  private random: Tensor;
  private step = 0;
  private losses: number[] = [];

  constructor(private plan: Plan) {
    manual_seed(plan.seed);
    this.held_out = draw(plan.data, HELD_OUT);
    this.train = draw(plan.data, TRAINING);
    this.network = new Network(plan.activation);
    this.optimizer = new Adam(this.network.parameters(), { lr: plan.rate });
    this.random = get_rng_state();
  }

  /** Takes over what may change while a network learns: its rate and the values of its activation. */
  turn({ rate, activation }: Plan): void {
    if (activation.values.some((value, i) => value !== this.plan.activation.values[i])) this.network.turn(activation);
    for (const group of this.optimizer.param_groups) group.lr = rate;
    this.plan = { ...this.plan, rate, activation };
  }

  /** Steps over all points at once, until so many are done or the time is up. */
  run(steps: number, milliseconds: number): void {
    const end = performance.now() + milliseconds;
    set_rng_state(this.random);
    for (let i = 0; i < steps && performance.now() < end; i++) {
      const loss = binary_cross_entropy_with_logits(this.network.forward(this.train.x), this.train.y);
      this.optimizer.zero_grad();
      loss.backward();
      this.optimizer.step();
      this.losses.push(loss.item());
      this.step += 1;
    }
    this.random = get_rng_state();
  }

  /** What is to be seen now. */
  frame(): Frame {
    this.network.eval();
    const { losses } = this;
    this.losses = [];
    const frame = no_grad(() => {
      const logits = this.network.forward(this.train.x);
      const right = this.network.forward(this.held_out.x).gt(0).eq(this.held_out.y.gt(0));
      const points = this.train;
      return {
        step: this.step,
        loss: binary_cross_entropy_with_logits(logits, points.y).item(),
        accuracy: right.sum().item() / HELD_OUT,
        slopes: this.network.slopes(),
        losses,
        points: values(stack([points.x.select(1, 0), points.x.select(1, 1), points.y.select(1, 0)], 1)),
        field: values(this.network.forward(lattice())),
      };
    });
    const layers = this.network.dead(this.train.x);
    this.network.train();
    return { ...frame, layers };
  }
}

function values(t: Tensor): Float32Array {
  return t.copy_to(new Float32Array(t.numel()));
}

/** The points where the field is sampled, rows from the top. */
function lattice(): Tensor {
  const [across, down] = [linspace(-EXTENT, EXTENT, SIDE), linspace(EXTENT, -EXTENT, SIDE)];
  const x = across.reshape([1, SIDE]).expand([SIDE, SIDE]).reshape([-1]);
  const y = down.reshape([SIDE, 1]).expand([SIDE, SIDE]).reshape([-1]);
  return stack([x, y], 1);
}
