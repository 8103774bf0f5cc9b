import { is_grad_enabled } from '../autograd/mode';
import { type Rule, record, requires_grad } from '../autograd/node';
import { fail } from '../errors';
import { map_kernel } from '../native/map';
import { bool, get_default_dtype } from '../tensor/dtype';
import { broadcast_shapes, type Shape } from '../tensor/shape';
import { allocate, check_tensor, Tensor } from '../tensor/tensor';
import { add_method, op, type Reference, sample } from './define';
import { broadcast_reference, cast_to, check_operand, type Operand, operand_dtype, sum_to } from './operand';

/** Choosing between two values by a condition. */

declare module '../tensor/tensor' {
  interface Tensor {
    /** This tensor where `condition` holds, `other` elsewhere. */
    where(condition: Tensor, other: Operand): Tensor;
  }
}

const where_kernel = map_kernel('where');

/** What {@link where} is; of a condition alone it is `nonzero(condition, { as_tuple: true })`. */
export interface Where {
  (condition: Tensor, input: Operand, other: Operand): Tensor;
  (condition: Tensor): Tensor[];
}

/** The shapes of input and other; null for numbers. Apart from `where`, whose closures keep both alive. */
function where_rule(input: Shape | null, other: Shape | null): Rule {
  return (g, node) => {
    const chosen = node.saved(0);
    const grads: (Tensor | null)[] = [];
    if (input !== null) grads.push(node.needs(0) ? sum_to(where(chosen, g, 0), input) : null);
    if (other !== null) grads.push(node.needs(grads.length) ? sum_to(where(chosen, 0, g), other) : null);
    return grads;
  };
}

/**
 * `input` where the bool tensor `condition` holds, `other` elsewhere; all three are broadcast. The gradient goes to the one that was chosen.
 * @example
 * ```ts
 * const x = torch.tensor([-1, 2]);
 * torch.where(x.gt(0), x, x.mul(0.5)).tolist(); // [-0.5, 2]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.where.html
 */
export const where: Where = op({
  name: 'where',
  methods: [],
  call: (condition: Tensor, input?: Operand, other?: Operand): Tensor => {
    // Without values: the places where the condition holds.
    if (condition instanceof Tensor && input === undefined && other === undefined)
      return condition.nonzero({ as_tuple: true }) as unknown as Tensor;
    check_condition('where', condition);
    let a = check_operand('where', 'input', input);
    let b = check_operand('where', 'other', other);
    const dtype = typeof a === 'number' && typeof b === 'number' ? get_default_dtype() : operand_dtype(a, b);
    let { shape } = condition;
    if (typeof a !== 'number') {
      a = cast_to(a, dtype);
      shape = broadcast_shapes('where', shape, a.shape);
    }
    if (typeof b !== 'number') {
      b = cast_to(b, dtype);
      shape = broadcast_shapes('where', shape, b.shape);
    }
    const out = allocate(shape, dtype);
    if (out.count > 0) where_kernel(dtype, out, [condition, a, b]);
    const inputs = [a, b].filter((each) => typeof each !== 'number');
    if (is_grad_enabled() && inputs.some(requires_grad)) {
      const shapes = [a, b].map((each) => (typeof each === 'number' ? null : each.shape));
      record(out, 'WhereBackward0', inputs, [condition], where_rule(shapes[0], shapes[1]));
    }
    return out;
  },
  reference: (condition: Reference, a: Reference | number, b: Reference | number) => {
    const chosen = broadcast_reference(condition, a, (c, x) => (c !== 0 ? x : Number.NaN));
    const rest = broadcast_reference(condition, b, (c, x) => (c !== 0 ? Number.NaN : x));
    return broadcast_reference(chosen, rest, (x, y) => (Number.isNaN(x) ? y : x));
  },
  samples: () => [
    { args: [sample([7], { dtype: 'bool' }), sample([7]), sample([7])] },
    { args: [sample([3, 1], { dtype: 'bool' }), sample([17]), sample([])] },
    { args: [sample([3, 5], { dtype: 'bool' }), sample([3, 5]), 0] },
    { args: [sample([3, 5], { dtype: 'bool' }), 0.5, sample([5])] },
    { args: [sample([0], { dtype: 'bool' }), sample([0]), 1] },
    { args: [sample([], { dtype: 'bool' }), sample([2, 2]), sample([2])] },
  ],
  errors: () => [
    {
      args: [sample([2]), sample([2]), sample([2])],
      message: /expected condition to be a bool tensor, got torch.float/,
    },
    { args: [sample([2], { dtype: 'bool' }), sample([3]), 0], message: /shapes \[2\] and \[3\] cannot be broadcast/ },
  ],
}) as Where;
add_method('where', ((input: Tensor, condition: Tensor, other: Operand) => where(condition, input, other)) as never);

export function check_condition(op: string, condition: unknown, name = 'condition'): void {
  const { dtype } = check_tensor(op, name, condition);
  if (dtype !== bool) fail(op, `expected ${name} to be a bool tensor, got ${dtype}`);
}
