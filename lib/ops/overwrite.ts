import { is_grad_enabled } from '../autograd/mode';
import { requires_grad } from '../autograd/node';
import { check_number, fail, shape_text } from '../errors';
import { copy_into, fill_with } from '../native/map';
import { broadcast_shapes, same_shape } from '../tensor/shape';
import { check_tensor, same_window, Tensor } from '../tensor/tensor';
import { zeros_like } from './create';
import { add_method, check_inplace, record_inplace } from './define';
import { cast_to, past, sum_to } from './operand';
import { clone } from './views';

/** In-place operations whose result does not depend on the old values. */

declare module '../tensor/tensor' {
  interface Tensor {
    /** Sets every element to a number, or to the value of a 0-dim tensor. */
    fill_(value: number | boolean | Tensor): Tensor;
    /** Fills with zeros, in place. */
    zero_(): Tensor;
    /** Takes the values of another tensor, broadcast and converted. */
    copy_(source: Tensor): Tensor;
  }
}

/** Runs `write`, which sets all elements of `target`; no gradient reaches what it held before. */
export function overwrite(op: string, target: Tensor, write: () => void): Tensor {
  check_inplace(op, target);
  const history = is_grad_enabled() && requires_grad(target) ? [past(target, false)] : [];
  write();
  return record_inplace(target, 'FillBackward0', history, [], (g) => [zeros_like(g)]);
}

function fill_(target: Tensor, value: number | boolean | Tensor): Tensor {
  check_tensor('fill_', 'input', target);
  if (!(value instanceof Tensor)) {
    const number = check_number('fill_', 'value', value);
    return overwrite('fill_', target, () => fill_with(target, number));
  }
  if (value.ndim !== 0)
    fail('fill_', `expected value to be a number or a 0-dim tensor, got shape ${shape_text(value.shape)}`);
  return copy_(target, value);
}

function zero_(target: Tensor): Tensor {
  check_tensor('zero_', 'input', target);
  return overwrite('zero_', target, () => fill_with(target, 0));
}

function copy_(target: Tensor, source: Tensor): Tensor {
  check_tensor('copy_', 'input', target);
  check_tensor('copy_', 'source', source);
  if (!same_shape(broadcast_shapes('copy_', target.shape, source.shape), target.shape))
    fail('copy_', `shape ${shape_text(source.shape)} does not fit into ${shape_text(target.shape)}`);
  check_inplace('copy_', target);
  const tracked =
    is_grad_enabled() && (requires_grad(target) || (source.dtype.is_floating_point && requires_grad(source)));
  const history = tracked ? [past(target, false), source] : [];
  if (!same_window(target, source))
    copy_into(target, target.storage === source.storage ? clone(source.detach()) : source);
  const { shape, dtype } = source;
  return record_inplace(target, 'CopyBackwards', history, [], (g, node) => [
    node.needs(0) ? zeros_like(g) : null,
    node.needs(1) ? cast_to(sum_to(g, shape), dtype) : null,
  ]);
}

for (const [name, method] of Object.entries({ fill_, zero_, copy_ })) add_method(name, method as never);
