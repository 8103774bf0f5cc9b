import { type Given, positional } from '../../arguments';
import { check_boolean, check_integer, check_number, fail, fail_type, shape_text } from '../../errors';
import { stack } from '../../ops/join';
import { pad } from '../../ops/pad';
import { narrow, select } from '../../ops/views';
import { same_shape } from '../../tensor/shape';
import { check_same_dtype, check_tensor, Tensor } from '../../tensor/tensor';

/** Sequences of different lengths in one tensor; `torch.nn.utils.rnn`. */

/** Options of {@link pad_sequence}. */
export interface PadSequenceOptions {
  /** [batch, length, …] instead of [length, batch, …]. Default false. */
  batch_first?: boolean;
  /** What stands where a sequence has ended. Default 0. */
  padding_value?: number;
  /** On which side it stands. Default 'right'. */
  padding_side?: 'left' | 'right';
}

/**
 * Sequences [length, …], which differ in their lengths only, as one tensor [longest length, batch, …]. As a loader's `collate_fn` it makes batches of
 * texts.
 * @example
 * ```ts
 * const batch = torch.nn.utils.rnn.pad_sequence([torch.tensor([1, 2]), torch.tensor([3])], { batch_first: true });
 * batch.tolist(); // [[1, 2], [3, 0]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.utils.rnn.pad_sequence.html
 */
export function pad_sequence(
  sequences: readonly Tensor[],
  ...given: Given<
    PadSequenceOptions,
    [batch_first: 'batch_first', padding_value: 'padding_value', padding_side: 'padding_side']
  >
): Tensor {
  const name = 'pad_sequence';
  const options = positional(name, given, { batch_first: false, padding_value: 0, padding_side: 'right' as unknown });
  check_boolean(name, 'batch_first', options.batch_first);
  check_number(name, 'padding_value', options.padding_value);
  if (options.padding_side !== 'left' && options.padding_side !== 'right')
    fail_type(name, 'padding_side', '"left" or "right"', options.padding_side);
  if (!Array.isArray(sequences)) fail_type(name, 'sequences', 'an array of Tensors', sequences);
  if (sequences.length === 0) fail(name, 'expected at least 1 sequence');
  const [first] = sequences;
  sequences.forEach((each, i) => {
    const { ndim, shape } = check_tensor(name, `sequence ${i}`, each);
    check_same_dtype(name, first, each);
    if (ndim === 0 || !same_shape(shape.slice(1), first.shape.slice(1)))
      fail(
        name,
        `expected sequences [length, …] that differ in their lengths only, got shapes ${shape_text(first.shape)} and ${shape_text(shape)}`,
      );
  });
  const longest = Math.max(...sequences.map(({ shape }) => shape[0]));
  const others = new Array<number>(2 * (first.ndim - 1)).fill(0);
  const padded = sequences.map((each) => {
    const missing = longest - each.shape[0];
    const ends = options.padding_side === 'right' ? [0, missing] : [missing, 0];
    return missing === 0 ? each : pad(each, [...others, ...ends], 'constant', options.padding_value);
  });
  return stack(padded, options.batch_first ? 0 : 1);
}

/**
 * The sequences that {@link pad_sequence} has padded on the right, as views.
 * @example
 * ```ts
 * const { unpad_sequence } = torch.nn.utils.rnn;
 * const parts = unpad_sequence(torch.tensor([[1, 2], [3, 0]]), [2, 1], { batch_first: true });
 * parts.map((each) => each.tolist()); // [[1, 2], [3]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.utils.rnn.unpad_sequence.html
 */
export function unpad_sequence(
  padded_sequences: Tensor,
  lengths: Tensor | readonly number[],
  ...given: Given<Pick<PadSequenceOptions, 'batch_first'>, [batch_first: 'batch_first']>
): Tensor[] {
  const name = 'unpad_sequence';
  const { batch_first } = positional(name, given, { batch_first: false });
  check_boolean(name, 'batch_first', batch_first);
  const { ndim, shape } = check_tensor(name, 'padded_sequences', padded_sequences);
  if (ndim < 2) fail(name, `expected at least 2 dimensions, got shape ${shape_text(shape)}`);
  const [batch, longest] = batch_first ? shape : [shape[1], shape[0]];
  const list: readonly number[] = lengths instanceof Tensor ? (lengths.tolist() as number[]) : lengths;
  if (!Array.isArray(list) || list.length !== batch)
    fail(name, `expected ${batch} lengths, one for each sequence, got ${Array.isArray(list) ? list.length : 'none'}`);
  return list.map((length, i) =>
    narrow(
      select(padded_sequences, batch_first ? 0 : 1, i),
      0,
      0,
      check_integer(name, `length ${i}`, length, 0, longest),
    ),
  );
}
