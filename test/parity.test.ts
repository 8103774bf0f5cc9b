import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as torch from 'cresset';
import {
  is_implemented,
  type ModuleReport,
  printed,
  read_golden,
  run_module,
  run_sample,
  TOLERANCE,
} from './support/parity';
import { read_page } from './support/parity_page';

/** Every module on PyTorch's own samples; see docs/parity.md. */

const golden = read_golden();
const names = [...new Set(golden.samples.map(({ module }) => module))].sort();
const reports = new Map<string, ModuleReport>();

function report_of(name: string): ModuleReport {
  const report = reports.get(name) ?? run_module(name, golden.samples);
  reports.set(name, report);
  return report;
}

test.each(names)('%s', (name) => {
  const report = report_of(name);
  expect(report.failures).toEqual([]);
  expect(report.samples).toBeGreaterThan(0);
});

test.each(names)('%s prints as PyTorch prints it', (name) => {
  for (const sample of golden.samples.filter(({ module }) => module === name)) {
    const [ours, theirs] = printed(sample);
    expect(ours).toBe(theirs);
  }
});

test('every module of which there are samples exists, and of every other one there are none', () => {
  expect(names.filter((name) => !is_implemented(name))).toEqual([]);
  expect(golden.beyond.filter(is_implemented)).toEqual([]);
});

test('docs/parity.md is current; if not: npm run docs:parity', () => {
  const page = read_page(readFileSync(join(__dirname, '../docs/parity.md'), 'utf8'));
  const facts = (row: { module: string; samples: number; passed: number }) => [row.module, row.samples, row.passed];
  expect(page.map(facts)).toEqual(names.map((name) => facts(report_of(name))));
  // Rounding differs from machine to machine, within its order of magnitude.
  for (const { module, error } of page)
    for (const dtype of ['float32', 'float64'] as const)
      expect([module, report_of(module).error[dtype] <= 5 * error[dtype] + 1e-9]).toEqual([module, true]);
});

test('the comparison finds a wrong output, gradient and state', () => {
  const sample = golden.samples.find(({ module }) => module === 'Linear')!;
  const altered = <T extends { bytes?: string }>(result: T): T => {
    const values = new Float32Array(new Uint8Array(Buffer.from(result.bytes!, 'base64')).buffer);
    values[values.length - 1] *= 1.001;
    return { ...result, bytes: Buffer.from(values.buffer).toString('base64') };
  };
  const wrong = (change: Partial<typeof sample>): string[] =>
    Object.entries(run_sample({ ...sample, ...change }, torch.float32)).flatMap(([what, error]) =>
      error > TOLERANCE.float32 ? [what] : [],
    );
  expect(wrong({})).toEqual([]);
  expect(wrong({ outputs: sample.outputs.map(altered) })).toEqual(['output 0']);
  expect(wrong({ outputs: [...sample.outputs, ...sample.outputs] })).toEqual(['number of outputs', 'output 1']);
  expect(wrong({ input_gradients: sample.input_gradients.map((each) => altered(each!)) })).toEqual([
    'gradient of input 0',
  ]);
  const weight = altered(sample.gradients.weight);
  expect(wrong({ gradients: { ...sample.gradients, weight } })).toEqual(['gradient of weight']);
  expect(wrong({ after: { bias: sample.gradients.weight } })).toEqual(['bias afterwards']);
  expect(() => wrong({ state: { weight: sample.state.weight } })).toThrow(/missing keys "bias"/);
});
