import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import * as torch from 'cresset';
import type { PrintOptions } from '../lib/tensor/print';

interface Case {
  shape: number[];
  dtype: 'float32' | 'float64' | 'int64' | 'int32' | 'uint8' | 'bool';
  values?: (number | 'nan' | 'inf' | '-inf' | '-0')[];
  range?: [first: number, step: number];
  grad?: 'leaf' | 'add';
  options?: PrintOptions;
  text: string;
}

const cases: Case[] = JSON.parse(readFileSync(join(__dirname, 'golden/print.json'), 'utf8'));
const words = { nan: Number.NaN, inf: Infinity, '-inf': -Infinity, '-0': -0 };
const { float32, float64, int64, int32, uint8, bool } = torch;
const dtypes = { float32, float64, int64, int32, uint8, bool };

function build({ shape, dtype, values, range, grad }: Case): torch.Tensor {
  const n = shape.reduce((a, b) => a * b, 1);
  const data = Float64Array.from({ length: n }, (_, i) => {
    const value = values?.[i];
    return range === undefined ? (typeof value === 'string' ? words[value] : value!) : i * range[1] + range[0];
  });
  const tensor = torch.tensor(data).to(dtypes[dtype]).reshape(shape);
  if (grad === undefined) return tensor;
  tensor.requires_grad_();
  return grad === 'add' ? tensor.add(1) : tensor;
}

test('tensors print as in PyTorch', () => {
  for (const each of cases) {
    if (each.options !== undefined) torch.set_printoptions(each.options);
    const text = String(build(each));
    torch.set_printoptions({ profile: 'default' });
    expect({ ...each, text }).toEqual(each);
  }
});

test('console.log shows the same text, nested too', () => {
  const x = torch.tensor([
    [1, 2],
    [3, 4],
  ]);
  expect(inspect(x)).toBe('tensor([[1., 2.],\n        [3., 4.]])');
  expect(inspect({ x })).toBe('{\n  x: tensor([[1., 2.],\n          [3., 4.]])\n}');
});

test("a subclass's own toString decides", () => {
  class Named extends torch.Tensor {
    override toString(): string {
      return 'mine';
    }
  }
  const { storage, dtype, shape, strides } = torch.ones(2);
  // The constructor is no part of the public types.
  const named = Reflect.construct(Named, [storage, dtype, shape, strides, 0]) as Named;
  expect(inspect(named)).toBe('mine');
  expect(`${named}`).toBe('mine');
});

test('a disposed tensor still prints', () => {
  const x = torch.ones([2, 2]);
  x.dispose();
  expect(String(x)).toBe('tensor(disposed, shape=[2, 2])');
});

test('bad printing options are explained', () => {
  expect(() => torch.set_printoptions({ precison: 2 } as PrintOptions)).toThrow(
    'Misspelled option "precison": did you mean "precision"?',
  );
  expect(() => torch.set_printoptions({ precision: -1 })).toThrow(
    'set_printoptions: expected precision to be between 0 and 60, got -1',
  );
  expect(() => torch.set_printoptions({ profile: 'long' as 'full' })).toThrow(
    'expected profile to be "default", "short" or "full", got "long"',
  );
});
