/**
 * Datasets and batches, the namespace `torch.utils.data` by itself.
 * @example
 * ```ts
 * import * as torch from 'cresset';
 * import { DataLoader, TensorDataset } from 'cresset/data';
 * const loader = new DataLoader(new TensorDataset(torch.arange(4)), { batch_size: 4 });
 * for (const [batch] of loader) batch.tolist(); // [0, 1, 2, 3]
 * ```
 * @packageDocumentation
 */
export * from './utils/data';
