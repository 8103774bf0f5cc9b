import { check_boolean, fail } from '../errors';

let enabled = true;

/**
 * Whether operations are recorded for backward.
 * @example
 * ```ts
 * torch.no_grad(() => torch.is_grad_enabled()); // false
 * ```
 */
export function is_grad_enabled(): boolean {
  return enabled;
}

/**
 * Turns recording on or off from here on, and returns what it was; with a body, while that runs. {@link no_grad} ends by itself.
 * @example
 * ```ts
 * const before = torch.set_grad_enabled(false);
 * torch.ones([1], { requires_grad: true }).mul(2).requires_grad; // false
 * torch.set_grad_enabled(before);
 * torch.set_grad_enabled(false, () => torch.is_grad_enabled()); // false
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.autograd.grad_mode.set_grad_enabled.html
 */
export function set_grad_enabled(on: boolean): boolean;
export function set_grad_enabled<T>(on: boolean, body: () => T): T;
export function set_grad_enabled<T>(on: boolean, body?: () => T): boolean | T {
  check_boolean('set_grad_enabled', 'mode', on);
  return body === undefined ? switch_to(on) : (with_mode('set_grad_enabled', on, body) as T);
}

function switch_to(on: boolean): boolean {
  const previous = enabled;
  enabled = on;
  return previous;
}

/** Restores the mode that was in force when it was made; for `using`. */
class GradModeGuard implements Disposable {
  private open = true;
  constructor(private readonly previous: boolean) {}
  [Symbol.dispose](): void {
    if (this.open) enabled = this.previous;
    this.open = false;
  }
}

function with_mode<T>(op: string, on: boolean, body?: () => T): T | Disposable {
  const previous = switch_to(on);
  if (body === undefined) return new GradModeGuard(previous);
  try {
    const value = body();
    if (value instanceof Promise)
      fail(op, 'the callback is async; the mode would leak into other code. Use `using` inside it');
    return value;
  } finally {
    enabled = previous;
  }
}

/**
 * Runs `body` without recording a graph; without a body, returns a guard for `using`.
 *
 * @example
 * ```ts
 * const w = torch.ones([2], { requires_grad: true });
 * torch.no_grad(() => w.mul(2)).requires_grad; // false
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.no_grad.html
 */
export function no_grad(): Disposable;
export function no_grad<T>(body: () => T): T;
export function no_grad<T>(body?: () => T): T | Disposable {
  return with_mode('no_grad', false, body);
}

/**
 * The reverse of {@link no_grad}, for use inside it.
 * @example
 * ```ts
 * const w = torch.ones([2], { requires_grad: true });
 * torch.no_grad(() => torch.enable_grad(() => w.mul(2).requires_grad)); // true
 * ```
 */
export function enable_grad(): Disposable;
export function enable_grad<T>(body: () => T): T;
export function enable_grad<T>(body?: () => T): T | Disposable {
  return with_mode('enable_grad', true, body);
}

/**
 * {@link no_grad} under the name that evaluation code uses; there are no inference tensors, so nothing else changes.
 * @example
 * ```ts
 * torch.inference_mode(() => torch.is_grad_enabled()); // false
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.autograd.grad_mode.inference_mode.html
 */
export function inference_mode(): Disposable;
export function inference_mode<T>(body: () => T): T;
export function inference_mode<T>(body?: () => T): T | Disposable {
  return with_mode('inference_mode', false, body);
}
