import { type Duel, one_and_all, ours } from '../../case';

/** Steps of optimizers alone, in 16 equal tensors; of PyTorch's implementations the fastest counts. */

function step(target: number, optimizer: string, millions: number, implementations: readonly string[]): Duel {
  const count = millions * 1e6;
  return {
    kind: 'duel',
    name: `${optimizer} step, ${millions} million parameters`,
    ours: ours('optimizer_step', optimizer, count),
    peer: `PyTorch (${implementations.join(', ')})`,
    peers: implementations.flatMap((each) => one_and_all('pytorch', 'optimizer_step', optimizer, count, each)),
    compare: 'time',
    target,
  };
}

export const cases: Duel[] = [
  step(0.8, 'Adam', 10, ['default']),
  step(1, 'Adam', 10, ['fused']),
  step(0.8, 'AdamW', 1, ['default', 'foreach']),
  step(1, 'SGD', 10, ['default', 'foreach']),
  step(0.8, 'RMSprop', 10, ['default', 'foreach']),
];
