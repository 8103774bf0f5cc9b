import * as torch from 'cresset';
import { addon } from '../lib/native/addon';
import { type OpRecord, op_records, type Sample } from '../lib/ops/define';
import { bits, build, describe_sample, expect_close, layouts, numbers, run, seeded } from './support/op_samples';

/** Every operation, by its record alone: an operation added to lib/ops is tested here without a change. */

const small = (record: OpRecord): Sample[] => record.samples().filter((sample) => !sample.large);

function each_sample(samples: readonly Sample[], check: (sample: Sample) => void): void {
  for (const sample of samples) {
    try {
      check(sample);
    } catch (error) {
      throw new Error(`${describe_sample(sample)}: ${error instanceof Error ? error.message : error}`, {
        cause: error,
      });
    }
  }
}

/** Sum of all outputs with fixed weights: a scalar to differentiate. */
function weighted(outs: readonly torch.Tensor[], seed: string): torch.Tensor {
  const random = seeded(seed);
  let total = torch.zeros([], { dtype: torch.float64 });
  for (const out of outs) {
    if (!out.is_floating_point()) continue;
    const weights = torch.tensor(Float64Array.from({ length: out.numel() }, () => random() * 2 - 1)).reshape(out.shape);
    total = total.add(out.mul(weights).sum());
  }
  return total;
}

/** Some coordinates of a tensor, all of a small one. */
function coordinates(n: number): number[] {
  const most = 12;
  return n <= most
    ? Array.from({ length: n }, (_, i) => i)
    : Array.from({ length: most }, (_, i) => Math.floor((i * (n - 1)) / (most - 1)));
}

/** The derivative of f by one element of x, by central differences. */
function difference(f: () => number, x: torch.Tensor, at: number, step: number): number {
  const memory = x.detach().typed_array() as Float64Array;
  const value = memory[at];
  memory[at] = value + step;
  const above = f();
  memory[at] = value - step;
  const below = f();
  memory[at] = value;
  return (above - below) / (2 * step);
}

function check_gradients(record: OpRecord, sample: Sample): void {
  const { args, floats } = build(record, sample, torch.float64);
  for (const x of floats) x.requires_grad_();
  const value = (): torch.Tensor => weighted(run(record, args), 'first');
  const y = value();
  if (!y.requires_grad) {
    if (floats.length > 0 && run(record, args).some((out) => out.is_floating_point()))
      throw new Error('the result does not require grad');
    return;
  }
  const gradients = (create_graph = true): torch.Tensor[] =>
    torch.autograd.grad(value(), floats, {
      create_graph,
      allow_unused: true,
      materialize_grads: true,
    }) as torch.Tensor[];
  const first = gradients();
  // Without a second graph the rules may use kernels of their own.
  gradients(false).forEach((plain, i) => {
    expect_close(numbers(plain), numbers(first[i]), 1e-12, `gradient of input ${i} without create_graph`);
  });
  const slope = weighted(first, 'second');
  const second = slope.requires_grad
    ? torch.autograd.grad(slope, floats, { allow_unused: true, materialize_grads: true })
    : floats.map((x) => torch.zeros_like(x));
  floats.forEach((x, i) => {
    const [d1, d2] = [numbers(first[i]), numbers(second[i] as torch.Tensor)];
    for (const at of coordinates(x.numel())) {
      expect_close(
        [d1[at]],
        [difference(() => torch.no_grad(() => value().item()), x, at, 1e-6)],
        1e-6,
        `gradient of input ${i} at ${at}`,
      );
      expect_close(
        [d2[at]],
        [difference(() => weighted(gradients(), 'second').item(), x, at, 1e-5)],
        2e-5,
        `second gradient of input ${i} at ${at}`,
      );
    }
  });
}

describe.each(op_records().map((record) => [record.name, record] as const))('%s', (name, record) => {
  if (record.reference !== undefined)
    test.each([torch.float64, torch.float32])('has the values of its reference in %s', (dtype) => {
      each_sample(small(record), (sample) => {
        const { args, references } = build(record, sample, dtype);
        const found = (record.reference as (...args: unknown[]) => unknown)(...references);
        const expected = (Array.isArray(found) ? found : [found]) as { shape: number[]; data: number[] }[];
        run(record, args).forEach((out, i) => {
          expect(out.shape).toEqual(expected[i].shape);
          expect_close(
            numbers(out),
            expected[i].data,
            dtype === torch.float64 ? 1e-12 : (record.tolerance ?? 1e-5),
            `output ${i}`,
          );
        });
      });
    });

  if (record.differentiable !== false)
    test('has the gradients of central differences, twice', () => {
      each_sample(
        small(record).filter((sample) => !sample.no_grad),
        (sample) => check_gradients(record, sample),
      );
    });

  if (!record.sees_layout)
    test('does not depend on the layout of its inputs', () => {
      each_sample(small(record), (sample) => {
        const expected = run(record, build(record, sample, torch.float32).args);
        for (const [layout, change] of Object.entries(layouts)) {
          const outs = run(record, build(record, sample, torch.float32, change).args);
          outs.forEach((out, i) => {
            if (record.sums) expect_close(numbers(out), numbers(expected[i]), 1e-5, layout);
            else if (bits(out) !== bits(expected[i])) throw new Error(`${layout}: output ${i} has other bits`);
          });
        }
      });
    });

  if (!record.sees_layout)
    test('takes expanded inputs', () => {
      each_sample(small(record), (sample) => {
        const expand = (t: torch.Tensor): torch.Tensor =>
          t.ndim === 0 || t.numel() === 0 ? t : t.narrow(0, 0, 1).expand(t.shape);
        const expanded = run(record, build(record, sample, torch.float32, expand).args);
        const copied = run(record, build(record, sample, torch.float32, (t) => expand(t).clone()).args);
        expanded.forEach((out, i) => {
          if (record.sums) expect_close(numbers(out), numbers(copied[i]), 1e-5, 'expanded');
          else if (bits(out) !== bits(copied[i])) throw new Error(`output ${i} has other bits`);
        });
      });
    });

  test('has the same bits with 1, 2 and 7 threads', () => {
    const before = addon.num_threads();
    try {
      each_sample(record.samples(), (sample) => {
        const { args } = build(record, sample, torch.float32);
        const [one, ...others] = [1, 2, 7].map((count) => {
          addon.set_num_threads(count);
          return run(record, args).map(bits);
        });
        for (const other of others) expect(other).toEqual(one);
      });
    } finally {
      addon.set_num_threads(before);
    }
  });

  if (record.errors !== undefined)
    test('explains what is wrong', () => {
      for (const { args, message } of record.errors!()) {
        let text = 'no error';
        try {
          run(record, build(record, { args }, torch.float32).args);
        } catch (error) {
          text = (error as Error).message;
        }
        expect(text).toMatch(message);
        expect(text).toMatch(new RegExp(`^${name}_?: [^\n]*$`));
      }
    });

  if (record.inplace !== undefined)
    test('gives the same values and gradients in place', () => {
      each_sample(small(record), (sample) => {
        const both = [false, true].map((inplace) => {
          const { args, floats } = build(record, sample, torch.float64);
          const [input, ...rest] = args as [torch.Tensor, ...unknown[]];
          if (!(input instanceof torch.Tensor)) return null;
          const tracked = record.differentiable !== false && !sample.no_grad;
          if (tracked) for (const x of floats) x.requires_grad_();
          const [expected] = run(record, args);
          if (expected.dtype !== input.dtype || `${expected.shape}` !== `${input.shape}`) return null;
          const target = input.clone();
          const out = inplace ? (record.inplace as (...args: unknown[]) => torch.Tensor)(target, ...rest) : expected;
          if (inplace) expect(out).toBe(target);
          const values = bits(out);
          if (!out.requires_grad) return [values];
          weighted([out], 'first').backward();
          return [values, ...floats.map((x) => (x.grad === null ? 'none' : bits(x.grad)))];
        });
        expect(both[1]).toEqual(both[0]);
      });
    });
});
