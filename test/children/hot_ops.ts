import * as torch from 'cresset';
import { addon } from '../../lib/native/addon';
import { type OpRecord, op_records, type Sample } from '../../lib/ops/define';
import { build, outputs } from '../support/op_samples';

/**
 * `CALLS EVERY [NTH]`: each operation (or every NTH), forward and backward, so often that the compiler optimizes it, while blocks are collected and poisoned. Optimized code
 * drops a Storage as soon as its id has been read, which shorter tests never see. Under CRESSET_GC_STRESS all allocations collect, else every EVERY-th;
 * calls in which a collection fell are compared with the first.
 */

const [calls, every, nth = 1] = process.argv.slice(2).map(Number);
const stress = process.env.CRESSET_GC_STRESS !== undefined;
let collected = false;

function collect_at_some_allocations(): void {
  const collect = (globalThis as unknown as { gc: (options: object) => void }).gc;
  const { allocate } = addon;
  let count = 0;
  addon.set_poison(1);
  addon.allocate = (storage, bytes) => {
    if (++count % every === 0) {
      collect({ type: 'minor', execution: 'sync' });
      addon.sweep(0);
      collected = true;
    }
    return allocate(storage, bytes);
  };
}

/** A sample that is small, but not empty: the first of the most common kind. */
function sample_of(record: OpRecord): Sample | undefined {
  const elements = (sample: Sample): number =>
    outputs(record.call(...(build(record, sample, torch.float32).args as never[]))).reduce(
      (sum, t) => sum + t.numel(),
      0,
    );
  return record.samples().find((each) => elements(each) > 1) ?? record.samples()[0];
}

function bits(tensors: readonly (torch.Tensor | null)[]): string {
  return tensors.map((t) => (t === null ? 'null' : t.tolist())).join(';');
}

function run(record: OpRecord, sample: Sample): void {
  const { args, floats } = build(record, sample, torch.float32);
  const differentiable = record.differentiable !== false && sample.no_grad !== true && floats.length > 0;
  if (differentiable) for (const t of floats) t.requires_grad_();
  const once = (): (torch.Tensor | null)[] => {
    if (record.reference === undefined) torch.manual_seed(0);
    const results = outputs((record.call as (...a: unknown[]) => unknown)(...args));
    const roots = results.filter((t) => t.requires_grad);
    return roots.length === 0 ? results : [...results, ...torch.autograd.grad(roots, floats, { allow_unused: true })];
  };
  const expected = bits(once());
  for (let i = 0; i < calls; i++) {
    collected = stress;
    const found = once();
    if (collected && bits(found) !== expected)
      throw new Error(`${record.name}: call ${i} gave ${bits(found)} instead of ${expected}`);
  }
}

if (!stress) collect_at_some_allocations();
const chosen = op_records().filter((_, i) => i % nth === 0);
for (const record of chosen) {
  const sample = sample_of(record);
  if (sample !== undefined) run(record, sample);
}
process.stdout.write(`${chosen.length} operations\n`);
