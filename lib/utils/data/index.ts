/**
 * Datasets and batches; `torch.utils.data`.
 *
 * @see https://pytorch.org/docs/stable/data.html
 */
export { type Collated, default_collate, default_convert } from './collate';
export { DataLoader } from './dataloader';
export {
  ChainDataset,
  ConcatDataset,
  Dataset,
  IterableDataset,
  type List,
  type MapStyle,
  type Samples,
  type Source,
  StackDataset,
  type Stacked,
  Subset,
} from './dataset';
export type { DataLoaderOptions } from './options';
export { random_split } from './random_split';
export {
  BatchSampler,
  type BatchSamplerOptions,
  RandomSampler,
  type RandomSamplerOptions,
  Sampler,
  SequentialSampler,
  SubsetRandomSampler,
  WeightedRandomSampler,
  type WeightedRandomSamplerOptions,
} from './sampler';
export { TensorDataset } from './tensor_dataset';
export { get_worker_info, type WorkerInfo } from './worker/info';
