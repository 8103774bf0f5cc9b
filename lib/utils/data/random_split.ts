import { check_number, check_options, fail, fail_type, shape_text } from '../../errors';
import { randperm } from '../../ops/random';
import { Generator } from '../../random';
import { check_dataset, type Samples, Subset } from './dataset';
import { check_generator } from './seeds';

/**
 * Splits a dataset at random into subsets of the given lengths, or fractions that add up to 1.
 * @example
 * ```ts
 * const data = new torch.utils.data.TensorDataset(torch.ones([10, 1]));
 * torch.utils.data.random_split(data, [0.8, 0.2]).map((part) => part.length); // [8, 2]
 * ```
 * @see https://pytorch.org/docs/stable/data.html#torch.utils.data.random_split
 */
export function random_split<Item>(
  dataset: Samples<Item>,
  lengths: readonly number[],
  options?: Generator | { generator?: Generator },
): Subset<Item>[] {
  const samples = check_dataset('random_split', dataset);
  if (!Array.isArray(lengths) || lengths.length === 0)
    fail_type('random_split', 'lengths', 'an array of numbers', lengths);
  const given = options instanceof Generator ? { generator: options } : options;
  const { generator } = check_options<{ generator?: Generator }>('random_split', given, { generator: undefined });
  check_generator('random_split', generator);
  const counts = split_counts(samples.length, lengths);
  const order = randperm(samples.length, { generator }).tolist() as number[];
  let at = 0;
  return counts.map((count) => new Subset(samples, order.slice(at, (at += count))));
}

function split_counts(total: number, lengths: readonly number[]): number[] {
  for (const each of lengths)
    if (!(check_number('random_split', 'each length', each) >= 0))
      fail('random_split', `expected lengths of at least 0, got ${each}`);
  const sum = lengths.reduce((a, b) => a + b, 0);
  if (Math.abs(sum - 1) < 1e-9 && !(total === 1 && lengths.every(Number.isInteger))) {
    const counts = lengths.map((fraction) => Math.floor(total * fraction));
    // What rounding left over is handed out one by one, from the first part on.
    for (let rest = total - counts.reduce((a, b) => a + b, 0), i = 0; rest > 0; rest--, i++)
      counts[i % counts.length]++;
    return counts;
  }
  if (sum !== total || !lengths.every(Number.isInteger))
    fail('random_split', `lengths ${shape_text(lengths)} do not add up to the ${total} samples, nor to 1`);
  return [...lengths];
}
