/** Operations of one's own, as a project might have them: a Function with a hand-written backward, a layer, a loss. */
import * as torch from 'cresset';

type Context = torch.autograd.FunctionContext;

/** A leaky rectifier without the kink: slope · x + (1 - slope) · log(1 + eˣ). */
export class SmoothLeakyReLU extends torch.autograd.Function {
  static forward(ctx: Context, x: torch.Tensor, slope: torch.Tensor): torch.Tensor {
    ctx.save_for_backward(x, slope);
    return slope.mul(x).add(softplus(x).mul(slope.neg().add(1)));
  }

  static backward(ctx: Context, g: torch.Tensor): torch.Tensor[] {
    const [x, slope] = ctx.saved_tensors;
    const dx = slope.add(sigmoid(x).mul(slope.neg().add(1)));
    const dslope = x.sub(softplus(x));
    return [g.mul(dx), g.mul(dslope).sum()];
  }
}

/** log(1 + eˣ) that does not overflow. */
function softplus(x: torch.Tensor): torch.Tensor {
  return x.clamp({ min: 0 }).add(x.abs().neg().exp().log1p());
}

function sigmoid(x: torch.Tensor): torch.Tensor {
  return x.neg().exp().add(1).reciprocal();
}

/** A linear layer and the smooth rectifier, whose slope is learned. */
export class SmoothLayer extends torch.nn.Module {
  private linear: torch.nn.Linear;
  slope: torch.nn.Parameter;

  constructor(inputs: number, outputs: number, slope = 0.01) {
    super();
    this.linear = new torch.nn.Linear(inputs, outputs);
    this.slope = new torch.nn.Parameter(torch.tensor(slope));
  }

  override forward(x: torch.Tensor): torch.Tensor {
    return SmoothLeakyReLU.apply(this.linear.forward(x), this.slope);
  }
}

/** Squared for small errors, linear for large ones. */
export function huber_loss(prediction: torch.Tensor, target: torch.Tensor, delta = 1): torch.Tensor {
  const error = prediction.sub(target);
  const size = error.abs();
  return torch.where(size.le(delta), error.mul(error).mul(0.5), size.sub(delta / 2).mul(delta)).mean();
}
