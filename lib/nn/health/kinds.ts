import type { Module } from '../module';
import { LeakyReLU, ReLU } from '../modules/activation';
import { CELU, ELU, Hardtanh, PReLU, ReLU6, RReLU, SELU, Threshold } from '../modules/activation_rectifiers';
import {
  GELU,
  Hardshrink,
  Hardsigmoid,
  Hardswish,
  LogSigmoid,
  Mish,
  Sigmoid,
  SiLU,
  Softplus,
  Softshrink,
  Softsign,
  Tanh,
  Tanhshrink,
} from '../modules/activation_smooth';
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

type Class<M> = abstract new (...given: never[]) => M;
type Kind = readonly [Class<Module>, (module: Module) => Flat];

function kind<M extends Module>(of: Class<M>, flat: (module: M) => Flat): Kind {
  return [of, flat as (module: Module) => Flat];
}

const KINDS: readonly Kind[] = [
  kind(ReLU, () => below(0)),
  kind(LeakyReLU, ({ negative_slope }) => (negative_slope === 0 ? below(0) : NOWHERE)),
  kind(PReLU, () => NOWHERE),
  kind(RReLU, ({ lower, upper }) => (lower === 0 && upper === 0 ? below(0) : NOWHERE)),
  kind(ReLU6, () => outside(0, 6)),
  kind(ELU, ({ alpha }) => exponential(alpha)),
  kind(CELU, ({ alpha }) => exponential(alpha)),
  kind(SELU, () => exponential(SELU_ALPHA)),
  kind(Hardtanh, ({ min_val, max_val }) => outside(min_val, max_val)),
  kind(Threshold, ({ threshold, value }) => (value <= threshold ? below(value) : NOWHERE)),
  kind(Sigmoid, () => outside(LEFT, 1 - LEFT)),
  kind(Hardsigmoid, () => outside(0, 1)),
  kind(Tanh, () => outside(LEFT - 1, 1 - LEFT)),
  kind(Softsign, () => outside(-0.9, 0.9)),
  kind(Softplus, ({ beta }) => below(LEFT / beta)),
  kind(LogSigmoid, () => ({ ...NOWHERE, high: -LEFT })),
  kind(Hardswish, () => AT_ZERO),
  kind(Hardshrink, () => AT_ZERO),
  kind(Softshrink, () => AT_ZERO),
  kind(GELU, () => NOWHERE),
  kind(SiLU, () => NOWHERE),
  kind(Mish, () => NOWHERE),
  kind(Tanhshrink, () => NOWHERE),
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
  return [ReLU, LeakyReLU, RReLU, ReLU6, Threshold, Hardtanh].some((each) => module instanceof each);
}
