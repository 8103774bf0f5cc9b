import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as torch from 'cresset';

/** Every case of golden/ops.json and ops_composed.json: values, dtypes and gradients against PyTorch's. */

interface Packed {
  dtype: 'float32' | 'float64' | 'int64' | 'int32' | 'bool';
  shape: number[];
  values: (number | string)[];
}

interface GoldenCase {
  op: string;
  args: unknown[];
  options: Record<string, unknown>;
  inputs: (Packed & { constant: boolean })[];
  outputs: Packed[];
  grads: (Packed | null)[];
}

const golden = ['ops', 'ops_composed'].flatMap(
  (name) => (JSON.parse(readFileSync(join(__dirname, `golden/${name}.json`), 'utf8')) as { cases: GoldenCase[] }).cases,
);

const dtypes = {
  float32: torch.float32,
  float64: torch.float64,
  int64: torch.int64,
  int32: torch.int32,
  bool: torch.bool,
};

/** JSON knows neither inf nor nan. */
function number_of(value: number | string): number {
  return typeof value === 'number' ? value : Number(value.replace('inf', 'Infinity').replace('nan', 'NaN'));
}

function unpack({ dtype, shape, values }: Packed): torch.Tensor {
  const flat = values.map(number_of);
  const data = dtype === 'bool' ? flat.map(Boolean) : flat;
  return torch.tensor(data, { dtype: dtypes[dtype] }).reshape(shape);
}

/** `["t", i]` stands for input i, `["n", text]` for a number that JSON cannot hold. */
function realized(arg: unknown, inputs: readonly torch.Tensor[]): unknown {
  if (!Array.isArray(arg)) return arg;
  if (arg[0] === 't') return inputs[arg[1]];
  if (arg[0] === 'n') return number_of(arg[1]);
  return arg.map((each) => realized(each, inputs));
}

type Callable = (...args: unknown[]) => torch.Tensor | Iterable<torch.Tensor | null>;

function find(name: string): Callable {
  for (const home of [torch, torch.nn.functional] as unknown as Record<string, unknown>[])
    if (typeof home[name] === 'function') return home[name] as Callable;
  return (x, ...rest) => (x as Record<string, Callable>)[name](...rest);
}

function expect_close(actual: torch.Tensor, expected: Packed, what: string): void {
  expect([what, actual.dtype.toString(), actual.shape]).toEqual([what, `torch.${expected.dtype}`, expected.shape]);
  const tolerance = expected.dtype === 'float32' ? 2e-6 : 1e-12;
  const values = (actual.numel() === 0 ? [] : [actual.reshape(-1).tolist()].flat()) as (number | boolean)[];
  const wrong = expected.values.map(number_of).flatMap((want, i) => {
    const got = Number(values[i]);
    const same =
      Object.is(got, want) || got === want || Math.abs(got - want) <= tolerance * Math.max(1, Math.abs(want));
    return same ? [] : [`element ${i}: ${got} instead of ${want}`];
  });
  expect([what, wrong]).toEqual([what, []]);
}

function run(each: GoldenCase): void {
  const inputs = each.inputs.map((input) => unpack(input).requires_grad_(!input.constant));
  const args = each.args.map((arg) => realized(arg, inputs));
  const options = Object.fromEntries(
    Object.entries(each.options).map(([key, value]) => [key, realized(value, inputs)]),
  );
  const result = find(each.op)(...args, ...(Object.keys(options).length > 0 ? [options] : []));
  const outputs = result instanceof torch.Tensor ? [result] : [...result].filter((each) => each !== null);
  each.outputs.forEach((expected, i) => {
    expect_close(outputs[i], expected, `output ${i}`);
  });
  const roots = outputs.filter((output) => output.requires_grad);
  const wanted = inputs.filter((input) => input.requires_grad);
  if (roots.length === 0 || wanted.length === 0) {
    expect(each.grads.every((g) => g === null)).toBe(true);
    return;
  }
  const weights = roots.map((root) =>
    torch
      .tensor(
        Array.from({ length: root.numel() }, (_, i) => i + 1),
        { dtype: root.dtype },
      )
      .reshape(root.shape),
  );
  const grads = torch.autograd.grad(roots, wanted, { grad_outputs: weights, allow_unused: true });
  each.grads.forEach((expected, i) => {
    const at = wanted.indexOf(inputs[i]);
    const found = at < 0 ? null : grads[at];
    if (expected === null) expect([`gradient ${i}`, found === null]).toEqual([`gradient ${i}`, true]);
    else expect_close(found!, expected, `gradient ${i}`);
  });
}

function title({ op, args, options, inputs }: GoldenCase, i: number): string {
  const shown = args.map((arg) =>
    Array.isArray(arg) && arg[0] === 't' ? `[${inputs[arg[1]].shape}]` : JSON.stringify(arg),
  );
  return `${i}: ${op}(${[...shown, ...(Object.keys(options).length > 0 ? [JSON.stringify(options)] : [])].join(', ')})`;
}

test.each(golden.map((each, i) => ({ each, title: title(each, i) })))('$title', ({ each }) => run(each));
