import { instruction_sets, run_child } from './support/child';

/** Every operation gives the same bits on every instruction set of this machine. */

interface Report {
  isa: string;
  digests: Record<string, string>;
}

const sets = instruction_sets();

test('all operations have the same bits, values and gradients, on every instruction set', () => {
  const reports = sets.map((isa) => JSON.parse(run_child('op_bits.ts', { env: { CRESSET_ISA: isa } })) as Report);
  expect(reports.map(({ isa }) => isa)).toEqual(sets);
  expect(sets).toContain('scalar');
  const [first, ...others] = reports;
  expect(Object.keys(first.digests).length).toBeGreaterThan(100);
  for (const { isa, digests } of others) {
    const differing = Object.keys(digests).filter((name) => digests[name] !== first.digests[name]);
    expect({ isa, differing }).toEqual({ isa, differing: [] });
  }
}, 300_000);

test('an instruction set that the machine lacks is an error, not another one', () => {
  expect(() => run_child('isa.ts', { env: { CRESSET_ISA: 'sse9' } })).toThrow(/CRESSET_ISA/);
});
