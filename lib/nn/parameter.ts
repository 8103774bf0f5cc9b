import { check_boolean, check_options } from '../errors';
import { finish } from '../ops/create';
import { check_tensor, Tensor } from '../tensor/tensor';

/**
 * A tensor that is trained: as a property of a {@link Module} it is found by `parameters()`. It shares the memory of `data` and requires
 * grad unless told otherwise.
 * @example
 * ```ts
 * const alpha = new torch.nn.Parameter(torch.tensor(0.25));
 * alpha.requires_grad; // true
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.parameter.Parameter.html
 */
export class Parameter extends Tensor {
  constructor(data: Tensor, requires_grad: boolean | { requires_grad?: boolean } = true) {
    check_tensor('Parameter', 'data', data);
    super(data.storage, data.dtype, data.shape, data.strides, data.offset);
    this.own_version = data.own_version;
    this.storage.internal = false;
    const wanted =
      typeof requires_grad === 'object' && requires_grad !== null
        ? check_options('Parameter', requires_grad, { requires_grad: true }).requires_grad
        : requires_grad;
    finish('Parameter', this, check_boolean('Parameter', 'requires_grad', wanted));
  }

  override toString(): string {
    return `Parameter containing:\n${super.toString()}`;
  }
}

/** Puts the memory and dtype of another tensor into this one, whose identity optimizers and users hold. */
export function replace_data(target: Tensor, value: Tensor): void {
  const { storage, dtype, shape, strides, offset, count } = value;
  Object.assign(target, { storage, dtype, shape, strides, offset, count, own_version: null });
}
