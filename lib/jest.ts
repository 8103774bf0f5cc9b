import type {} from 'expect';
import './index';
import type { Differentiable, GradcheckOptions } from './autograd/gradcheck';
import type { Tensor } from './tensor/tensor';
import { type CloseOptions, type GradgradcheckOptions, matchers, type TensorLike } from './testing/matchers';

/**
 * Matchers for tensors and gradients; importing this module registers them with Jest's `expect`, global or from @jest/globals.
 * Where there is no such thing, hand them over yourself: `expect.extend(matchers)`, in Vitest for one.
 *
 * ```ts
 * import * as torch from 'cresset';
 * import 'cresset/jest';
 *
 * test('leaky_relu', () => {
 *   const x = torch.tensor([-1, 2], { dtype: torch.float64, requires_grad: true });
 *   expect(x.leaky_relu(0.5)).toBeCloseToTensor([-0.5, 2]);
 *   expect((x: torch.Tensor) => x.leaky_relu(0.5)).toPassGradcheck([x]);
 * });
 * ```
 */

/** What importing `cresset/jest` adds to `expect(…)`. */
export interface TensorMatchers<R> {
  /** Every element is within `atol + rtol · |expected|`; shapes are the same, and dtypes if `expected` is a Tensor. */
  toBeCloseToTensor(expected: TensorLike, options?: CloseOptions): R;
  /** The same shape, dtype and bits: -0 is not 0, and NaN equals NaN. */
  toEqualTensor(expected: TensorLike): R;
  /** The tensor has this shape. */
  toHaveShape(shape: readonly number[]): R;
  toHaveShape(...shape: number[]): R;
  /** `torch.autograd.gradcheck` of the received function at these inputs. */
  toPassGradcheck(inputs: Tensor | readonly Tensor[], options?: GradcheckOptions): R;
  /** `torch.autograd.gradgradcheck` of the received function at these inputs. */
  toPassGradgradcheck(inputs: Tensor | readonly Tensor[], options?: GradgradcheckOptions): R;
  /**
   * Runs the received function several times; the number of live tensors must not grow. A promise if the function is asynchronous: then
   * arrays from `typed_array()`, which are freed when the event loop turns, count too.
   */
  toNotLeakTensors(): R;
}

/** What importing `cresset/jest` adds to `expect` itself, for tensors inside `toEqual`, `objectContaining` and the like. */
export interface AsymmetricTensorMatchers {
  /** Matches tensors close to `expected`. */
  toBeCloseToTensor(expected: TensorLike, options?: CloseOptions): unknown;
  /** Matches tensors of the same shape, dtype and bits. */
  toEqualTensor(expected: TensorLike): unknown;
  /** Matches tensors of this shape. */
  toHaveShape(shape: readonly number[]): unknown;
  toHaveShape(...shape: number[]): unknown;
}

declare global {
  namespace jest {
    interface Matchers<R, T = {}> extends TensorMatchers<R> {}
    interface Expect extends AsymmetricTensorMatchers {}
    interface InverseAsymmetricMatchers extends AsymmetricTensorMatchers {}
  }
}

declare module 'expect' {
  interface AsymmetricMatchers extends AsymmetricTensorMatchers {}
  interface Matchers<R extends void | Promise<void>, T = unknown> extends TensorMatchers<R> {}
}

interface Expect {
  extend(matchers: object): void;
}

function find_expect(): Expect | null {
  const present = (globalThis as { expect?: Expect }).expect;
  if (typeof present?.extend === 'function') return present;
  try {
    // Refuses to load outside Jest.
    return (require('@jest/globals') as { expect: Expect }).expect;
  } catch {
    return null;
  }
}

find_expect()?.extend(matchers);

export {
  type CloseOptions,
  type Differentiable,
  type GradcheckOptions,
  type GradgradcheckOptions,
  matchers,
  type TensorLike,
};
