import type { Module } from '../module';
import { LeakyReLU, ReLU } from '../modules/activation';
import * as rectifiers from '../modules/activation_rectifiers';
import * as smooth from '../modules/activation_smooth';
import { learned_slopes } from './slopes';

/**
 * Where an activation lets (almost) no gradient through, told from its output: at most `low` or at least `high` (NaN where there is no such
 * side), or 0.
 */
export interface Flat {
  readonly low: number;
  readonly high: number;
  readonly zero: boolean;
}

const NOWHERE: Flat = { low: NaN, high: NaN, zero: false };
const AT_ZERO: Flat = { ...NOWHERE, zero: true };
const below = (low: number): Flat => ({ ...NOWHERE, low });
const outside = (low: number, high: number): Flat => ({ low, high, zero: false });

/** Exponential curves count as flat where 1 % of the slope is left, tanh where 2 % are. */
const LEFT = 0.01;
const SELU_ALPHA = 1.6732632423543772 * 1.0507009873554805;

type Class<M> = abstract new (...given: never) => M;
type Kind = readonly [Class<Module>, (module: Module) => Flat];

function kind<M extends Module>(of: Class<M>, flat: (module: M) => Flat): Kind {
  return [of, flat as (module: Module) => Flat];
}

const KINDS: readonly Kind[] = [
  kind(ReLU, () => below(0)),
  kind(LeakyReLU, ({ negative_slope }) => (negative_slope === 0 ? below(0) : NOWHERE)),
  kind(rectifiers.PReLU, () => NOWHERE),
  kind(rectifiers.RReLU, ({ lower, upper }) => (lower === 0 && upper === 0 ? below(0) : NOWHERE)),
  kind(rectifiers.ReLU6, () => outside(0, 6)),
  kind(rectifiers.ELU, ({ alpha }) => exponential(alpha)),
  kind(rectifiers.CELU, ({ alpha }) => exponential(alpha)),
  kind(rectifiers.SELU, () => exponential(SELU_ALPHA)),
  kind(rectifiers.Hardtanh, ({ min_val, max_val }) => outside(min_val, max_val)),
  kind(rectifiers.Threshold, ({ threshold, value }) => (value <= threshold ? below(value) : NOWHERE)),
  kind(smooth.Sigmoid, () => outside(LEFT, 1 - LEFT)),
  kind(smooth.Hardsigmoid, () => outside(0, 1)),
  kind(smooth.Tanh, () => outside(LEFT - 1, 1 - LEFT)),
  kind(smooth.Softsign, () => outside(-0.9, 0.9)),
  kind(smooth.Softplus, ({ beta }) => below(LEFT / beta)),
  kind(smooth.LogSigmoid, () => ({ ...NOWHERE, high: -LEFT })),
  kind(smooth.Hardswish, () => AT_ZERO),
  kind(smooth.Hardshrink, () => AT_ZERO),
  kind(smooth.Softshrink, () => AT_ZERO),
  kind(smooth.GELU, () => NOWHERE),
  kind(smooth.SiLU, () => NOWHERE),
  kind(smooth.Mish, () => NOWHERE),
  kind(smooth.Tanhshrink, () => NOWHERE),
];

function exponential(alpha: number): Flat {
  return alpha >= 0 ? below((LEFT - 1) * alpha) : NOWHERE;
}

/** Where a module is flat; null for one that is no activation. A user's module is one if all its parameters are slopes. */
export function flat_of(module: Module): Flat | null {
  for (const [of, flat] of KINDS) if (module instanceof of) return flat(module);
  return learned_slopes(module).length > 0 ? NOWHERE : null;
}

/** Does it cut off what is below a value, as ReLU does: would a slope there help? */
export function is_cut_off(module: Module): boolean {
  return [ReLU, LeakyReLU, rectifiers.RReLU, rectifiers.ReLU6, rectifiers.Threshold, rectifiers.Hardtanh].some(
    (each) => module instanceof each,
  );
}
