/** Averages of a model's weights along its training; `torch.optim.swa_utils`. @see https://pytorch.org/docs/stable/optim.html#weight-averaging-swa-and-ema */
export {
  type Average,
  type AverageMany,
  get_ema_avg_fn,
  get_ema_multi_avg_fn,
  get_swa_avg_fn,
  get_swa_multi_avg_fn,
} from './average';
export { AveragedModel, type AveragedModelOptions } from './averaged_model';
export { SWALR, type SWALROptions } from './swalr';
export { update_bn } from './update_bn';
