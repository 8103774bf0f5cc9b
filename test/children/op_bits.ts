import { createHash } from 'node:crypto';
import * as torch from 'cresset';
import { isa } from 'cresset/kernels';
import { op_records } from '../../lib/ops/define';
import { bits, build, run } from '../support/op_samples';

/** Prints a digest of every operation's results and gradients on all its samples. */

const digests: Record<string, string> = {};
for (const record of op_records()) {
  const hash = createHash('sha1');
  for (const sample of record.samples()) {
    for (const dtype of sample.large ? [torch.float32] : [torch.float32, torch.float64]) {
      const { args, floats } = build(record, sample, dtype);
      if (record.differentiable !== false) for (const x of floats) x.requires_grad_();
      for (const out of run(record, args)) {
        hash.update(bits(out));
        if (out.requires_grad) out.backward(null, { retain_graph: true });
      }
      for (const x of floats) if (x.grad !== null) hash.update(bits(x.grad));
    }
  }
  digests[record.name] = hash.digest('hex');
}
process.stdout.write(JSON.stringify({ isa: isa(), digests }));
