import { no_grad } from '../../autograd/mode';
import { check_number, fail_range } from '../../errors';
import { list_kernel } from '../../native/list';
import { cast_to } from '../../ops/operand';
import type { Tensor } from '../../tensor/tensor';
import { run_pairs } from '../rule';

/** How an average takes in another value: a new one of one tensor, or many changed in place. */

/**
 * The new average of one tensor, from the old one, the current value and the number of values before.
 * @param num_averaged how many values the average is made of so far, at least 1
 */
export type Average = (averaged: Tensor, current: Tensor, num_averaged: number) => Tensor;
/** The same for all tensors at once, in place. */
export type AverageMany = (averaged: readonly Tensor[], current: readonly Tensor[], num_averaged: number) => void;

const lerp_many = list_kernel('lerp_many');

/** Each target a part of the way to its source: floating point ones in one native call, whole numbers cut off. */
function move(targets: readonly Tensor[], sources: readonly Tensor[], weight: number): void {
  no_grad(() => {
    const pairs = targets.map((target, i) => [target, cast_to(sources[i].detach(), target.dtype)] as const);
    run_pairs(
      lerp_many,
      [weight],
      pairs.filter(([target]) => target.dtype.is_floating_point),
    );
    for (const [target, source] of pairs)
      if (target.dtype.is_floating_point) target.bump_version();
      else
        target.copy_(
          target
            .double()
            .mul(1 - weight)
            .add(source.double().mul(weight)),
        );
  });
}

function check_decay(op: string, decay: unknown): number {
  const number = check_number(op, 'decay', decay);
  return number >= 0 && number <= 1 ? number : fail_range(op, `expected decay between 0 and 1, got ${number}`);
}

/**
 * An exponential moving average, `decay · averaged + (1 - decay) · current`, in one native call for all tensors.
 * @example
 * ```ts
 * const model = new torch.nn.Linear(2, 1);
 * const averaged = new torch.optim.swa_utils.AveragedModel(model, {
 *   multi_avg_fn: torch.optim.swa_utils.get_ema_multi_avg_fn(0.99),
 * });
 * averaged.update_parameters(model);
 * ```
 * @see https://pytorch.org/docs/stable/optim.html#custom-averaging-strategies
 */
export function get_ema_multi_avg_fn(decay = 0.999): AverageMany {
  check_decay('get_ema_multi_avg_fn', decay);
  return (averaged, current) => move(averaged, current, 1 - decay);
}

/**
 * The mean of all values, in one native call for all tensors.
 * @example
 * ```ts
 * const model = new torch.nn.Linear(2, 1);
 * const averaged = new torch.optim.swa_utils.AveragedModel(model, {
 *   multi_avg_fn: torch.optim.swa_utils.get_swa_multi_avg_fn(),
 * });
 * averaged.update_parameters(model);
 * ```
 */
export function get_swa_multi_avg_fn(): AverageMany {
  return (averaged, current, num_averaged) => move(averaged, current, 1 / (num_averaged + 1));
}

/**
 * {@link get_ema_multi_avg_fn} for one tensor.
 * @example
 * ```ts
 * const average = torch.optim.swa_utils.get_ema_avg_fn(0.75);
 * average(torch.tensor([4]), torch.tensor([8]), 1).tolist(); // [5]
 * ```
 */
export function get_ema_avg_fn(decay = 0.999): Average {
  check_decay('get_ema_avg_fn', decay);
  return (averaged, current) => no_grad(() => averaged.mul(decay).add(current.mul(1 - decay)));
}

/**
 * {@link get_swa_multi_avg_fn} for one tensor.
 * @example
 * ```ts
 * const average = torch.optim.swa_utils.get_swa_avg_fn();
 * average(torch.tensor([4]), torch.tensor([8]), 1).tolist(); // [6]
 * ```
 */
export function get_swa_avg_fn(): Average {
  return (averaged, current, num_averaged) => no_grad(() => averaged.add(current.sub(averaged).div(num_averaged + 1)));
}
