import { grad } from '../../autograd';
import { no_grad } from '../../autograd/mode';
import { Linear, Module, PReLU } from '../../nn';
import type { Tensor } from '../../tensor/tensor';
import { build } from '../curves';
import type { Choice } from '../protocol';

const UNITS = 24;

/** 2 → 24 → 24 → 1, with the chosen activation after each hidden layer. */
export class Network extends Module {
  private readonly fc1 = new Linear(2, UNITS);
  private act1: Module;
  private readonly fc2 = new Linear(UNITS, UNITS);
  private act2: Module;
  private readonly fc3 = new Linear(UNITS, 1);

  constructor(choice: Choice) {
    super();
    this.act1 = build(choice);
    this.act2 = build(choice);
    this.train();
  }

  override forward(x: Tensor): Tensor {
    for (const [linear, activation] of this.layers()) x = activation.forward(linear.forward(x));
    return this.fc3.forward(x);
  }

  /** The same layers, with an activation whose slider has moved. */
  turn(choice: Choice): void {
    this.act1 = turned(this.act1, choice);
    this.act2 = turned(this.act2, choice);
  }

  /** Units of each hidden layer, and how many get a gradient of 0 at every one of the points: nothing can bring them back. */
  dead(x: Tensor): { units: number; dead: number }[] {
    return this.layers().map(([linear, activation]) => {
      const z = no_grad(() => linear.forward(x)).requires_grad_();
      const y = activation.forward(z);
      const [slope] = grad(y.sum(), [z]);
      x = y.detach();
      return { units: UNITS, dead: slope.eq(0).all(0).sum().item() };
    });
  }

  /** What each layer's rectifier has learned. */
  slopes(): number[] {
    return this.layers().flatMap(([, activation]) => (activation instanceof PReLU ? [activation.weight.item()] : []));
  }

  private layers(): [Module, Module][] {
    return [
      [this.fc1, this.act1],
      [this.fc2, this.act2],
    ];
  }
}

/** The optimizer knows a learned slope, so that one stays and takes the value. */
function turned(old: Module, choice: Choice): Module {
  if (!(old instanceof PReLU && choice.name === 'prelu')) return build(choice).train(old.training);
  no_grad(() => old.weight.fill_(choice.values[0]));
  return old;
}
