import type { Tensor } from '../tensor/tensor';

/**
 * A leaf's `.grad`. What the engine puts there is known to nobody until it is read; if it never is (most training loops leave that to the
 * optimizer), its memory goes back the moment it is dropped, without the collector.
 */

/** For user code, which may hold it from now on. */
export function read_grad(tensor: Tensor): Tensor | null {
  const grad = tensor.grad_slot;
  if (grad !== null) grad.storage.unread = false;
  return grad;
}

export function write_grad(tensor: Tensor, grad: Tensor | null): void {
  const before = tensor.grad_slot;
  tensor.grad_slot = grad;
  if (before === null || !before.storage.unread) return;
  const { storage } = before;
  storage.unread = false;
  storage.internal = true;
  storage.release_if_unused();
}
