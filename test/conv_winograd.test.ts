import * as torch from 'cresset';
import { instruction_sets, run_child } from './support/child';
import { type WinogradCase, winograd_cases } from './support/winograd_cases';

/**
 * Convolutions of 3×3 places, and of 4×4 with a stride of 2, take Winograd's way in float32 (native/kernels/conv_winograd.h); in float64 the
 * direct one.
 */

const F = torch.nn.functional;
const { float32, float64 } = torch;

const titled = winograd_cases.map(
  (each) => [`[${each.x}] and [${each.w}], padding ${each.padding}, stride ${each.stride ?? 1}`, each] as const,
);
const names = ['result', "input's gradient", "weight's gradient", "bias's gradient"];

/** The result and the gradients of input, weight and bias. */
function all_products(operands: readonly torch.Tensor[], { padding, stride = 1 }: WinogradCase): torch.Tensor[] {
  const [x, w, b] = operands.map((t) => t.detach().clone().requires_grad_());
  const out = F.conv2d(x, w, b, { padding, stride });
  out.backward(operands[3].to(out.dtype));
  return [out.detach(), x.grad, w.grad, b.grad] as torch.Tensor[];
}

function operands_of(
  { x, w, padding, stride = 1 }: WinogradCase,
  make = torch.randn as (shape: readonly number[]) => torch.Tensor,
) {
  const paddings = typeof padding === 'number' ? [padding, padding] : padding;
  const out = [x[0], w[0], ...[2, 3].map((i) => Math.floor((x[i] + 2 * paddings[i - 2] - w[i]) / stride) + 1)];
  return [x, w, [w[0]], out].map((shape) => make(shape));
}

const list = (t: torch.Tensor): number[] => t.flatten().tolist() as number[];

describe('the error is that of a sum', () => {
  // In units of 2^-24 times the sum of the products' absolute values, as the bounds of rounding errors are. A plain sum of n
  // products may be off by n units.
  test.each(titled)('%s', (_, each) => {
    torch.manual_seed(1);
    const operands = operands_of(each);
    const found = all_products(operands, each);
    const [expected, sizes] = [operands, operands.map((t) => t.abs())].map((given) =>
      all_products(
        given.map((t) => t.to(float64)),
        each,
      ),
    );
    found.forEach((t, i) => {
      expect(t.dtype).toBe(float32);
      const units = t
        .to(float64)
        .sub(expected[i])
        .abs()
        .mul(2 ** 24)
        .div(sizes[i].add(1e-300))
        .max()
        .item();
      expect({ of: names[i], small: units < 12, units }).toMatchObject({ small: true });
    });
  });
});

test.each(titled)('integers give integers: %s', (_, each) => {
  torch.manual_seed(2);
  const operands = operands_of(each, (shape) => torch.randint(-3, 4, shape).to(float32));
  const found = all_products(operands, each);
  const expected = all_products(
    operands.map((t) => t.to(float64)),
    each,
  );
  expect(found.map(list)).toEqual(expected.map(list));
});

describe('transposed convolutions of the same kernels', () => {
  const both = [
    { x: [2, 24, 10, 13], w: [24, 17, 3, 3], options: { padding: 1, stride: 1 } },
    { x: [2, 24, 7, 8], w: [24, 17, 4, 4], options: { padding: 1, stride: 2 } },
    { x: [4, 16, 8, 5], w: [16, 33, 4, 4], options: { padding: 2, stride: 2 } },
    { x: [3, 18, 5, 7], w: [18, 16, 4, 4], options: { padding: 0, stride: 2, output_padding: 1 } },
    { x: [3, 17, 9, 8], w: [17, 20, 4, 4], options: { padding: 3, stride: 2 } },
  ];
  test.each(both)('$x and $w, $options', ({ x, w, options }) => {
    torch.manual_seed(3);
    const operands = [x, w, [w[1]]].map((shape) => torch.randint(-3, 4, shape).to(float32));
    const gradient = torch.randint(-3, 4, F.conv_transpose2d(operands[0], operands[1], operands[2], options).shape);
    const run = (dtype: torch.DType): number[][] => {
      const given = operands.map((t) => t.to(dtype).detach().clone().requires_grad_());
      const out = F.conv_transpose2d(given[0], given[1], given[2], options);
      out.backward(gradient.to(dtype));
      return [out.detach(), ...given.map((t) => t.grad as torch.Tensor)].map(list);
    };
    expect(run(float32)).toEqual(run(float64));
  });
});

const spreading: [string, WinogradCase][] = [
  // Single images, of 9 or 12 tiles, take the direct way, whose bits do not depend on the images beside.
  ['3×3', { x: [4, 16, 6, 6], w: [20, 16, 3, 3], padding: 1 }],
  ['4×4 with stride 2', { x: [4, 16, 12, 14], w: [20, 16, 4, 4], padding: 1, stride: 2 }],
];

describe.each(spreading)('what is not finite, or large, spreads as in the direct sum: %s', (_, shape) => {
  const spoil = (t: torch.Tensor, values: readonly number[]): torch.Tensor => {
    const data = t.flatten().clone();
    for (const [i, value] of values.entries())
      data.narrow(0, Math.floor(((i + 0.4) * data.numel()) / values.length), 1).fill_(value);
    return data.reshape(t.shape);
  };
  const kinds: [string, number[]][] = [
    ['NaN', [Number.NaN]],
    ['infinite', [Infinity]],
    ['minus infinite', [-Infinity]],
    ['both infinities', [Infinity, -Infinity, Infinity]],
    ['products overflow', [1e38, -3e38, 2e38]],
    ['sums overflow', [3e38, 3e38, -3e38, -3e38, 3e38, 3e38]],
    ['at the limit', [2 ** 45]],
  ];
  const everywhere = kinds.flatMap(([kind, values]) =>
    (['input', 'weight', 'gradient'] as const).map((where) => [kind, where, values] as const),
  );

  test.each(everywhere)('%s in the %s', (_, where, values) => {
    torch.manual_seed(4);
    const operands = operands_of(shape);
    const at = { input: 0, weight: 1, gradient: 3 }[where];
    operands[at] = spoil(operands[at], values);
    const [out, dx, dw, db] = all_products(operands, shape);
    const [x, w, b, g] = operands;
    for (let i = 0; i < shape.x[0]; i++) {
      const alone = all_products([x.narrow(0, i, 1), w, b, g.narrow(0, i, 1)], shape);
      // Where no operand is large, Winograd's way was taken.
      if (where !== 'gradient') expect(list(out.narrow(0, i, 1))).toEqual(list(alone[0]));
      if (where !== 'input') expect(list(dx.narrow(0, i, 1))).toEqual(list(alone[1]));
    }
    const [, , w_expected, b_expected] = all_products(
      operands.map((t) => t.to(float64)),
      shape,
    );
    const kind_of = (t: torch.Tensor) => list(t.to(float32)).map((v) => (Number.isFinite(v) ? 'finite' : String(v)));
    if (values.every((v) => !Number.isFinite(v) || Math.abs(v) < 1e20)) {
      if (where !== 'weight') expect(kind_of(dw)).toEqual(kind_of(w_expected));
      if (where === 'gradient') expect(kind_of(db)).toEqual(kind_of(b_expected));
    }
  });

  test('below the limit the way is Winograd’s: other bits, as near', () => {
    torch.manual_seed(5);
    const operands = operands_of(shape);
    const [out] = all_products(operands, shape);
    const [x, w, b] = operands;
    const alone = list(F.conv2d(x.narrow(0, 0, 1), w, b, { padding: 1, stride: shape.stride ?? 1 }));
    expect(list(out.narrow(0, 0, 1))).not.toEqual(alone);
    const apart = list(out.narrow(0, 0, 1)).map((v, i) => Math.abs(v - alone[i]));
    expect(Math.max(...apart)).toBeLessThan(1e-4);
  });
});

describe('LeakyReLU in passing, with the sign bits that backward keeps', () => {
  test.each([
    [[2, 16, 16, 16], 1, 3, 1],
    [[3, 20, 12, 14], 1, 3, 1],
    [[2, 16, 10, 10], 0, 3, 1],
    [[1, 17, 8, 23], 1, 3, 1],
    [[3, 16, 9, 7], 1, 3, 1],
    [[2, 16, 32, 16], 1, 4, 2],
    [[3, 20, 16, 14], 1, 4, 2],
    [[2, 17, 18, 30], 0, 4, 2],
    [[3, 16, 16, 15], 1, 4, 2],
  ])('%p, padding %i, kernel %i, stride %i', (shape, padding, kernel, stride) => {
    torch.manual_seed(6);
    const [w, b] = [torch.randn([21, shape[1], kernel, kernel]), torch.randn([21])];
    for (const slope of [0.2, -0.5]) {
      const run = (forward: (x: torch.Tensor, w: torch.Tensor) => torch.Tensor): number[][] => {
        const [x, weight] = [torch.randn(shape), w.clone()].map((t) => t.requires_grad_());
        const y = forward(x, weight);
        y.mul(y).sum().backward();
        return [y.detach(), x.grad, weight.grad].map((t) => list(t as torch.Tensor));
      };
      torch.manual_seed(7);
      const together = run((x, weight) => F.conv2d_leaky_relu(x, weight, b, { padding, stride }, slope));
      torch.manual_seed(7);
      const apart = run((x, weight) => F.leaky_relu(F.conv2d(x, weight, b, { padding, stride }), slope));
      expect(together).toEqual(apart);
    }
  });
});

test('all bits are the same for any number of threads and on every instruction set', () => {
  const found = new Set<string>();
  for (const isa of instruction_sets()) {
    const digests = JSON.parse(run_child('winograd_bits.ts', { env: { CRESSET_ISA: isa } })) as string[];
    for (const digest of digests) found.add(digest);
  }
  expect(found.size).toBe(instruction_sets().length > 0 ? 1 : 0);
}, 60_000);
