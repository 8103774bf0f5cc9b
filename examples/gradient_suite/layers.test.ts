import { beforeEach, describe, expect, test } from '@jest/globals';
import * as torch from 'cresset';
import 'cresset/jest';
import { huber_loss, SmoothLayer, SmoothLeakyReLU } from './layers';

type T = torch.Tensor;

/** An input of a gradient check. */
function input(values: torch.NestedArray): T {
  return torch.tensor(values, { dtype: torch.float64, requires_grad: true });
}

beforeEach(() => {
  torch.manual_seed(0);
});

describe('SmoothLeakyReLU', () => {
  const smooth = (x: T, slope: T): T => SmoothLeakyReLU.apply(x, slope);

  test('its values', () => {
    const softplus = [-1, 0, 2].map((x) => Math.log1p(Math.exp(x)));
    expect(smooth(torch.tensor([-1, 0, 2]), torch.tensor(0))).toBeCloseToTensor(softplus);
    expect(smooth(torch.tensor([-1, 0, 2]), torch.tensor(1))).toEqualTensor([-1, 0, 2]);
  });

  test('it neither overflows nor loses a NaN', () => {
    const x = torch.tensor([-400, 400, Number.NaN]);
    expect(smooth(x, torch.tensor(0.5))).toBeCloseToTensor([-200, 400, Number.NaN], { equal_nan: true });
  });

  test('its gradient, with respect to the input and to the slope', () => {
    expect(smooth).toPassGradcheck([
      input([
        [-3, -0.5, 0],
        [0.1, 1, 30],
      ]),
      input(0.2),
    ]);
    expect(smooth).toPassGradcheck([input([-3, 0, 2]), input(0.2)], { fast_mode: true });
  });

  test('the gradient of its gradient', () => {
    expect(smooth).toPassGradgradcheck([input([-3, -0.5, 0.2, 1]), input(0.2)]);
  });

  test('the suite can fail: a factor that was forgotten is found', () => {
    class Forgetful extends SmoothLeakyReLU {
      static override backward(ctx: torch.autograd.FunctionContext, g: T): T[] {
        const [dx, dslope] = SmoothLeakyReLU.backward(ctx, g);
        return [dx, dslope.mul(2)];
      }
    }
    expect((x: T, slope: T) => Forgetful.apply(x, slope)).not.toPassGradcheck([input([-3, 2]), input(0.2)]);
  });
});

describe('SmoothLayer', () => {
  test('the gradients of its parameters', () => {
    const layer = new SmoothLayer(3, 2).double();
    const x = torch.randn([4, 3], { dtype: torch.float64 });
    expect(layer.forward(x)).toHaveShape([4, 2]);
    expect(() => layer.forward(x)).toPassGradcheck(layer.parameters());
  });

  test('a training step leaves no tensors behind', () => {
    const model = new torch.nn.Sequential(new SmoothLayer(3, 8), new SmoothLayer(8, 1));
    const optimizer = new torch.optim.Adam(model.parameters());
    const [x, y] = [torch.randn([16, 3]), torch.randn([16, 1])];
    expect(() => {
      optimizer.zero_grad();
      huber_loss(model.forward(x), y).backward();
      optimizer.step();
    }).toNotLeakTensors();
  });
});

describe('huber_loss', () => {
  const target = torch.zeros([3], { dtype: torch.float64 });

  test('its value and its gradient away from its seams', () => {
    const prediction = input([-0.5, 0.25, 3]);
    expect(huber_loss(prediction, target)).toBeCloseToTensor((0.125 + 0.03125 + 2.5) / 3);
    expect((p: T) => huber_loss(p, target)).toPassGradcheck([prediction]);
  });

  test('leaky_relu has a kink at 0, the loss has none', () => {
    expect((p: T) => p.leaky_relu(0.1)).not.toPassGradcheck([input([0])]);
    expect((p: T) => huber_loss(p, target)).toPassGradcheck([input([0, 0.5, 2])]);
  });
});
