import { check_boolean } from '../errors';
import { anomaly_enabled, set_capture_stacks } from './node';

/**
 * In anomaly mode every operation remembers the line of your code that called it; a backward rule that returns NaN, or fails, then names that line.
 * Slow: for looking, not for training.
 * @see https://pytorch.org/docs/stable/autograd.html#torch.autograd.set_detect_anomaly
 */
export function set_detect_anomaly(mode: boolean): void {
  set_capture_stacks(check_boolean('set_detect_anomaly', 'mode', mode));
}

export function is_anomaly_enabled(): boolean {
  return anomaly_enabled();
}

/** Anomaly mode for `using guard = torch.autograd.detect_anomaly()`, or for a callback. */
export function detect_anomaly(): Disposable;
export function detect_anomaly<T>(body: () => T): T;
export function detect_anomaly<T>(body?: () => T): T | Disposable {
  const before = anomaly_enabled();
  set_capture_stacks(true);
  if (body === undefined)
    return {
      [Symbol.dispose]() {
        set_capture_stacks(before);
      },
    };
  try {
    return body();
  } finally {
    set_capture_stacks(before);
  }
}
