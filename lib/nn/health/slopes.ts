import { no_grad } from '../../autograd/mode';
import type { Module } from '../module';
import { PReLU } from '../modules/activation_rectifiers';
import type { Parameter } from '../parameter';
import { own_modules, own_parameters } from '../tree';

/** Learned slopes of an activation. */
export interface SlopeRange {
  /** The parameter's name within the activation: `weight` for PReLU. */
  readonly name: string;
  /** The least of the slopes. */
  readonly min: number;
  /** Their mean. */
  readonly mean: number;
  /** The largest. */
  readonly max: number;
}

/** Parameters of these names are slopes, in a module that has no others. */
const SLOPE_NAMES = new Set(['slope', 'slopes', 'negative_slope', 'alpha']);

export function learned_slopes(module: Module): readonly (readonly [string, Parameter])[] {
  const own = own_parameters(module);
  if (module instanceof PReLU) return own;
  return own_modules(module).length === 0 && own.every(([name]) => SLOPE_NAMES.has(name)) ? own : [];
}

export function slope_ranges(module: Module): SlopeRange[] {
  return no_grad(() =>
    learned_slopes(module)
      .filter(([, { count }]) => count > 0)
      .map(([name, values]) => ({
        name,
        min: values.min().item(),
        mean: values.mean().item(),
        max: values.max().item(),
      })),
  );
}
