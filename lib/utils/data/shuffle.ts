import { check_integer, check_options, fail_type } from '../../errors';
import { randperm } from '../../ops/random';
import { Generator } from '../../random';
import type { Tensor } from '../../tensor/tensor';

export type { Generator };

/** 0 … n-1 in an order drawn from the given generator, or from that of `torch.manual_seed`. */
export function shuffled_indices(op: string, n: number, options?: { generator?: Generator }): Tensor {
  const { generator } = check_options<{ generator?: Generator }>(op, options, { generator: undefined });
  return randperm(n, generator === undefined ? {} : { generator });
}

/** The generator of a loader: the user's, one of its own for a `seed`, or none (the global one). */
export function check_generator(op: string, generator: unknown, seed: unknown): Generator | undefined {
  if (generator !== undefined && !(generator instanceof Generator))
    fail_type(op, 'generator', 'a torch.Generator', generator);
  if (seed === undefined) return generator as Generator | undefined;
  if (generator !== undefined) fail_type(op, 'seed', 'absent where a generator is given', seed);
  const own = new Generator();
  own.manual_seed(check_integer(op, 'seed', seed));
  return own;
}
