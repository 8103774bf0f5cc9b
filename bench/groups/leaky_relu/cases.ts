import { against_pytorch, type Duel, one_and_all, ours, type Work } from '../../case';

/** The rectifier alone: kernels, operations without and with autograd, in memory that is kept or fresh. */

/** memcpy of as many bytes as n elements of float32 read and written `passes` times, and their sign bits: by our threads, and by OpenMP's. */
function memcpy(n: number, passes: number, masks: number): Work[] {
  const bytes = 4 * n;
  const scale = (passes * 2 * bytes + (masks * n) / 8) / (2 * bytes);
  return [{ ...ours('copy', n), contender: 'copying' as const }, ...one_and_all('native', 'memcpy', bytes)].map(
    (work) => ({ ...work, scale }),
  );
}

function against_memcpy(name: string, work: Work, n: number, passes: number, masks: number, target: number): Duel {
  return {
    kind: 'duel',
    name,
    ours: work,
    peer: 'memcpy',
    peers: memcpy(n, passes, masks),
    compare: 'time',
    target,
    amount: { count: passes * 8 * n + (masks * n) / 8, unit: 'B' },
  };
}

const K = 2 ** 10;
const M = 2 ** 20;
const M16 = 2 ** 24;

export const cases: Duel[] = [
  against_pytorch('leaky_relu forward, n = 2^10, no grad', 0.5, 'leaky_relu_no_grad', K),
  against_pytorch('leaky_relu forward + backward, n = 2^10', 0.35, 'leaky_relu_forward_backward', K),
  against_memcpy('leaky_relu kernel, n = 2^20, out', ours('kernel_forward', M), M, 1, 0, 1.15),
  against_memcpy('leaky_relu kernel, n = 2^20, out and mask', ours('kernel_forward_mask', M), M, 1, 1, 1.15),
  against_memcpy('leaky_relu_backward kernel, n = 2^20, out', ours('kernel_backward', M), M, 1, 1, 1.15),
  against_memcpy('leaky_relu_ in place, n = 2^20', ours('leaky_relu_in_place', M), M, 1, 0, 1.15),
  against_memcpy('leaky_relu_backward kernel, n = 2^20, in place', ours('kernel_backward_in_place', M), M, 1, 1, 1.15),
  against_memcpy('leaky_relu forward, n = 2^20, using', ours('leaky_relu_using', M), M, 1, 0, 1.15),
  against_memcpy('leaky_relu forward, n = 2^20, plain loop', ours('leaky_relu_no_grad', M), M, 1, 0, 2.2),
  against_memcpy(
    'leaky_relu forward + backward, n = 2^20, plain loop',
    ours('leaky_relu_forward_backward', M),
    M,
    2,
    2,
    2.2,
  ),
  against_pytorch('leaky_relu forward + backward, n = 2^20, plain loop', 1.3, 'leaky_relu_forward_backward', M),
  against_memcpy('leaky_relu forward, n = 2^24, fresh result', ours('leaky_relu_no_grad', M16), M16, 1, 0, 1.3),
  {
    ...against_pytorch('leaky_relu forward, n = 2^24, fresh result', 0.1, 'leaky_relu_no_grad', M16),
    target_if_reused: 0.25,
  },
];
