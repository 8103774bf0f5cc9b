import { is_options } from '../../arguments';
import { check_number, check_options, fail } from '../../errors';

/** The functions {@link calculate_gain} knows. */
export type Nonlinearity =
  | 'linear'
  | 'conv1d'
  | 'conv2d'
  | 'conv3d'
  | 'conv_transpose1d'
  | 'conv_transpose2d'
  | 'conv_transpose3d'
  | 'sigmoid'
  | 'tanh'
  | 'relu'
  | 'leaky_relu'
  | 'selu';

/**
 * The factor by which weights before this function are to be scaled.
 *
 * @param param the slope of `leaky_relu`, 0.01 if left out
 * @example
 * ```ts
 * torch.nn.init.calculate_gain('leaky_relu', 0.2); // 1.3867504905630728
 * ```
 */
export function calculate_gain(
  nonlinearity: Nonlinearity,
  given: number | null | { param?: number | null } = null,
): number {
  const param = is_options(given)
    ? check_options('calculate_gain', given, { param: null as number | null }).param
    : given;
  switch (nonlinearity) {
    case 'tanh':
      return 5 / 3;
    case 'relu':
      return Math.SQRT2;
    case 'selu':
      return 3 / 4;
    case 'leaky_relu': {
      const slope = param === null ? 0.01 : check_number('calculate_gain', 'param', param);
      return Math.sqrt(2 / (1 + slope ** 2));
    }
    default:
      if (nonlinearity === 'sigmoid' || nonlinearity === 'linear' || /^conv(_transpose)?[123]d$/.test(nonlinearity))
        return 1;
      return fail('calculate_gain', `unsupported nonlinearity ${JSON.stringify(nonlinearity)}`);
  }
}
