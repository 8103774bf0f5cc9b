import { fail, fail_type, shape_text } from '../errors';
import { check_tensor, type Tensor } from '../tensor/tensor';
import { mul } from './arithmetic';
import { op, type Reference, sample } from './define';
import { without_ellipses } from './einsum_ellipsis';
import { bmm } from './matmul';
import { sum } from './reduce';
import { as_strided, permute, reshape, unsqueeze } from './views';

/** Einstein's sums: each product of two tensors is one batched product of matrices. */

/** A tensor and the letter of each of its dimensions. */
interface Labelled {
  tensor: Tensor;
  letters: string;
}

const shared = (letters: string, others: string): string => [...letters].filter((c) => others.includes(c)).join('');
const without = (letters: string, others: string): string => [...letters].filter((c) => !others.includes(c)).join('');
const sizes = ({ tensor, letters }: Labelled, wanted: string): number[] =>
  [...wanted].map((c) => tensor.shape[letters.indexOf(c)]);
const product = (numbers: readonly number[]): number => numbers.reduce((a, b) => a * b, 1);

function arranged({ tensor, letters }: Labelled, wanted: string): Tensor {
  const order = [...wanted].map((c) => letters.indexOf(c));
  return letters === wanted ? tensor : permute(tensor, order);
}

/** Sums over the letters that are not wanted. */
function reduced(operand: Labelled, wanted: string): Labelled {
  const { tensor, letters } = operand;
  const gone = [...without(letters, wanted)].map((c) => letters.indexOf(c));
  return gone.length === 0 ? operand : { tensor: sum(tensor, gone), letters: shared(letters, wanted) };
}

/** A letter that stands twice in one operand walks along the diagonal. */
function on_diagonals({ tensor, letters }: Labelled): Labelled {
  const unique = [...new Set(letters)];
  if (unique.length === letters.length) return { tensor, letters };
  const places = unique.map((c) => [...letters].flatMap((other, i) => (other === c ? [i] : [])));
  const strides = places.map((list) => list.reduce((total, i) => total + tensor.strides[i], 0));
  const shape = places.map(([first]) => tensor.shape[first]);
  return { tensor: as_strided(tensor, shape, strides, tensor.offset), letters: unique.join('') };
}

/** `x` with `count` new dimensions of size 1 at `at`. */
function padded(x: Tensor, at: number, count: number): Tensor {
  return count === 0 ? x : padded(unsqueeze(x, at), at, count - 1);
}

/** The product of two operands, summed over what neither the result nor a later operand needs. */
function contracted(a: Labelled, b: Labelled, wanted: string): Labelled {
  const left = reduced(a, b.letters + wanted);
  const right = reduced(b, a.letters + wanted);
  const common = shared(left.letters, right.letters);
  const [batch, inner] = [shared(common, wanted), without(common, wanted)];
  const [rows, columns] = [without(left.letters, common), without(right.letters, common)];
  const letters = batch + rows + columns;
  if (inner === '') {
    const x = padded(arranged(left, batch + rows), batch.length + rows.length, columns.length);
    const y = padded(arranged(right, batch + columns), batch.length, rows.length);
    return { tensor: mul(x, y), letters };
  }
  const [count, m, k] = [batch, rows, inner].map((part) => product(sizes(left, part)));
  const n = product(sizes(right, columns));
  const x = reshape(arranged(left, batch + rows + inner), [count, m, k]);
  const y = reshape(arranged(right, batch + inner + columns), [count, k, n]);
  return { tensor: reshape(bmm(x, y), [...sizes(left, batch + rows), ...sizes(right, columns)]), letters };
}

/** The letters of the operands and of the result; without an arrow, those that stand once, in alphabetical order. */
function parse(equation: string, count: number): { inputs: string[]; result: string } {
  const [left, right, ...more] = equation.replaceAll(' ', '').split('->');
  const inputs = left.split(',');
  const valid = /^[A-Za-z]*$/;
  if (more.length > 0 || ![...inputs, right ?? ''].every((part) => valid.test(part)))
    fail('einsum', `expected an equation of letters such as "ij,jk->ik", got "${equation}"`);
  if (inputs.length !== count)
    fail('einsum', `"${equation}" names ${inputs.length} operand${inputs.length === 1 ? '' : 's'}, got ${count}`);
  const all = inputs.join('');
  const once = [...new Set(all)].filter((c) => all.indexOf(c) === all.lastIndexOf(c));
  const result = right ?? once.sort().join('');
  if (new Set(result).size !== result.length) fail('einsum', `a letter stands twice in the result of "${equation}"`);
  const unknown = without(result, all);
  if (unknown !== '') fail('einsum', `"${unknown[0]}" stands only in the result of "${equation}"`);
  return { inputs, result };
}

function check_sizes(operands: readonly Labelled[]): void {
  const known = new Map<string, number>();
  operands.forEach(({ tensor, letters }, i) => {
    if (tensor.ndim !== letters.length)
      fail('einsum', `operand ${i} is called "${letters}", but has shape ${shape_text(tensor.shape)}`);
    [...letters].forEach((c, d) => {
      const size = known.get(c) ?? tensor.shape[d];
      if (size !== tensor.shape[d]) fail('einsum', `"${c}" is ${size} and ${tensor.shape[d]}`);
      known.set(c, size);
    });
  });
}

/**
 * Sums of products over the letters that the result does not name; operands are taken from the left. `...` stands for leading dimensions, which are broadcast.
 * @example
 * ```ts
 * torch.einsum('ij,jk->ik', torch.ones([2, 3]), torch.ones([3, 1])).tolist(); // [[3], [3]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.einsum.html
 */
export const einsum = op({
  name: 'einsum',
  sums: true,
  methods: [],
  call: (equation: string, ...given: readonly (Tensor | readonly Tensor[])[]): Tensor => {
    if (typeof equation !== 'string') return fail_type('einsum', 'equation', 'a string such as "ij,jk->ik"', equation);
    const [letters, tensors] = without_ellipses(equation, given.flat() as Tensor[]);
    const { inputs, result } = parse(letters, tensors.length);
    const operands = tensors.map((each, i) => ({
      tensor: check_tensor('einsum', `operands[${i}]`, each),
      letters: inputs[i],
    }));
    check_sizes(operands);
    const [first, ...rest] = operands.map(on_diagonals);
    const total = rest.reduce((done, next, i) => {
      const needed =
        result +
        rest
          .slice(i + 1)
          .map(({ letters }) => letters)
          .join('');
      return contracted(done, next, needed);
    }, first);
    return arranged(reduced(total, result), result);
  },
  reference: einsum_reference,
  samples: () => [
    { args: ['ij,jk->ik', sample([2, 3]), sample([3, 4])] },
    { args: ['bij,bjk->bki', sample([2, 3, 4]), sample([2, 4, 5])] },
    { args: ['ij->ji', sample([2, 3])] },
    { args: ['ij->', sample([2, 3])] },
    { args: ['ii->i', sample([3, 3])] },
    { args: ['iij,j', sample([3, 3, 2]), sample([2])] },
    { args: ['i,j->ij', sample([2]), sample([3])] },
    { args: ['bi,bi->b', sample([2, 3]), sample([2, 3])] },
    { args: ['bhqd,bhkd->bhqk', sample([2, 2, 3, 4]), sample([2, 2, 5, 4])] },
    { args: ['ij,jk,kl->il', sample([2, 3]), sample([3, 2]), sample([2, 2])] },
  ],
  errors: () => [
    { args: ['ij,jk', sample([2, 3])], message: /"ij,jk" names 2 operands, got 1/ },
    { args: ['ij,jk->ik', sample([2, 3]), sample([4, 2])], message: /"j" is 3 and 4/ },
    { args: ['ij->ik', sample([2, 3])], message: /"k" stands only in the result/ },
    { args: ['i1->i', sample([2, 3])], message: /expected an equation of letters such as "ij,jk->ik", got "i1->i"/ },
    { args: ['ij', sample([2])], message: /operand 0 is called "ij", but has shape \[2\]/ },
  ],
});

/** Every combination of the letters, one after the other. */
function einsum_reference(equation: string, ...operands: readonly Reference[]): Reference {
  const { inputs, result } = parse(equation, operands.length);
  const size_of = new Map(inputs.flatMap((part, i) => [...part].map((c, d) => [c, operands[i].shape[d]] as const)));
  const letters = [...result, ...without([...size_of.keys()].join(''), result)];
  const shape = [...result].map((c) => size_of.get(c)!);
  const data = new Float64Array(product(shape));
  const total = product(letters.map((c) => size_of.get(c)!));
  const place = (part: string, at: ReadonlyMap<string, number>): number =>
    [...part].reduce((index, c) => index * size_of.get(c)! + at.get(c)!, 0);
  for (let i = 0; i < total; i++) {
    const at = new Map<string, number>();
    letters.reduceRight((rest, c) => {
      at.set(c, rest % size_of.get(c)!);
      return Math.floor(rest / size_of.get(c)!);
    }, i);
    data[place(result, at)] += inputs.reduce((value, part, k) => value * operands[k].data[place(part, at)], 1);
  }
  return { shape, data };
}
