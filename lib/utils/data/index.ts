/**
 * Datasets and batches; `torch.utils.data`.
 *
 * @see https://pytorch.org/docs/stable/data.html
 */
export { type Collated, default_collate } from './collate';
export { DataLoader, type DataLoaderOptions } from './dataloader';
export { ConcatDataset, type Dataset, MapDataset, random_split, Subset, TensorDataset } from './dataset';
export { BatchSampler, RandomSampler, type Sampler, SequentialSampler } from './sampler';
