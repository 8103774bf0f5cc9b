import { type Duel, ours } from '../../case';

export const cases: Duel[] = [
  [256, 256, 256],
  [512, 512, 512],
  [1024, 1024, 1024],
  [2048, 2048, 2048],
  [128, 784, 256],
].flatMap(([m, k, n]) =>
  (['one', 'all'] as const).map(
    (threads): Duel => ({
      kind: 'duel',
      name: `sgemm ${m}×${k}×${n}, ${threads === 'one' ? '1 thread' : 'all threads'}`,
      ours: { ...ours('sgemm', m, k, n), threads },
      peer: 'oneDNN',
      peers: [{ contender: 'native', run: 'sgemm', args: [m, k, n], threads }],
      compare: 'rate',
      target: 0.9,
      amount: { count: 2 * m * k * n, unit: 'FLOP' },
    }),
  ),
);
