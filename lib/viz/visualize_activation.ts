import { check_options, fail_type } from '../errors';
import { type FilePath, path_of } from '../serialization/files';
import { Tensor } from '../tensor/tensor';
import { type Activation, type ActivationData, evaluate } from './evaluate';
import { write_whole } from './write';

/** Options of {@link visualize_activation}. */
export interface VisualizeActivationOptions {
  /** A JSON file for the values; its folders are made. Default: none is written. */
  save_path?: FilePath | null;
}

/**
 * An activation function over the domain `x` (1-dimensional, float32 or float64) and its derivative there, by autograd: for a plot. `save_path`
 * also keeps them as JSON; what is not finite is `null` in the file. A module's mode decides as it does elsewhere, and no parameter receives a gradient.
 * @example
 * ```ts
 * import { visualize_activation } from 'cresset/viz';
 * const { y, yp } = visualize_activation(torch.linspace(-2, 2, 5), new torch.nn.LeakyReLU(0.5));
 * y; // [-1, -0.5, 0, 1, 2]
 * yp; // [0.5, 0.5, 0.5, 1, 1]
 * ```
 */
export function visualize_activation(
  x: Tensor,
  module: Activation,
  options?: VisualizeActivationOptions,
): ActivationData {
  const op = 'visualize_activation';
  const { save_path } = check_options(op, options, { save_path: null as FilePath | null });
  const path = save_path === null ? null : path_of(op, save_path);
  if (!(x instanceof Tensor) || x.ndim !== 1 || !x.dtype.is_floating_point)
    fail_type(op, 'x', 'a float Tensor of 1 dimension', x);
  const data = activation_data(op, x, module);
  if (path !== null) write_whole(op, path, to_json(data));
  return data;
}

/** @internal */
export function activation_data(op: string, x: Tensor, activation: Activation): ActivationData {
  const { y, yp } = evaluate(op, x, activation);
  const numbers = (values: Tensor): number[] => values.tolist() as number[];
  return { x: numbers(x.detach()), y: numbers(y), yp: numbers(yp) };
}

/** One line for each list, so that a reader finds the keys. */
export function to_json(data: object): string {
  const lines = Object.entries(data).map(([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)}`);
  return `{\n${lines.join(',\n')}\n}\n`;
}
