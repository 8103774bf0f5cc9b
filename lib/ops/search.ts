import { type Given, positional } from '../arguments';
import {
  check_boolean,
  check_integer,
  check_number,
  check_options,
  fail,
  fail_range,
  fail_type,
  shape_text,
} from '../errors';
import { kernel } from '../native/kernel';
import { get_default_dtype, int32, int64 } from '../tensor/dtype';
import { numel_of, same_shape } from '../tensor/shape';
import { allocate, check_floating, check_tensor, Tensor } from '../tensor/tensor';
import { div, mul, sub } from './arithmetic';
import { clamp } from './clamp';
import { eq, ge, le, logical_and, logical_not } from './compare';
import { bincount } from './counting';
import { full } from './create';
import { op, type Reference, sample } from './define';
import { take_along_dim } from './gather';
import { index_select } from './indexing';
import { masked_select } from './mask';
import { cast_to } from './operand';
import { floor } from './pointwise';
import { sort } from './sort';
import { contiguous, flatten, reshape } from './views';

/** Places in sequences that ascend, and what follows from them. */

declare module '../tensor/tensor' {
  interface Tensor {
    /** How many elements lie in each of equally wide bins between min and max. */
    histc(...given: Given<HistcOptions, [bins: 'bins', min: 'min', max: 'max']>): Tensor;
  }
}

/** Options of {@link bucketize}. */
export interface BucketizeOptions {
  /** int32 instead of int64. Default false. */
  out_int32?: boolean;
  /** Behind equal elements instead of before them. Default false. */
  right?: boolean;
}

/** Options of {@link searchsorted}. */
export interface SearchSortedOptions extends BucketizeOptions {
  /** `'right'` is the same as `right: true`. Default 'left'. */
  side?: 'left' | 'right' | null;
  /** The indices that sort the sequences, where they do not ascend. */
  sorter?: Tensor | null;
}

/** Options of {@link isin}. */
export interface IsinOptions {
  /** A promise that no element stands twice; of no consequence here. */
  assume_unique?: boolean;
  /** True for what is not there. Default false. */
  invert?: boolean;
}

/** Options of {@link histc}. */
export interface HistcOptions {
  /** Default 100. */
  bins?: number;
  /** The lower end; with max equal to it, the data's. Default 0. */
  min?: number;
  /** The upper end, which belongs to the last bin. Default 0. */
  max?: number;
}

const run = kernel('search_sorted');

function places(name: string, sequences: Tensor, given: Tensor, right: boolean, out_int32: boolean): Tensor {
  check_boolean(name, 'out_int32', out_int32);
  if (sequences.dtype !== given.dtype)
    fail(name, `expected tensors of one dtype, got ${sequences.dtype} and ${given.dtype}; convert with to()`);
  if (sequences.ndim === 0) fail(name, 'expected sequences of at least 1 dimension, got shape []');
  const shared = sequences.ndim === 1;
  const lead = sequences.shape.slice(0, -1);
  if (!shared && (given.ndim !== sequences.ndim || !same_shape(lead, given.shape.slice(0, -1))))
    fail(
      name,
      `shapes ${shape_text(sequences.shape)} and ${shape_text(given.shape)} differ in more than the last dimension`,
    );
  const [x, y] = [contiguous(sequences), contiguous(given)];
  const length = sequences.shape[sequences.ndim - 1];
  const rows = shared ? 1 : numel_of(lead);
  const values = shared ? y.count : y.shape[y.ndim - 1];
  const out = allocate(y.shape, int64);
  if (y.count > 0) run(x.dtype.code, rows, length, values, shared, right, out, x, y);
  return out_int32 ? cast_to(out, int32) : out;
}

/** A number beside sequences of integers may lie between them. */
function beside(sequences: Tensor, value: Tensor | number): [Tensor, Tensor] {
  if (value instanceof Tensor) return [sequences, value];
  const exact = sequences.dtype.is_floating_point || Number.isInteger(value);
  const dtype = exact ? sequences.dtype : get_default_dtype();
  return [cast_to(sequences, dtype), full([], value, { dtype })];
}

function reference_places(sequence: ArrayLike<number>, value: number, right: boolean): number {
  let place = 0;
  while (place < sequence.length && (right ? sequence[place] <= value : sequence[place] < value)) place++;
  return place;
}

const ascending = (n: number) => sample([n], { values: Array.from({ length: n }, (_, i) => Math.floor(i / 2) - 1) });

/**
 * Where values belong in ascending sequences, the last dimension's: the places before equal elements, or behind them; int64. One sequence serves
 * values of any shape, several those of their own row.
 * @example
 * ```ts
 * torch.searchsorted(torch.tensor([1, 3, 5]), torch.tensor([0, 3, 9])).tolist(); // [0, 1, 3]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.searchsorted.html
 */
export const searchsorted = op({
  name: 'searchsorted',
  methods: [],
  differentiable: false,
  call: (sorted_sequence: Tensor, input: Tensor | number, options?: SearchSortedOptions): Tensor => {
    const name = 'searchsorted';
    check_tensor(name, 'sorted_sequence', sorted_sequence);
    if (typeof input !== 'number') check_tensor(name, 'input', input);
    const given = check_options(name, options, {
      out_int32: false,
      right: false,
      side: null as unknown,
      sorter: null as Tensor | null,
    });
    const { side, sorter } = given;
    if (side !== null && side !== 'left' && side !== 'right') fail_type(name, 'side', "'left' or 'right'", side);
    if (check_boolean(name, 'right', given.right) && side === 'left') fail(name, "side is 'left', but right is true");
    const [sequences, values] = beside(sorted_sequence, input);
    const sorted = sorter === null ? sequences : take_along_dim(sequences, sorter, -1);
    return places(name, sorted, values, given.right || side === 'right', given.out_int32);
  },
  reference: (sequence: Reference, values: Reference, options?: SearchSortedOptions) => ({
    shape: values.shape,
    data: Array.from(values.data, (value) => reference_places(sequence.data, value, options?.right ?? false)),
  }),
  samples: () => [
    { args: [ascending(9), sample([4, 5])] },
    { args: [ascending(9), sample([3], { values: [-1, 0, 2] })] },
    { args: [ascending(9), sample([3], { values: [-1, 0, 2] }), { right: true }] },
  ],
  errors: () => [
    { args: [sample([]), sample([2])], message: /expected sequences of at least 1 dimension/ },
    { args: [sample([2, 3]), sample([3, 2])], message: /differ in more than the last dimension/ },
    { args: [sample([3]), sample([2]), { side: 'middle' }], message: /expected side to be 'left' or 'right'/ },
  ],
});

/**
 * The bucket of each element between ascending boundaries, which belong to the bucket below (`right`: above); int64.
 * @example
 * ```ts
 * torch.bucketize(torch.tensor([0.5, 1, 9]), torch.tensor([1, 5])).tolist(); // [0, 0, 2]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.bucketize.html
 */
export const bucketize = op({
  name: 'bucketize',
  methods: [],
  differentiable: false,
  call: (input: Tensor | number, boundaries: Tensor, options?: BucketizeOptions): Tensor => {
    const name = 'bucketize';
    check_tensor(name, 'boundaries', boundaries);
    if (typeof input !== 'number') check_tensor(name, 'input', input);
    if (boundaries.ndim !== 1)
      fail(name, `expected boundaries of 1 dimension, got shape ${shape_text(boundaries.shape)}`);
    const { out_int32, right } = check_options(name, options, {
      out_int32: false,
      right: false,
    });
    const [sequence, values] = beside(boundaries, input);
    return places(name, sequence, values, check_boolean(name, 'right', right), out_int32);
  },
  samples: () => [{ args: [sample([4, 5]), ascending(9)] }, { args: [sample([5]), ascending(9), { right: true }] }],
  errors: () => [{ args: [sample([2]), sample([2, 2])], message: /expected boundaries of 1 dimension/ }],
});

/**
 * Whether each element is one of the test elements; bool.
 * @example
 * ```ts
 * torch.isin(torch.tensor([1, 2, 3]), torch.tensor([3, 1])).tolist(); // [true, false, true]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.isin.html
 */
export const isin = op({
  name: 'isin',
  methods: [],
  differentiable: false,
  call: (elements: Tensor, test_elements: Tensor | number, options?: IsinOptions): Tensor => {
    check_tensor('isin', 'elements', elements);
    if (typeof test_elements !== 'number') check_tensor('isin', 'test_elements', test_elements);
    const { assume_unique, invert } = check_options('isin', options, {
      assume_unique: false,
      invert: false,
    });
    check_boolean('isin', 'assume_unique', assume_unique);
    check_boolean('isin', 'invert', invert);
    const [among, wanted] = beside(elements, test_elements);
    if (wanted.count === 0) return full(elements.shape, invert).bool();
    const sorted = sort(flatten(wanted)).values;
    const at = clamp(places('isin', sorted, among, false, false), 0, wanted.count - 1);
    const found = eq(reshape(index_select(sorted, 0, flatten(at)), among.shape), among);
    return invert ? logical_not(found) : found;
  },
  samples: () => [{ args: [ascending(9), ascending(4)] }, { args: [ascending(9), 2, { invert: true }] }],
});

/**
 * How many elements lie in each of equally wide bins between min and max (the data's, where both are 0); of the input's dtype.
 * @example
 * ```ts
 * torch.histc(torch.tensor([1, 2, 1]), 4, 0, 3).tolist(); // [0, 2, 1, 0]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.histc.html
 */
export const histc: (input: Tensor, ...given: Given<HistcOptions, [bins: 'bins', min: 'min', max: 'max']>) => Tensor =
  op({
    name: 'histc',
    differentiable: false,
    call: (input: Tensor, ...given: readonly unknown[]): Tensor => {
      const x = flatten(check_floating('histc', 'input', input).detach());
      const options = positional('histc', given, { bins: 100, min: 0, max: 0 });
      const bins = check_integer('histc', 'bins', options.bins, 1);
      let [low, high] = [check_number('histc', 'min', options.min), check_number('histc', 'max', options.max)];
      if (low === high && x.count > 0) [low, high] = [x.min().item(), x.max().item()];
      if (low === high) [low, high] = [low - 1, high + 1];
      if (!(low < high && Number.isFinite(high - low)))
        fail_range('histc', `expected min below max, both finite, got ${low} and ${high}`);
      const within = masked_select(x, logical_and(ge(x, low), le(x, high)));
      const bin = clamp(floor(mul(div(sub(within, low), high - low), bins)), 0, bins - 1);
      return cast_to(bincount(cast_to(bin, int64), { minlength: bins }), x.dtype);
    },
    samples: () => [{ args: [sample([50]), 10, -2, 2] }, { args: [sample([20]), { bins: 4 }] }],
    errors: () => [{ args: [sample([3]), 4, 2, 1], message: /expected min below max, both finite, got 2 and 1/ }],
  });
