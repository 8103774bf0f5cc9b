import * as torch from 'cresset';
import golden from './golden/norm.json';
import { expect_close as expect_numbers } from './support/op_samples';

/** Normalising modules against PyTorch's values, and what golden values cannot say. */

const { nn } = torch;
const F = nn.functional;
const flat = (t: torch.Tensor): number[] => t.detach().to(torch.float64).flatten().tolist() as number[];

/** The inputs of test/golden/norm.py. */
const wave = (shape: readonly number[], phase: number): torch.Tensor => {
  const n = shape.reduce((a, b) => a * b, 1);
  return torch
    .tensor(Float64Array.from({ length: n }, (_, i) => Math.sin(i * 0.7 + phase) * 2 + phase / 4))
    .reshape(shape);
};

const expect_close = (found: readonly number[], expected: readonly number[], tolerance = 1e-8): void =>
  expect_numbers(found, expected, tolerance, 'values');

type Make = new (...args: readonly unknown[]) => torch.nn.Module;

describe.each(golden.cases)('$name $args $options', (each) => {
  const make = (): torch.nn.Module => {
    const Class = nn[each.name as 'BatchNorm1d'] as unknown as Make;
    const module = new Class(...each.args, each.options).double();
    module.parameters().forEach((parameter, i) => {
      torch.no_grad(() => parameter.copy_(wave(parameter.shape, i + 1)));
    });
    return module;
  };
  const step = (module: torch.nn.Module, i: number, dtype = torch.float64) => {
    const x = wave(each.shape, i).to(dtype).requires_grad_();
    module.zero_grad();
    const y = module.forward(x);
    y.backward(wave(y.shape, i + 5).to(dtype));
    return { y: flat(y), dx: flat(x.grad!), parameters: module.parameters().map((p) => flat(p.grad!)) };
  };

  test('prints and names its state as in PyTorch', () => {
    const module = make();
    expect(`${module}`).toBe(each.repr);
    expect(Object.keys(module.state_dict())).toEqual(each.keys);
  });

  test.each([torch.float64, torch.float32])('trains and evaluates as in PyTorch in %s', (dtype) => {
    const tolerance = dtype === torch.float64 ? 1e-8 : 1e-3;
    const module = make().to(dtype);
    for (let i = 0; i < 4; i++) {
      if (i === 3) module.eval();
      const found = step(module, i, dtype);
      if (i < 2) continue;
      const expected = i === 2 ? each.last : each.eval;
      expect_close(found.y, expected.y, tolerance);
      expect_close(found.dx, expected.dx, tolerance);
      found.parameters.forEach((grad, p) => {
        expect_close(grad, expected.parameters[p], tolerance);
      });
    }
    module.buffers().forEach((buffer, i) => {
      expect_close(flat(buffer), each.buffers[i], tolerance);
    });
  });
});

test('buffers of BatchNorm are not trained, counted in int64, and follow a conversion', () => {
  const norm = new nn.BatchNorm2d(3);
  expect(norm.parameters()).toHaveLength(2);
  expect(norm.num_batches_tracked!.dtype).toBe(torch.int64);
  norm.forward(torch.randn([2, 3, 4, 4]));
  expect(norm.double().running_var!.dtype).toBe(torch.float64);
  expect(norm.num_batches_tracked!.dtype).toBe(torch.int64);
  expect(norm.num_batches_tracked!.item()).toBe(1);
  norm.reset_parameters();
  expect(norm.num_batches_tracked!.item()).toBe(0);
  expect(flat(norm.running_mean!)).toEqual([0, 0, 0]);
});

test('a state of BatchNorm loads into another', () => {
  const [a, b] = [new nn.BatchNorm1d(4), new nn.BatchNorm1d(4)];
  for (let i = 0; i < 3; i++) a.forward(torch.randn([5, 4]));
  b.load_state_dict(a.state_dict());
  const x = torch.randn([3, 4]);
  expect(b.eval().forward(x).tolist()).toEqual(a.eval().forward(x).tolist());
});

test('a large mean leaves the variance exact', () => {
  for (const shape of [
    [64, 2],
    [4, 2, 9, 17],
  ]) {
    const x = wave(shape, 0);
    const far = torch.nn.functional.batch_norm(x.add(2 ** 20), null, null, { training: true });
    expect_close(flat(far), flat(F.batch_norm(x, null, null, { training: true })), 1e-8);
    const float = x.add(1000).float();
    const exact = F.batch_norm(float.double(), null, null, { training: true });
    expect_close(flat(F.batch_norm(float, null, null, { training: true })), flat(exact), 1e-4);
  }
});

test('constant channels become zero, NaN stays in its channel', () => {
  const x = torch.ones([4, 3, 20]);
  expect(new Set(flat(F.batch_norm(x, null, null, { training: true })))).toEqual(new Set([0]));
  expect(new Set(flat(F.layer_norm(x, 20)))).toEqual(new Set([0]));
  const sick = x.clone();
  sick.select(1, 1).fill_(Number.NaN);
  const y = F.batch_norm(sick, null, null, { training: true }).select(1, 1);
  expect(flat(y).every(Number.isNaN)).toBe(true);
  expect(flat(F.batch_norm(sick, null, null, { training: true }).select(1, 2))).toEqual(new Array(80).fill(0));
});

test('running statistics of any layout are moved', () => {
  const wide = torch.zeros([3, 2]);
  const [mean, variance] = [wide.select(1, 0), wide.select(1, 1)];
  const x = wave([8, 3], 1).float();
  F.batch_norm(x, mean, variance, { training: true, momentum: 1 });
  expect_close(flat(mean), flat(x.mean(0)), 1e-6);
  expect_close(flat(variance), flat(x.var(0)), 1e-6);
  expect(wide._version).toBe(2);
});

test('two forward passes before backward do not disturb each other', () => {
  const norm = new nn.BatchNorm1d(3);
  const [a, b] = [wave([4, 3], 1).float().requires_grad_(), wave([4, 3], 2).float().requires_grad_()];
  const alone = torch.autograd.grad(new nn.BatchNorm1d(3).forward(a).square().mul(a).sum(), [a])[0];
  const [y] = [norm.forward(a), norm.forward(b)];
  y.square().mul(a).sum().backward();
  expect(flat(a.grad!)).toEqual(flat(alone!));
});

describe('Sequential runs a rectifier behind BatchNorm in one pass', () => {
  const rectifiers = {
    LeakyReLU: () => new nn.LeakyReLU(0.2),
    inplace: () => new nn.LeakyReLU(-0.5, true),
    ReLU: () => new nn.ReLU(),
  };
  test.each(Object.entries(rectifiers))('%s, with the same bits', (_, rectifier) => {
    for (const shape of [
      [6, 3],
      [2, 3, 4, 5],
      [3, 3, 9, 11],
    ])
      for (const training of [true, false]) {
        const norm = shape.length === 2 ? new nn.BatchNorm1d(3) : new nn.BatchNorm2d(3);
        norm.forward(wave(shape, 4).float());
        norm.train(training);
        const run = (forward: (x: torch.Tensor) => torch.Tensor) => {
          norm.zero_grad();
          const x = wave(shape, 3).float().requires_grad_();
          const y = forward(x);
          y.backward(wave(shape, 2).float());
          return [y, x.grad!, norm.weight!.grad!, norm.bias!.grad!].map(flat);
        };
        const fused = new nn.Sequential(norm, rectifier());
        const apart = rectifier();
        expect(run((x) => fused.forward(x))).toEqual(run((x) => apart.forward(norm.forward(x))));
      }
  });

  test('and its second derivative is that of the two modules', () => {
    const norm = new nn.BatchNorm1d(3).double();
    const rectifier = new nn.LeakyReLU(0.2);
    torch.no_grad(() => norm.weight!.copy_(wave([3], 1)));
    const twice = (forward: (x: torch.Tensor) => torch.Tensor): number[] => {
      const x = wave([5, 3], 3).requires_grad_();
      const [g] = torch.autograd.grad(
        forward(x)
          .mul(wave([5, 3], 1))
          .sum(),
        [x],
        { create_graph: true },
      );
      return flat(torch.autograd.grad(g!.square().sum(), [x])[0]!);
    };
    const fused = new nn.Sequential(norm, rectifier);
    expect_close(
      twice((x) => fused.forward(x)),
      twice((x) => rectifier.forward(norm.forward(x))),
      1e-9,
    );
  });

  test('unless a hook wants the value between', () => {
    const norm = new nn.BatchNorm1d(3);
    const seen: torch.Tensor[] = [];
    norm.register_forward_hook((_, __, output) => void seen.push(output));
    const y = new nn.Sequential(norm, new nn.ReLU()).forward(torch.randn([4, 3]));
    expect(seen).toHaveLength(1);
    expect(flat(seen[0].clamp_min(0))).toEqual(flat(y));
  });
});

describe('errors name the module', () => {
  const x = (...shape: number[]): torch.Tensor => torch.zeros(shape);
  test.each<[string, () => unknown, RegExp]>([
    [
      'dimensions',
      () => new nn.BatchNorm2d(3).forward(x(2, 3)),
      /^BatchNorm2d: expected an input of 4 dimensions, got shape \[2, 3\]$/,
    ],
    [
      'channels',
      () => new nn.BatchNorm1d(3).forward(x(2, 4)),
      /^BatchNorm1d: expected an input of 3 channels, got shape \[2, 4\]$/,
    ],
    [
      'one value',
      () => new nn.BatchNorm1d(3).forward(x(1, 3)),
      /^BatchNorm1d: expected more than 1 value per channel in training/,
    ],
    ['features', () => new nn.BatchNorm2d(-1), /^BatchNorm2d: expected num_features to be at least 0, got -1$/],
    ['eps', () => new nn.BatchNorm2d(3, -1), /^BatchNorm2d: expected eps to be at least 0, got -1$/],
    [
      'momentum',
      () => new nn.BatchNorm2d(3, { momentum: 'x' as unknown as number }),
      /^BatchNorm2d: expected momentum to be a number, got "x"/,
    ],
    ['option', () => new nn.BatchNorm2d(3, { epsilon: 1 } as object), /^BatchNorm2d: Misspelled option "epsilon"/],
    [
      'instance',
      () => new nn.InstanceNorm2d(3).forward(x(2, 3, 1, 1)),
      /^InstanceNorm2d: expected more than 1 value per channel/,
    ],
    [
      'instance dims',
      () => new nn.InstanceNorm1d(3).forward(x(3)),
      /^InstanceNorm1d: expected an input of 2 or 3 dimensions/,
    ],
    [
      'layer',
      () => new nn.LayerNorm([3, 4]).forward(x(2, 4)),
      /^LayerNorm: expected an input whose last dimensions are \[3, 4\]/,
    ],
    [
      'layer shape',
      () => new nn.LayerNorm([]),
      /^LayerNorm: expected normalized_shape to be a size or a list of sizes/,
    ],
    ['groups', () => new nn.GroupNorm(2, 5), /^GroupNorm: expected num_groups to divide num_channels, got 2 and 5$/],
    [
      'dtype',
      () => new nn.RMSNorm(3).forward(torch.zeros([3], { dtype: torch.int64 })),
      /^RMSNorm: expected input to be of a floating point dtype/,
    ],
  ])('%s', (_, call, message) => {
    expect(call).toThrow(message);
  });

  test('and a refused batch is not counted', () => {
    const norm = new nn.BatchNorm1d(3);
    expect(() => norm.forward(torch.zeros([1, 3]))).toThrow();
    expect(norm.num_batches_tracked!.item()).toBe(0);
  });
});

describe.each(golden.wraps)('$wrap $options', (each) => {
  const wrap = (): torch.nn.Linear => {
    const layer = new nn.Linear(4, 3).double();
    layer.parameters().forEach((parameter, i) => {
      torch.no_grad(() => parameter.copy_(wave(parameter.shape, i + 1)));
    });
    if (each.wrap === 'weight_norm') nn.utils.weight_norm(layer, each.options as object);
    else nn.utils.spectral_norm(layer, each.options as object);
    layer.buffers().forEach((buffer, i) => {
      torch.no_grad(() => buffer.copy_(F.normalize(wave(buffer.shape, i + 2), { dim: 0 })));
    });
    return layer;
  };

  test('trains, evaluates and goes as in PyTorch', () => {
    const layer = wrap();
    for (let step = 0; step < 3; step++) {
      if (step === 2) layer.eval();
      layer.zero_grad();
      const y = layer.forward(wave(each.inputs, step));
      y.backward(wave(y.shape, step + 5));
      expect_close(flat(y), each.y[step]);
      layer.parameters().forEach((p, i) => {
        expect_close(flat(p.grad!), each.grads[step][i]);
      });
    }
    const state = layer.state_dict();
    const expected = each.state as unknown as Record<string, number[]>;
    expect(Object.keys(state)).toEqual(Object.keys(expected));
    for (const [key, value] of Object.entries(state)) {
      expect(value.shape).toEqual((each.shapes as unknown as Record<string, number[]>)[key]);
      expect_close(flat(value), expected[key]);
    }
    if (each.wrap === 'weight_norm') nn.utils.remove_weight_norm(layer);
    else nn.utils.remove_spectral_norm(layer);
    expect(Object.keys(layer.state_dict())).toEqual(each.keys);
    expect_close(flat(layer.weight), each.removed);
    expect(layer.forward(wave(each.inputs, 0)).requires_grad).toBe(true);
  });
});

test('weight_norm and spectral_norm judge their target', () => {
  const layer = nn.utils.weight_norm(new nn.Linear(2, 3));
  expect(() => nn.utils.weight_norm(layer)).toThrow(/^weight_norm: weight of Linear is already reparametrized$/);
  expect(() => nn.utils.weight_norm(new nn.ReLU())).toThrow(
    /^weight_norm: ReLU has no parameter "weight" \(parameters: none\)$/,
  );
  expect(() => nn.utils.remove_weight_norm(new nn.Linear(2, 3))).toThrow(
    /^remove_weight_norm: weight_norm of "weight" not found in Linear$/,
  );
  expect(() => nn.utils.remove_spectral_norm(layer)).toThrow(/not found/);
  expect(() => nn.utils.spectral_norm(new nn.Linear(2, 3), { n_power_iterations: 0 })).toThrow(
    /^spectral_norm: expected n_power_iterations to be at least 1, got 0$/,
  );
});

test('spectral_norm takes the outputs of a transposed convolution for rows', () => {
  const layer = nn.utils.spectral_norm(new nn.ConvTranspose2d(2, 5, 3));
  expect(layer.get_buffer('weight_u').shape).toEqual([5]);
  expect(layer.forward(torch.randn([1, 2, 4, 4])).shape).toEqual([1, 5, 6, 6]);
});

test('spectral_norm finds the largest singular value', () => {
  const layer = nn.utils.spectral_norm(new nn.Linear(6, 4), { n_power_iterations: 200 });
  layer.forward(torch.zeros([1, 6]));
  const w = layer.weight.detach().double();
  let v = torch.ones([6], { dtype: torch.float64 });
  for (let i = 0; i < 500; i++) v = F.normalize(w.t().mv(w.mv(v)), { dim: 0 });
  expect(w.mv(v).norm().item()).toBeCloseTo(1, 4);
});
