import { check_boolean, check_options, fail } from '../errors';
import { anomaly_enabled, set_anomaly } from './node';

/** Options of {@link detect_anomaly}. */
export interface AnomalyOptions {
  /** Look for NaN in every gradient. Default true; false only adds the forward line to errors of a backward rule. */
  check_nan?: boolean;
}

/**
 * In anomaly mode every operation remembers the line of your code that called it; a backward rule that returns NaN, or fails, then is an
 * error that names that line. Slow: for looking, not for training.
 * @example
 * ```ts
 * torch.autograd.set_detect_anomaly(true);
 * const x = torch.tensor([0], { requires_grad: true });
 * const y = x.div(x); // the error of backward() names this line
 * torch.autograd.set_detect_anomaly(false);
 * y.isnan().tolist(); // [true]
 * ```
 * @see https://pytorch.org/docs/stable/autograd.html#torch.autograd.set_detect_anomaly
 */
export function set_detect_anomaly(mode: boolean, options?: AnomalyOptions): void {
  const { check_nan } = check_options('set_detect_anomaly', options, { check_nan: true });
  set_anomaly({
    enabled: check_boolean('set_detect_anomaly', 'mode', mode),
    check_nan: check_boolean('set_detect_anomaly', 'check_nan', check_nan),
  });
}

/**
 * Whether backward checks for NaN; see {@link detect_anomaly}.
 * @example
 * ```ts
 * torch.autograd.is_anomaly_enabled(); // false
 * ```
 */
export function is_anomaly_enabled(): boolean {
  return anomaly_enabled();
}

/**
 * Anomaly mode for `using guard = torch.autograd.detect_anomaly()`, or for a callback.
 * @example
 * ```ts
 * const x = torch.tensor([0], { requires_grad: true });
 * const run = () => x.sqrt().mul(0).sum().backward();
 * let message = '';
 * torch.autograd.detect_anomaly(() => {
 *   try {
 *     run();
 *   } catch (error) {
 *     message = (error as Error).message;
 *   }
 * });
 * message.includes('SqrtBackward0'); // true
 * ```
 * @see https://pytorch.org/docs/stable/autograd.html#torch.autograd.detect_anomaly
 */
export function detect_anomaly(): Disposable;
export function detect_anomaly<T>(body: () => T): T;
export function detect_anomaly<T>(body?: () => T): T | Disposable {
  const before = set_anomaly({ enabled: true, check_nan: true });
  const restore = (): void => {
    set_anomaly(before);
  };
  if (body === undefined) return { [Symbol.dispose]: restore };
  try {
    const value = body();
    if (value instanceof Promise)
      fail('detect_anomaly', 'the callback is async; the mode would leak into other code. Use `using` inside it');
    return value;
  } finally {
    restore();
  }
}
