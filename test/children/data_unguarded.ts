import { isMainThread } from 'node:worker_threads';
import * as torch from 'cresset';

/** A dataset in the script that uses it, without `if (isMainThread)`. */

export class Here extends torch.utils.data.Dataset<number> {
  static readonly module = __filename;
  override readonly length = 3;
  override get(i: number): number {
    return i;
  }
}

try {
  for (const _ of new torch.utils.data.DataLoader(new Here(), { num_workers: 1 }));
} catch (error) {
  if (!isMainThread) throw error;
  console.log((error as Error).message);
}
