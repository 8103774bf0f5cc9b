import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import * as torch from '..';
import { addon } from '../native/addon';

/** Do the kernels give what they gave when these lines were written, and how fast? About a second. */

export interface KernelReport {
  name: string;
  correct: boolean;
  speed: number;
  unit: 'GB/s' | 'GFLOP/s';
}

/** What can be told once the addon has loaded. */
export function examine() {
  return {
    isa: { used: torch.get_isa(), forced: process.env.CRESSET_ISA ?? null },
    threads: {
      used: torch.get_num_threads(),
      forced: process.env.CRESSET_NUM_THREADS ?? null,
      processors: availableParallelism(),
      quota: cgroup_quota(),
    },
    memory: {
      limit: addon.memory_limit(),
      budget: torch.memory_stats().budget_limit,
      forced: process.env.CRESSET_MEMORY_BUDGET ?? null,
    },
    kernels: torch.no_grad(() => tests.map(run_test)),
  };
}

interface KernelTest {
  name: string;
  unit: KernelReport['unit'];
  /** Sum of the results weighted by 1, 2, … 7, 1, 2, …, of `small()`. */
  expected: number;
  small(): torch.Tensor;
  large(): () => unknown;
  /** Bytes moved or operations done by one call of `large()`. */
  work: number;
}

const F = torch.nn.functional;

/** -3, …, 3 in an order without a short period, exact in every dtype. */
function numbers(...shape: number[]): torch.Tensor {
  const count = shape.reduce((product, size) => product * size, 1);
  const values = Float32Array.from({ length: count }, (_, i) => (((i * 37) % 97) - 48) / 16);
  return torch.from_typed_array(values).view(shape);
}

const SIDE = 512;
const LENGTH = 1 << 22;

const tests: readonly KernelTest[] = [
  {
    name: 'leaky_relu',
    unit: 'GB/s',
    expected: 2776.8875,
    small: () => F.leaky_relu(numbers(1003), 0.1),
    large: () => {
      const x = torch.ones([LENGTH]);
      return () => F.leaky_relu_(x, 0.1);
    },
    work: 8 * LENGTH,
  },
  {
    name: 'sum',
    unit: 'GB/s',
    expected: -31.3125,
    small: () => numbers(17, 59).sum(1),
    large: () => {
      const x = torch.ones([LENGTH]);
      return () => x.sum();
    },
    work: 4 * LENGTH,
  },
  {
    name: 'log_softmax',
    unit: 'GB/s',
    expected: -4246.68296,
    small: () => F.log_softmax(numbers(7, 33), -1),
    large: () => {
      const x = torch.ones([1024, 1024]);
      return () => F.log_softmax(x, -1);
    },
    work: 8 * 1024 * 1024,
  },
  {
    name: 'matmul',
    unit: 'GFLOP/s',
    expected: -504.19921875,
    small: () => numbers(19, 45).matmul(numbers(45, 37)),
    large: () => {
      const a = torch.ones([SIDE, SIDE]);
      return () => a.matmul(a);
    },
    work: 2 * SIDE ** 3,
  },
  {
    name: 'conv2d',
    unit: 'GFLOP/s',
    expected: -321.11328125,
    small: () => F.conv2d(numbers(2, 3, 9, 9), numbers(4, 3, 3, 3), null, { padding: 1 }),
    large: () => {
      const x = torch.ones([8, 32, 32, 32]);
      const weight = torch.ones([32, 32, 3, 3]);
      return () => F.conv2d(x, weight, null, { padding: 1 });
    },
    work: 2 * 8 * 32 * 32 * 32 * 32 * 9,
  },
];

function run_test({ name, unit, expected, small, large, work }: KernelTest): KernelReport {
  const values = small().flatten().tolist() as number[];
  const sum = values.reduce((total, value, i) => total + value * (1 + (i % 7)), 0);
  const call = large();
  let best = Infinity;
  for (const end = performance.now() + 150; performance.now() < end; ) {
    const start = performance.now();
    call();
    best = Math.min(best, performance.now() - start);
  }
  const correct = Math.abs(sum - expected) <= 1e-5 * (1 + Math.abs(expected));
  return { name, correct, speed: work / best / 1e6, unit };
}

/** Processors that the control group grants; null where there is no quota. */
function cgroup_quota(): number | null {
  try {
    const [quota, period] = readFileSync('/sys/fs/cgroup/cpu.max', 'utf8').split(' ').map(Number);
    return quota > 0 ? quota / period : null;
  } catch {
    return null;
  }
}
