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
