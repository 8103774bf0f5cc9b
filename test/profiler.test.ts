import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as torch from '../lib';
import type { EventAverage, Profile, ProfilerEvent } from '../lib/profiler';

const { profile, record_function, machine_limits } = torch.profiler;
const { nn } = torch;

beforeEach(() => {
  torch.manual_seed(0);
});

function row(from: Profile, key: string): EventAverage {
  const found = from.key_averages().find((each) => each.key === key);
  if (found === undefined) throw new Error(`no ${key} in\n${from.table()}`);
  return found;
}

function only(from: Profile, name: string): ProfilerEvent {
  const found = from.events.filter((each) => each.name === name);
  expect(found).toHaveLength(1);
  return found[0];
}

describe('kernels', () => {
  test('bytes are those of the operands, an expanded one counts what it holds', () => {
    const [x, y] = [torch.ones([10, 100]), torch.ones([100])];
    expect(
      only(
        profile(() => x.add(x)),
        'add',
      ).bytes,
    ).toBe(3 * 4000);
    expect(
      only(
        profile(() => x.add(y)),
        'add',
      ).bytes,
    ).toBe(2 * 4000 + 400);
    expect(
      only(
        profile(() => x.add(1)),
        'add',
      ).bytes,
    ).toBe(2 * 4000);
    expect(
      only(
        profile(() => x.double()),
        'cast',
      ).bytes,
    ).toBe(4000 + 8000);
  });

  test('floating point operations of products, convolutions, attention and recurrent layers', () => {
    const { functional: F } = nn;
    const flops = (body: () => unknown): number => profile(body).events.reduce((sum, each) => sum + each.flops, 0);
    expect(flops(() => torch.ones([2, 3]).matmul(torch.ones([3, 5])))).toBe(2 * 2 * 3 * 5);
    expect(flops(() => torch.ones([7, 2, 3]).matmul(torch.ones([7, 3, 5])))).toBe(7 * 2 * 2 * 3 * 5);
    expect(flops(() => F.conv2d(torch.ones([2, 4, 6, 6]), torch.ones([8, 2, 3, 3]), null, { groups: 2 }))).toBe(
      2 * (2 * 8 * 4 * 4) * 2 * 9,
    );
    const [q, k] = [torch.ones([1, 2, 3, 4]), torch.ones([1, 2, 5, 4])];
    expect(flops(() => F.scaled_dot_product_attention(q, k, k))).toBe(2 * 2 * 3 * 5 * (4 + 4));
    expect(flops(() => new nn.LSTM(3, 4).forward(torch.ones([6, 2, 3])))).toBe(2 * 12 * 16 * (3 + 4));
    expect(flops(() => torch.ones([4]).add(1))).toBe(0);
  });

  test('double precision is told apart', () => {
    const x = torch.ones([8, 8]);
    const found = profile(() => [x.matmul(x), x.double().matmul(x.double())]);
    expect(row(found, 'gemm')).toMatchObject({ count: 2, flops: 2 * 1024, double_flops: 1024 });
  });

  test('allocations go to the kernel that follows them', () => {
    const x = torch.ones([1000]);
    const found = profile(() => {
      const y = x.exp();
      y.add_(1);
      torch.empty([50]);
    });
    expect(only(found, 'exp')).toMatchObject({ allocations: 1, allocated: 4000 });
    expect(only(found, 'add')).toMatchObject({ allocations: 0, allocated: 0 });
    const ranged = profile(() => record_function('empty', () => torch.empty([50])));
    expect(only(ranged, 'empty')).toMatchObject({ allocations: 1, allocated: 200 });
  });

  test('one that fails is an event too, and the error arrives', () => {
    const released = torch.ones([3]);
    const other = torch.ones([3]);
    released.dispose();
    const found = profile(() => {
      expect(() => other.add(released)).toThrow('add');
    });
    expect(row(found, 'add').count).toBe(1);
  });
});

describe('a training step', () => {
  const model = new nn.Sequential(new nn.Linear(6, 8), new nn.LeakyReLU(0.1), new nn.Linear(8, 1));
  const opt = new torch.optim.Adam(model.parameters());
  const [x, y] = [torch.ones([4, 6]), torch.ones([4, 1])];
  const step = (): number => {
    const loss = new nn.MSELoss().forward(model.forward(x), y);
    opt.zero_grad();
    loss.backward();
    opt.step();
    return loss.item();
  };

  test('modules, nodes of backward and the optimizer contain their kernels', () => {
    const found = profile(step);
    for (const [outer, inner] of [
      ['nn.Sequential', 'nn.Linear'],
      ['nn.MSELoss', 'mse_loss'],
      ['AddmmBackward0', 'gemm'],
      ['LinearLeakyReluBackward0', 'leaky_relu_backward'],
      ['MseLossBackward0', 'mse_loss_backward'],
      ['Optimizer.step#Adam.step', 'adam_step'],
    ]) {
      const range = only(found, outer);
      const within = found.events.filter(
        (each) =>
          each.name === inner &&
          each.start >= range.start &&
          each.start + each.duration <= range.start + range.duration,
      );
      expect(within.length).toBeGreaterThan(0);
      expect(range.inner).toBeGreaterThanOrEqual(within[0].duration);
    }
    expect(row(found, 'AccumulateGrad').count).toBe(4);
  });

  test('self times add up to the whole, and no total is less than its self', () => {
    const found = profile(() => {
      for (let i = 0; i < 20; i++) step();
    });
    const rows = found.key_averages();
    expect(rows.reduce((sum, each) => sum + each.self_cpu_time_total, 0)).toBeCloseTo(found.duration, 3);
    for (const each of rows) {
      expect(each.self_cpu_time_total).toBeLessThanOrEqual(each.cpu_time_total + 1e-6);
      expect(each.cpu_time_total).toBeLessThanOrEqual(found.duration);
      expect(each.cpu_time).toBeCloseTo(each.cpu_time_total / each.count, 9);
    }
    expect(row(found, 'Optimizer.step#Adam.step').count).toBe(20);
  });

  test('runs as it does without: the same kernels, fused, and the same bits', () => {
    const losses = (): number[] => {
      torch.manual_seed(3);
      const net = new nn.Sequential(new nn.Linear(6, 8), new nn.LeakyReLU(0.1), new nn.Linear(8, 1));
      const sgd = new torch.optim.SGD(net.parameters(), { lr: 0.1 });
      return Array.from({ length: 3 }, () => {
        const loss = net.forward(x).sub(y).square().mean();
        sgd.zero_grad();
        loss.backward();
        sgd.step();
        return loss.item();
      });
    };
    const found = profile(losses);
    expect(found.result).toEqual(losses());
    expect(found.events.filter(({ name }) => name === 'nn.LeakyReLU')).toEqual([]);
    expect(row(found, 'LinearLeakyReluBackward0').count).toBe(3);
  });

  test('everything is put back', () => {
    const places = (): unknown[] => [
      torch.optim.Adam.prototype.step,
      nn.Linear.prototype.forward,
      Object.getOwnPropertyDescriptor(nn.Sequential.prototype, 'forward'),
    ];
    const before = places();
    profile(() => expect(places()[0]).not.toBe(before[0]));
    expect(places()).toEqual(before);
    expect(() =>
      profile(() => {
        throw new Error('mine');
      }),
    ).toThrow('mine');
    expect(places()).toEqual(before);
    expect(places()[0]).toBe(before[0]);
    // Fusion needs the trust that the exchange might have lost.
    const again = profile(step);
    expect(again.events.some(({ name }) => name === 'LinearLeakyReluBackward0')).toBe(true);
  });

  test('a subclass of ours is one event under its own name; a patched class stays untrusted', () => {
    class Scaled extends nn.Linear {
      override forward(input: torch.Tensor): torch.Tensor {
        return super.forward(input).mul(2);
      }
    }
    const found = profile(() => new Scaled(2, 2).forward(torch.ones([1, 2])));
    expect(found.events.filter(({ category }) => category === 'module').map(({ name }) => name)).toEqual(['Scaled']);
    const { forward } = nn.Linear.prototype;
    const calls: number[] = [];
    nn.Linear.prototype.forward = function (input) {
      calls.push(1);
      return forward.call(this, input);
    };
    try {
      profile(() => {});
      model.forward(x);
      expect(calls).toHaveLength(2);
    } finally {
      nn.Linear.prototype.forward = forward;
    }
  });

  test('with_modules: false leaves them out', () => {
    const found = profile(step, { with_modules: false });
    expect(found.events.some(({ category }) => category === 'module')).toBe(false);
    expect(row(found, 'gemm').count).toBeGreaterThan(3);
  });
});

test('the time of collections', () => {
  const found = profile(() => {
    for (let i = 0; i < 100; i++) torch.empty([2 ** 20]);
  });
  const collector = row(found, 'collector');
  expect(collector.category).toBe('collector');
  expect(collector.count).toBeGreaterThan(1);
  expect(found.table()).toMatch(/Collector: .* in \d+ collections/);
});

test('ranges nest, one within its own name counts once in the total', () => {
  const found = profile(() =>
    record_function('outer', () => record_function('inner', () => record_function('outer', () => 7))),
  );
  expect(found.result).toBe(7);
  expect(found.events.map(({ name }) => name)).toEqual(['outer', 'inner', 'outer']);
  expect(row(found, 'outer')).toMatchObject({ count: 2, cpu_time_total: found.events[0].duration });
  expect(record_function('nobody looks', () => 5)).toBe(5);
});

test('asynchronous functions and ranges count until they are settled', async () => {
  const found = await profile(async () => {
    await record_function('pause', () => new Promise((settled) => setTimeout(settled, 20)));
    await Promise.all(['a', 'b'].map((name, i) => record_function(name, () => Promise.resolve(i))));
    return torch.ones([2]).sum().item();
  });
  expect(found.result).toBe(2);
  expect(only(found, 'pause').duration).toBeGreaterThan(15_000);
  expect(row(found, 'sum').count).toBe(1);
  await expect(profile(() => Promise.reject(new Error('mine')))).rejects.toThrow('mine');
  expect(profile(() => 1).result).toBe(1);
});

describe('the table', () => {
  const x = torch.ones([64, 64]);
  const found = profile(() => {
    for (let i = 0; i < 3; i++) x.matmul(x).add(1);
    x.exp();
  });

  test('has PyTorch’s columns, bytes, rates and limits', () => {
    const lines = found.table().split('\n');
    expect(lines[1].split(/ {2,}/)).toEqual([
      'Name',
      'Self CPU %',
      'Self CPU',
      'CPU total %',
      'CPU total',
      'CPU time avg',
      '# of Calls',
      'Bytes',
      'Rate',
      '% of limit',
      'Allocations',
      'Allocated',
    ]);
    const gemm = lines.find((line) => line.startsWith('gemm'))!;
    expect(gemm).toMatch(/ 3 +144\.0 KiB +[\d.]+ GFLOP\/s +\d+% +3 +48\.0 KiB$/);
    expect(lines.find((line) => line.startsWith('add'))).toMatch(/ 96\.0 KiB +[\d.]+ GB\/s /);
    expect(lines.find((line) => line.startsWith('(other JavaScript)'))).toBeDefined();
    expect(found.table()).toMatch(/\nLimits: copy [\d.]+ GB\/s, product \d+ GFLOP\/s \(float64: \d+\)\n$/);
    expect(new Set(lines.slice(0, 4).map((line) => line.length)).size).toBe(1);
  });

  test('is sorted, cut and narrowed as asked', () => {
    const names = (options: torch.profiler.TableOptions): string[] =>
      found
        .table(options)
        .split('\n')
        .slice(3)
        .map((line) => line.split(/ {2,}/)[0].trim());
    expect(names({ sort_by: 'count', row_limit: 2 }).slice(0, 2).sort()).toEqual(['add', 'gemm']);
    expect(names({ sort_by: 'flops', row_limit: 1 })[0]).toBe('gemm');
    expect(names({ max_name_column_width: 10 })).toContain('(other ...');
    const times = found.key_averages().map((each) => each.self_cpu_time_total);
    const first = names({})[0];
    expect(row(found, first).self_cpu_time_total).toBe(Math.max(...times));
  });

  test('judges its options', () => {
    expect(() => found.table({ sort_by: 'cpu_tme' as 'cpu_time' })).toThrow(
      'table: Misspelled sort_by "cpu_tme": did you mean "cpu_time"?',
    );
    expect(() => found.table({ row_limit: 0 })).toThrow('table: expected row_limit to be at least 1, got 0');
    expect(() => found.table({ limit: 3 } as object)).toThrow('table: Misspelled option "limit"');
  });

  test('a profile of nothing', () => {
    const nothing = profile(() => {});
    expect(nothing.events).toEqual([]);
    expect(nothing.table()).toContain('Collector: did not run');
  });
});

describe('the trace', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cresset-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  test('has every event, with what is known of it', () => {
    const found = profile(() => torch.ones([10]).exp().sum().item(), { profile_memory: true });
    const path = join(folder, 'deep/er/trace.json');
    found.export_chrome_trace(path);
    const { traceEvents } = JSON.parse(readFileSync(path, 'utf8'));
    const events = traceEvents.filter((each: { ph: string }) => each.ph === 'X');
    expect(events.map((each: { name: string }) => each.name)).toEqual(found.events.map(({ name }) => name));
    expect(events[1]).toMatchObject({
      name: 'exp',
      cat: 'kernel',
      pid: process.pid,
      args: { bytes: 80, allocations: 1 },
    });
    expect(events[1].ts).toBe(found.events[1].start);
    const samples = traceEvents.filter((each: { ph: string }) => each.ph === 'C');
    expect(samples.length).toBe(found.memory.length);
    expect(samples[0].args.allocated).toBeGreaterThan(0);
  });

  test('names what cannot be written', () => {
    const found = profile(() => 1);
    expect(() => found.export_chrome_trace(folder)).toThrow(/^export_chrome_trace: cannot write .*: /);
    expect(() => found.export_chrome_trace('')).toThrow('export_chrome_trace: expected path to be a string');
  });
});

test('limits are measured once for a number of threads', () => {
  const limits = machine_limits();
  expect(machine_limits()).toBe(limits);
  for (const each of [limits.copy, limits.float32, limits.float64]) expect(each).toBeGreaterThan(1e8);
});

test('judges its arguments', () => {
  expect(() => profile(3 as unknown as () => number)).toThrow('profile: expected func to be a function, got 3');
  expect(() => profile(() => 1, { with_module: true } as object)).toThrow('did you mean "with_modules"?');
  expect(() => profile(() => profile(() => 1))).toThrow('profile: a profiler is running already');
  expect(() => record_function(1 as unknown as string, () => 1)).toThrow(
    'record_function: expected name to be a string',
  );
});
