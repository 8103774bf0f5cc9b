import { no_grad } from '../../autograd/mode';
import { check_boolean, check_options, fail, fail_type, shape_text } from '../../errors';
import { deepcopy } from '../../nn/copy';
import { Module } from '../../nn/module';
import { tensor } from '../../ops/create';
import { int64 } from '../../tensor/dtype';
import { same_shape } from '../../tensor/shape';
import { Tensor } from '../../tensor/tensor';
import { type Average, type AverageMany, get_swa_multi_avg_fn } from './average';

/** Options of {@link AveragedModel}. */
export interface AveragedModelOptions {
  /** The new average of one tensor. */
  avg_fn: Average | null;
  /** Changes the averages of many tensors, of one dtype, in place. Default: the mean, {@link get_swa_multi_avg_fn}. */
  multi_avg_fn: AverageMany | null;
  /** Average the buffers too, instead of taking over the model's. Default false. */
  use_buffers: boolean;
}

/** Averages and the model's tensors, as far as they have one dtype. */
type Pairs = [averaged: Tensor, current: Tensor][];

/**
 * A copy of a model whose parameters are the average of the model's at every {@link update_parameters}: the mean (stochastic weight averaging) or, with
 * {@link get_ema_multi_avg_fn}, a moving average. The first update takes the values over.
 * @example
 * ```ts
 * const { AveragedModel, get_ema_multi_avg_fn } = torch.optim.swa_utils;
 * const model = new torch.nn.Linear(1, 1);
 * const ema = new AveragedModel(model, { multi_avg_fn: get_ema_multi_avg_fn(0.75) });
 * for (const value of [0, 4]) {
 *   torch.nn.init.constant_(model.weight, value);
 *   ema.update_parameters(model);
 * }
 * ema.module.weight.item(); // 1
 * ema.forward(torch.ones([3, 1])).shape; // [3, 1]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.optim.swa_utils.AveragedModel.html
 */
export class AveragedModel<M extends Module<unknown> = Module> extends Module<ReturnType<M['forward']>> {
  readonly module: M;
  /** How many updates were made; part of the state. */
  declare n_averaged: Tensor;
  readonly use_buffers: boolean;
  readonly avg_fn: Average | null;
  readonly multi_avg_fn: AverageMany | null;

  constructor(model: M, options?: Partial<AveragedModelOptions>) {
    super();
    const name = 'AveragedModel';
    if (!(model instanceof Module)) fail_type(name, 'model', 'a Module', model);
    const { avg_fn, multi_avg_fn, use_buffers } = check_options<AveragedModelOptions>(name, options, {
      avg_fn: null,
      multi_avg_fn: null,
      use_buffers: false,
    });
    for (const [key, given] of Object.entries({ avg_fn, multi_avg_fn }))
      if (given !== null && typeof given !== 'function') fail_type(name, key, 'a function or null', given);
    if (avg_fn !== null && multi_avg_fn !== null) fail(name, 'avg_fn and multi_avg_fn cannot both be given');
    this.module = deepcopy(model);
    this.register_buffer('n_averaged', tensor(0, { dtype: int64 }));
    this.avg_fn = avg_fn;
    this.multi_avg_fn = multi_avg_fn;
    this.use_buffers = check_boolean(name, 'use_buffers', use_buffers);
  }

  override forward(...inputs: Parameters<M['forward']>): ReturnType<M['forward']> {
    return this.module.forward(...inputs) as ReturnType<M['forward']>;
  }

  /** Takes the model's present values into the average. */
  update_parameters(model: Module<unknown>): void {
    if (!(model instanceof Module)) fail_type('update_parameters', 'model', 'a Module', model);
    const parameters = paired('parameters', this.module.parameters(), model.parameters());
    const buffers = paired('buffers', this.module.buffers(), model.buffers());
    const averaged = this.use_buffers ? [...parameters, ...buffers] : parameters;
    const count = Number(this.n_averaged.item());
    no_grad(() => {
      if (count === 0) for (const [own, current] of averaged) own.copy_(current);
      else this.average(averaged, count);
      if (!this.use_buffers) for (const [own, current] of buffers) own.copy_(current);
      this.n_averaged.add_(1);
    });
  }

  private average(pairs: Pairs, count: number): void {
    const { avg_fn } = this;
    if (avg_fn !== null) {
      for (const [own, current] of pairs) {
        const value: unknown = avg_fn(own, current, count);
        own.copy_(
          value instanceof Tensor ? value : fail_type('AveragedModel', 'what avg_fn returns', 'a Tensor', value),
        );
      }
      return;
    }
    const update = this.multi_avg_fn ?? get_swa_multi_avg_fn();
    const groups = new Map<Tensor['dtype'], Pairs>();
    for (const pair of pairs) {
      const group = groups.get(pair[0].dtype);
      if (group === undefined) groups.set(pair[0].dtype, [pair]);
      else group.push(pair);
    }
    for (const group of groups.values())
      update(
        group.map(([own]) => own),
        group.map(([, current]) => current),
        count,
      );
  }
}

/** Tensors of both sides in their order, outside the graph. */
function paired(kind: string, averaged: readonly Tensor[], current: readonly Tensor[]): Pairs {
  const op = 'update_parameters';
  if (averaged.length !== current.length)
    fail(op, `the average has ${averaged.length} ${kind}, the model ${current.length}`);
  return averaged.map((own, i) => {
    if (!same_shape(own.shape, current[i].shape))
      fail(
        op,
        `shapes of ${kind} differ: ${shape_text(own.shape)} in the average, ${shape_text(current[i].shape)} in the model`,
      );
    return [own.detach(), current[i].detach()];
  });
}
