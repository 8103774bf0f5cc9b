import { type Given, positional } from '../arguments';
import { is_grad_enabled } from '../autograd/mode';
import { record, tracks } from '../autograd/node';
import { kernel } from '../native/kernel';
import { allocate, type Tensor } from '../tensor/tensor';
import { mul, neg } from './arithmetic';
import {
  check_classification,
  class_defaults,
  type NllLossOptions,
  per_row,
  target_distribution,
} from './classification';
import { classification_errors, classification_reference, classification_samples } from './classification_samples';
import { op, type Reference } from './define';
import { REDUCTIONS } from './loss';
import { contiguous } from './views';

const run_nll_loss = kernel('nll_loss');
const run_nll_loss_backward = kernel('nll_loss_backward');

/**
 * The negative log likelihood of log probabilities.
 * @example
 * ```ts
 * const log_probabilities = torch.tensor([[0.25, 0.75], [0.5, 0.5]]).log();
 * torch.nn.functional.nll_loss(log_probabilities, torch.tensor([1n, 0n])).item(); // 0.4904
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.nll_loss.html
 */
export const nll_loss: (input: Tensor, target: Tensor, ...given: Given<NllLossOptions, [weight: 'weight']>) => Tensor =
  op({
    name: 'nll_loss',
    methods: [],
    call: (input: Tensor, target: Tensor, ...given: readonly unknown[]): Tensor => {
      const options = positional('nll_loss', given, class_defaults, ['weight']);
      const work = check_classification('nll_loss', input, target, options, 0);
      const { rows, classes, weight, ignore_index, reduction, shape } = work;
      const { dtype } = work.input;
      const code = REDUCTIONS.indexOf(reduction);
      const out = allocate(reduction === 'none' ? shape : [], dtype);
      const total_weight = allocate([], dtype);
      run_nll_loss(
        dtype.code,
        rows,
        classes,
        work.input,
        work.target.dtype.code,
        work.target,
        weight,
        ignore_index,
        code,
        out,
        total_weight,
      );
      if (!tracks(work.input)) return out;
      total_weight.storage.internal = true;
      const saved = [work.target, total_weight, ...(weight === null ? [] : [weight])];
      return record(out, 'NllLossBackward0', [work.input], saved, (g, node) => {
        if (is_grad_enabled())
          return [neg(mul(target_distribution(node.saved(0), work), per_row(g, node.saved(1), reduction)))];
        const dense = contiguous(g);
        const dx = allocate([rows, classes], dtype);
        const w = weight === null ? null : node.saved(2);
        run_nll_loss_backward(
          dtype.code,
          rows,
          classes,
          dx,
          work.target.dtype.code,
          node.saved(0),
          w,
          ignore_index,
          code,
          dense,
          node.saved(1),
        );
        return [dx];
      });
    },
    samples: classification_samples,
    errors: () => classification_errors('nll_loss'),
    reference: (x: Reference, t: Reference, options: NllLossOptions = {}) =>
      classification_reference(x, t, options, false),
  });
