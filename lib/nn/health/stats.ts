import { grad } from '../../autograd/api';
import { enable_grad } from '../../autograd/mode';
import { check_options, describe, fail, fail_type } from '../../errors';
import { sum } from '../../ops/reduce';
import { Tensor } from '../../tensor/tensor';
import type { Module } from '../module';
import { check_measured, check_unit_dim, type UnitOptions } from './options';
import { type Places, Probe } from './probe';
import { ActivationStats } from './report';

/** Options of {@link activation_stats}. */
export interface ActivationStatsOptions<Batch = unknown> extends UnitOptions {
  /** What backward starts from; default the sum of the outputs. Null: forward only. */
  loss?: ((output: Tensor, batch: Batch) => Tensor) | null;
  /** At most so many batches. Default all. */
  batches?: number;
}

/**
 * Looks at every activation of a model while data pass: for each unit the share of negative, zero and saturated outputs, units that are dead
 * (saturated for all data, as a ReLU that is never above 0), and the norms of the gradients that come in and go out.
 *
 * The model runs in evaluation mode and is left as it was: mode, parameters, their `.grad` and running statistics. Units lie along the last
 * dimension after a `Linear`, `LayerNorm` or `RMSNorm`, along dimension 1 after anything else. Activations that are modules are seen, those called as
 * functions are not.
 *
 * @param loader batches: tensors, or arrays whose first element is the input
 * @example
 * ```ts
 * const model = new torch.nn.Sequential(new torch.nn.Linear(2, 4), new torch.nn.ReLU(), new torch.nn.Linear(4, 1));
 * torch.no_grad(() => (model.get_submodule('0') as torch.nn.Linear).bias!.fill_(-10)); // what one bad step can do
 * const stats = torch.nn.utils.activation_stats(model, [torch.rand([32, 2])]);
 * stats.layers[0].dead; // [0, 1, 2, 3]
 * stats.advice[0]; // '0: 4 of 4 units dead; LeakyReLU(0.01) or a smaller learning rate'
 * ```
 */
export function activation_stats<Batch>(
  model: Module,
  loader: Iterable<Batch>,
  options?: ActivationStatsOptions<Batch>,
): ActivationStats {
  const op = 'activation_stats';
  const activations = check_measured(op, model);
  if (typeof loader !== 'object' || loader === null || !(Symbol.iterator in loader) || loader instanceof Tensor)
    fail_type(op, 'loader', 'an iterable of batches', loader);
  const { loss, batches, unit_dim } = judge(op, options);
  const places: Places = new Map();
  const modes = model.modules().map((module) => [module, module.training] as const);
  const probe = new Probe(op, model, unit_dim);
  let count = 0;
  try {
    model.eval();
    for (const batch of loader) {
      if (count === batches) break;
      count++;
      probe.start(places);
      enable_grad(() => pass(op, model, batch, loss));
    }
  } finally {
    probe.remove();
    for (const [module, mode] of modes) module.training = mode;
  }
  if (count === 0) fail(op, 'the loader gave no batch');
  if (places.size === 0)
    fail(op, `none of the ${activations} activations of the model ran with a floating point tensor`);
  return ActivationStats.of(places.values(), count);
}

type Loss<Batch> = ((output: Tensor, batch: Batch) => Tensor) | null;

function judge<Batch>(
  op: string,
  given: ActivationStatsOptions<Batch> | undefined,
): { loss: Loss<Batch>; batches: number; unit_dim: number | null } {
  const options = check_options<Required<ActivationStatsOptions<Batch>>>(op, given, {
    loss: (output) => sum(output),
    batches: Infinity,
    unit_dim: null,
  });
  const { loss, batches } = options;
  if (loss !== null && typeof loss !== 'function') fail_type(op, 'loss', 'a function or null', loss);
  if (batches !== Infinity && !(Number.isInteger(batches) && batches > 0))
    fail_type(op, 'batches', 'a positive integer', batches);
  return { loss, batches, unit_dim: check_unit_dim(op, options.unit_dim) };
}

/** Forward and, where there is a loss with a graph, backward. Gradients are handed back instead of added to any `.grad`. */
function pass<Batch>(op: string, model: Module, batch: Batch, loss: Loss<Batch>): void {
  const output: unknown = model.forward(input_of(op, batch));
  if (loss === null) return;
  if (!(output instanceof Tensor))
    fail(op, `the model returned ${describe(output)}; pass { loss } to make a tensor of it`);
  const value: unknown = loss(output, batch);
  if (!(value instanceof Tensor)) fail_type(op, 'what loss returns', 'a Tensor', value);
  const wanted = model.parameters().filter(({ requires_grad }) => requires_grad);
  if (value.requires_grad && wanted.length > 0) grad(value, wanted, { allow_unused: true });
}

function input_of(op: string, batch: unknown): Tensor {
  const input: unknown = Array.isArray(batch) ? batch[0] : batch;
  return input instanceof Tensor ? input : fail_type(op, 'a batch', 'a Tensor or an array that begins with one', batch);
}
