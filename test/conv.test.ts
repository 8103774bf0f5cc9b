import * as torch from 'cresset';
import type { ConvModuleOptions, ConvTransposeModuleOptions } from '../lib/nn';
import type { ConvOptions, ConvTransposeOptions } from '../lib/nn/functional';
import golden from './golden/conv.json';

const { nn } = torch;
const F = nn.functional;
const { float64 } = torch;

/** The operands of conv.py: small multiples of 1/8, so that all results are exact. */
function pattern(shape: readonly number[], salt: number): torch.Tensor {
  const n = shape.reduce((a, b) => a * b, 1);
  const values = Float64Array.from({ length: n }, (_, i) => (((i * 37 + salt * 101) % 29) - 14) / 8);
  return torch.tensor(values).reshape([...shape]);
}

const whole = (t: torch.Tensor | null): number[] => Array.from(t!.detach().mul(64).flatten().tolist() as number[]);

interface Found {
  shape: number[];
  out: number[];
  dx: number[];
  dw: number[];
  db: number[];
}

function expect_same(out: torch.Tensor, x: torch.Tensor, w: torch.Tensor, b: torch.Tensor, expected: Found): void {
  out.backward(pattern(out.shape, 4));
  expect(out.shape).toEqual(expected.shape);
  expect(whole(out)).toEqual(expected.out);
  expect(whole(x.grad)).toEqual(expected.dx);
  expect(whole(w.grad)).toEqual(expected.dw);
  expect(whole(b.grad)).toEqual(expected.db);
}

describe("PyTorch's results to the last bit", () => {
  const titled = golden.functions.map(
    (each) => [`${each.name} of [${each.x}] and [${each.w}], ${JSON.stringify(each.options)}`, each] as const,
  );

  test.each(titled)('%s', (_, { name, x: x_shape, w: w_shape, options, db, ...found }) => {
    const [x, w, b] = [pattern(x_shape, 1), pattern(w_shape, 2), pattern([db.length], 3)].map((t) =>
      t.requires_grad_(),
    );
    const call = { conv1d: F.conv1d, conv2d: F.conv2d, ...{ conv_transpose1d: F.conv_transpose1d } }[name];
    const out = (call ?? F.conv_transpose2d)(x, w, b, options as ConvOptions & { padding?: number });
    expect_same(out, x, w, b, { ...found, db });
  });

  test.each(golden.functions)('the same in float32: $name of [$x] and [$w]', ({ name, x, w, options, db, out }) => {
    const operands = [pattern(x, 1), pattern(w, 2), pattern([db.length], 3)].map((t) => t.to(torch.float32));
    const call = F[name as 'conv2d'] as (...args: unknown[]) => torch.Tensor;
    expect(whole(call(...operands, options).to(float64))).toEqual(out);
  });

  test.each(golden.modes)(
    '$name with padding_mode of $options',
    ({ name, x: x_shape, arguments: args, options, ...found }) => {
      const [in_channels, out_channels, kernel_size] = args as [number, number, number];
      const module = new nn[name as 'Conv2d'](in_channels, out_channels, kernel_size, {
        ...(options as ConvModuleOptions),
        dtype: float64,
      });
      torch.no_grad(() => {
        module.weight.copy_(pattern(module.weight.shape, 2));
        module.bias!.copy_(pattern(module.bias!.shape, 3));
      });
      const x = pattern(x_shape, 1).requires_grad_();
      expect_same(module.forward(x), x, module.weight, module.bias!, found);
    },
  );
});

describe('modules', () => {
  test.each(golden.modules)('print as $repr', ({ name, arguments: args, options, repr, state }) => {
    const [in_channels, out_channels, kernel_size] = args as [number, number, number];
    const module = new nn[name as 'Conv2d'](in_channels, out_channels, kernel_size, options as ConvModuleOptions);
    expect(String(module)).toBe(repr);
    expect(Object.fromEntries(Object.entries(module.state_dict()).map(([key, { shape }]) => [key, shape]))).toEqual(
      state,
    );
  });

  test('options by name and by position are the same', () => {
    const named: ConvModuleOptions & { kernel_size: number } = {
      kernel_size: 3,
      stride: 2,
      padding: 1,
      dilation: 2,
      groups: 2,
      bias: false,
      padding_mode: 'reflect',
    };
    expect(String(new nn.Conv2d(4, 6, named))).toBe(String(new nn.Conv2d(4, 6, 3, 2, 1, 2, 2, false, 'reflect')));
    const transposed: ConvTransposeModuleOptions & { kernel_size: number } = {
      kernel_size: 3,
      stride: 2,
      padding: 1,
      output_padding: 1,
      groups: 2,
      bias: false,
      dilation: 3,
    };
    expect(String(new nn.ConvTranspose1d(4, 6, transposed))).toBe(
      String(new nn.ConvTranspose1d(4, 6, 3, 2, 1, 1, 2, false, 3)),
    );
  });

  test('weights and biases start uniform within ±1/√fan_in', () => {
    torch.manual_seed(3);
    for (const [module, fan_in] of [
      [new nn.Conv2d(8, 64, 3, { groups: 2 }), 36],
      [new nn.ConvTranspose2d(32, 64, 4), 1024],
    ] as const) {
      for (const values of [module.weight, module.bias!]) {
        const bound = 1 / Math.sqrt(fan_in);
        const most = values.detach().abs().max().item();
        expect(most).toBeLessThanOrEqual(bound);
        expect(most).toBeGreaterThan(0.9 * bound);
      }
    }
  });

  test('a transposed convolution gives the size that is asked for', () => {
    const up = new nn.ConvTranspose2d(2, 3, 3, { stride: 2, padding: 1 });
    const x = torch.ones([1, 2, 5, 5]);
    expect(up.forward(x).shape).toEqual([1, 3, 9, 9]);
    expect(up.forward(x, [10, 9]).shape).toEqual([1, 3, 10, 9]);
    expect(up.forward(x, [1, 3, 10, 10]).shape).toEqual([1, 3, 10, 10]);
    expect(() => up.forward(x, [11, 9])).toThrow(
      'ConvTranspose2d: an input of shape [1, 2, 5, 5] gives 9 to 10 places in dimension 0 of output_size, got 11',
    );
  });

  test.each([
    [() => new nn.Conv2d(3, 8, { padding: 1 } as never), /^Conv2d: expected kernel_size to be an integer or an array/],
    [() => new nn.Conv2d(3, 8, 3, { strid: 2 } as never), /^Conv2d: Misspelled option "strid": did you mean "stride"/],
    [() => new nn.Conv2d(3, 8, 3, { groups: 2 }), /^Conv2d: groups 2 does not divide in_channels 3$/],
    [() => new nn.Conv1d(4, 6, 3, { groups: 4 }), /^Conv1d: groups 4 does not divide out_channels 6$/],
    [() => new nn.Conv1d(4, 6, [3, 3]), /^Conv1d: expected kernel_size to be one integer or 1, got 2 in \[3, 3\]$/],
    [() => new nn.Conv2d(0, 6, 3), /^Conv2d: expected in_channels to be at least 1, got 0$/],
    [() => new nn.Conv2d(3, 6, 0), /^Conv2d: expected kernel_size to be at least 1, got 0$/],
    [() => new nn.Conv2d(3, 6, 3, 1, -1), /^Conv2d: expected padding to be at least 0, got -1$/],
    [() => new nn.Conv2d(3, 6, 3, 2, 'same'), /^Conv2d: padding 'same' needs stride 1/],
    [
      () => new nn.Conv2d(3, 6, 3, { padding_mode: 'zero' as 'zeros' }),
      /^Conv2d: expected padding_mode to be 'zeros', 'reflect', 'replicate' or 'circular', got "zero" \(string\)$/,
    ],
    [
      () => new nn.ConvTranspose2d(3, 6, 3, { padding_mode: 'reflect' as 'zeros' }),
      /^ConvTranspose2d: only padding_mode 'zeros' is supported, got "reflect" \(string\)$/,
    ],
    [
      () => new nn.Conv2d(3, 6, 3).forward(torch.ones([1, 2, 8, 8])),
      /^Conv2d: input has 2 channels, weight expects 3 /,
    ],
    [
      () => new nn.Conv2d(3, 6, 3).forward(torch.ones([1, 3, 2, 8])),
      /^Conv2d: the kernel reaches over 3 places, but the padded input has 2 in dim 2 /,
    ],
    [
      () => new nn.ConvTranspose1d(3, 6, 3, { output_padding: 1 }).forward(torch.ones([3, 5])),
      /^ConvTranspose1d: expected output_padding to be smaller than stride or dilation, got 1 /,
    ],
  ])('explain what is wrong (%#)', (call, message) => {
    expect(call).toThrow(message);
  });
});

describe('a convolution and LeakyReLU in a Sequential', () => {
  test.each([
    ['planes of whole bytes', [2, 3, 16, 16], 2],
    ['planes that share bytes', [3, 3, 7, 9], 1],
  ] as const)('are one pass with the same bits: %s', (_, shape, stride) => {
    torch.manual_seed(5);
    const conv = new nn.Conv2d(3, 9, 3, { padding: 1, stride });
    const fused = new nn.Sequential(conv, new nn.LeakyReLU(0.2));
    const x = torch.randn([...shape]);
    const run = (forward: (x: torch.Tensor) => torch.Tensor): number[][] => {
      const input = x.clone().requires_grad_();
      conv.zero_grad();
      const y = forward(input);
      y.mul(y).sum().backward();
      return [y, input.grad!, conv.weight.grad!, conv.bias!.grad!].map((t) =>
        Array.from(t.detach().flatten().tolist() as number[]),
      );
    };
    const together = run((input) => fused.forward(input));
    const apart = run((input) => F.leaky_relu(conv.forward(input), 0.2));
    expect(together).toEqual(apart);
    expect(fused.forward(x).grad_fn?.name).toBe('ConvolutionLeakyReluBackward0');
    expect(
      torch
        .no_grad(() => fused.forward(x))
        .flatten()
        .tolist(),
    ).toEqual(together[0]);
  });

  test('also in one dimension', () => {
    const fused = new nn.Sequential(new nn.Conv1d(2, 3, 3), new nn.LeakyReLU(0.1));
    const x = torch.randn([4, 2, 10]);
    expect(fused.forward(x).grad_fn?.name).toBe('ConvolutionLeakyReluBackward0');
    const [conv] = fused.children() as [torch.nn.Conv1d];
    expect(fused.forward(x).tolist()).toEqual(F.leaky_relu(conv.forward(x), 0.1).tolist());
  });
});

test('a bias alone is differentiated when input and weight are not', () => {
  const bias = torch.zeros([2]).requires_grad_();
  F.conv2d(torch.ones([3, 1, 4, 4]), torch.ones([2, 1, 3, 3]), bias)
    .sum()
    .backward();
  expect(bias.grad?.tolist()).toEqual([12, 12]);
});

test('the bits do not depend on the image beside', () => {
  torch.manual_seed(6);
  const [x, w] = [torch.randn([5, 7, 9, 11]), torch.randn([6, 7, 3, 3])];
  const all = F.conv2d(x, w, null, 1, 1);
  for (let i = 0; i < 5; i++)
    expect(F.conv2d(x.select(0, i), w, null, 1, 1).tolist()).toEqual(all.select(0, i).tolist());
});

const with_strides: [string, number[], number[], ConvTransposeOptions][] = [
  ['blocked', [5, 24, 9, 11], [24, 20, 4, 4], { stride: 2, padding: 1, output_padding: [1, 0] }],
  ['grouped', [3, 6, 7, 5], [6, 2, 3, 3], { stride: [2, 3], groups: 3 }],
  ['from one place', [4, 8, 1, 1], [8, 5, 4, 4], { stride: 4 }],
];

test.each(with_strides)(
  'both gradients of a transposed convolution with a stride have the bits of each alone: %s',
  (_, x_shape, w_shape, options) => {
    torch.manual_seed(7);
    const [x, w] = [torch.randn(x_shape), torch.randn(w_shape)];
    const gradients = (needs_x: boolean, needs_w: boolean): [torch.Tensor | null, torch.Tensor | null] => {
      const [a, b] = [x.clone().requires_grad_(needs_x), w.clone().requires_grad_(needs_w)];
      const out = F.conv_transpose2d(a, b, options);
      out.backward(torch.linspace(-1, 1, out.numel()).reshape(out.shape));
      return [a.grad, b.grad];
    };
    const [dx, dw] = gradients(true, true);
    expect(dx?.tolist()).toEqual(gradients(true, false)[0]?.tolist());
    expect(dw?.tolist()).toEqual(gradients(false, true)[1]?.tolist());
  },
);
