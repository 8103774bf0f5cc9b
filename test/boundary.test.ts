import * as torch from 'cresset';
import { addon } from '../lib/native/addon';
import { run_child } from './support/child';

/** No number and no value from JavaScript may crash, hang or exhaust the process. Seeds are fixed: a failure repeats. */

jest.setTimeout(300_000);

test.each(['1', '2'])('every kernel bears garbage, seed %s', (seed) => {
  const said = run_child('boundary.ts', { args: ['kernels', seed, '1500'], timeout: 240_000 });
  // The garbage must not all be refused at the door.
  const accepted = [...said.matchAll(/^ {2}(\d+) accepted$/gm)].map((match) => Number(match[1]));
  expect(accepted.length).toBeGreaterThan(100);
  expect(accepted.filter((count) => count > 0).length).toBeGreaterThan(0.95 * accepted.length);
});

test('every exported function bears garbage', () => {
  expect(run_child('boundary.ts', { args: ['functions', '1', '1000'], timeout: 120_000 })).toMatch(/done/);
});

test('the same with collections and poison at every allocation', () => {
  expect(
    run_child('boundary.ts', { args: ['functions', '2', '200'], env: { CRESSET_GC_STRESS: '1' }, timeout: 120_000 }),
  ).toMatch(/done/);
});

describe('a function beside a run', () => {
  const N = 2 ** 18;
  const x = torch.arange(N);
  const last = (t: torch.Tensor) => t.select(0, N - 1).item();

  test('is called once, when the memory of operands may not go', () => {
    const owner = {};
    const id = addon.allocate(owner, 64);
    const answers: unknown[] = [];
    addon.beside_next_run(() => {
      const live = addon.sweep(1);
      answers.push(addon.release(id), addon.allocate({}, 64), addon.run(0, 0), addon.sweep(1) - live);
    });
    expect(last(x.add(1))).toBe(N);
    expect(last(x.add(2))).toBe(N + 1);
    expect(answers).toEqual([false, 0, 1, 0]);
    expect(addon.release(id)).toBe(true);
  });

  test('is called where one thread is enough, too', () => {
    let calls = 0;
    addon.beside_next_run(() => calls++);
    expect(torch.ones([3]).sum().item()).toBe(3);
    expect(calls).toBe(1);
  });

  test('can be taken back', () => {
    let calls = 0;
    addon.beside_next_run(() => calls++);
    addon.beside_next_run(null);
    expect(last(x.add(1))).toBe(N);
    expect(calls).toBe(0);
  });

  test('what it throws the run throws', () => {
    const out = x.add(1);
    addon.beside_next_run(() => {
      throw new RangeError('beside');
    });
    expect(() => x.add(1)).toThrow(new RangeError('beside'));
    expect(last(out.add(1))).toBe(N + 1);
  });

  test("waits for the end where the memory is the user's", () => {
    const array = new Float32Array(N).fill(2);
    const mine = torch.from_typed_array(array);
    addon.beside_next_run(() => structuredClone(array.buffer, { transfer: [array.buffer] }));
    expect(last(mine.mul(3))).toBe(6);
    expect(() => mine.mul(3)).toThrow(/detached/);
  });

  test("waits for the end where the arguments are V8's", () => {
    expect(run_child('beside_lent.ts', { flags: ['--expose-gc'], env: { CRESSET_EXTERNAL_BUFFERS: '0' } })).toBe(
      'alive',
    );
  });

  test('is not for results of more than 8 MiB, nor asked for twice', () => {
    const rows = JSON.parse(run_child('beside_sizes.ts', {}));
    expect(rows.map(({ mib }: { mib: number }) => mib)).toEqual([2, 6, 9, 15]);
    for (const { mib, asked, collected } of rows) {
      if (mib > 8) expect(asked).toBe(0);
      else expect(asked).toBeGreaterThan(4);
      expect(collected).toBeGreaterThan(4);
      expect(collected).toBeLessThanOrEqual(13);
    }
  });

  test('is what collects at the end of a step', () => {
    const steps = JSON.parse(run_child('beside.ts', {}));
    expect(steps.asked).toBeGreaterThan(10);
    expect(steps.peak).toBeLessThan(32 * 2 ** 20);
  });
});
