import { fail, shape_text } from '../errors';
import { check_tensor, type Tensor } from '../tensor/tensor';
import { select } from './views';

/** Ellipses of an equation become letters of their own, and what they broadcast is left out where it has size 1. */

const ALPHABET = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** The sizes that an ellipsis stands for in an operand; none where there is no ellipsis. */
function covered(part: string, tensor: Tensor, i: number): readonly number[] {
  if (!part.includes('...')) return [];
  const [before, after] = part.split('...');
  const count = tensor.ndim - before.length - after.length;
  if (count < 0) fail('einsum', `operand ${i} is called "${part}", but has shape ${shape_text(tensor.shape)}`);
  return tensor.shape.slice(before.length, before.length + count);
}

/** The same equation and operands without ellipses. */
export function without_ellipses(equation: string, given: readonly Tensor[]): [string, readonly Tensor[]] {
  if (!equation.includes('...')) return [equation, given];
  const [left, right] = equation.replaceAll(' ', '').split('->');
  const parts = left.split(',');
  if (parts.length !== given.length || [...parts, right ?? ''].some((part) => part.split('...').length > 2))
    fail('einsum', `"${equation}" does not name each of ${given.length} operands with at most one ellipsis`);
  const sizes = given.map((each, i) => covered(parts[i], check_tensor('einsum', `operands[${i}]`, each), i));
  const most = Math.max(...sizes.map(({ length }) => length));
  const free = [...ALPHABET].filter((c) => !equation.includes(c)).slice(0, most);
  const common = free.map((_, d) => Math.max(1, ...sizes.map((own) => own[d - most + own.length] ?? 1)));
  const tensors = given.map((tensor, i) => {
    const own = sizes[i];
    const at = parts[i].indexOf('...');
    const kept = own.map((size, d) => size !== 1 || common[most - own.length + d] === 1);
    const names = free.slice(most - own.length).filter((_, d) => kept[d]);
    parts[i] = parts[i].replace('...', names.join(''));
    return kept.reduceRight((rest, keep, d) => (keep ? rest : select(rest, at + d, 0)), tensor);
  });
  const once = [...new Set(left)].filter((c) => /[A-Za-z]/.test(c) && left.indexOf(c) === left.lastIndexOf(c));
  const result = right ?? `...${once.sort().join('')}`;
  return [`${parts.join(',')}->${result.replace('...', free.join(''))}`, tensors];
}
