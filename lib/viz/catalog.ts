import { fail, nearest } from '../errors';
import type { Module } from '../nn/module';
import { LeakyReLU, ReLU } from '../nn/modules/activation';
import * as rectifiers from '../nn/modules/activation_rectifiers';
import * as smooth from '../nn/modules/activation_smooth';

/** The activations of one input by name, with the numbers that set them; for tools that let people choose. */

export interface Setting {
  name: string;
  value: number;
  /** Where it is worth looking, for a slider. */
  range: readonly [low: number, high: number];
}

export interface CatalogEntry {
  /** As in `torch.nn.functional`. */
  name: string;
  /** As in `torch.nn`. */
  title: string;
  /** In the order in which `make` takes them. */
  settings: readonly Setting[];
  /** The module, in evaluation mode. */
  make(...values: readonly number[]): Module;
}

const UNIT = [-0.5, 1.5] as const;
const POSITIVE = [0.05, 5] as const;
const SIGNED = [-3, 3] as const;

function entry(
  name: string,
  title: string,
  make: (...values: number[]) => Module,
  ...settings: Setting[]
): CatalogEntry {
  return { name, title, settings, make: (...values) => make(...values).eval() };
}

function setting(name: string, value: number, range: readonly [number, number]): Setting {
  return { name, value, range };
}

export const catalog: readonly CatalogEntry[] = [
  entry('leaky_relu', 'LeakyReLU', (slope) => new LeakyReLU(slope), setting('negative_slope', 0.01, UNIT)),
  entry('prelu', 'PReLU', (weight) => new rectifiers.PReLU(1, weight), setting('weight', 0.25, UNIT)),
  entry(
    'rrelu',
    'RReLU',
    (lower, upper) => new rectifiers.RReLU(lower, upper),
    setting('lower', 1 / 8, [0, 1]),
    setting('upper', 1 / 3, [0, 1]),
  ),
  entry('relu', 'ReLU', () => new ReLU()),
  entry('relu6', 'ReLU6', () => new rectifiers.ReLU6()),
  entry('elu', 'ELU', (alpha) => new rectifiers.ELU(alpha), setting('alpha', 1, POSITIVE)),
  entry('celu', 'CELU', (alpha) => new rectifiers.CELU(alpha), setting('alpha', 1, POSITIVE)),
  entry('selu', 'SELU', () => new rectifiers.SELU()),
  entry('gelu', 'GELU', () => new smooth.GELU()),
  entry('gelu_tanh', 'GELU(tanh)', () => new smooth.GELU('tanh')),
  entry('silu', 'SiLU', () => new smooth.SiLU()),
  entry('mish', 'Mish', () => new smooth.Mish()),
  entry(
    'softplus',
    'Softplus',
    (beta, threshold) => new smooth.Softplus(beta, threshold),
    setting('beta', 1, POSITIVE),
    setting('threshold', 20, [1, 30]),
  ),
  entry('sigmoid', 'Sigmoid', () => new smooth.Sigmoid()),
  entry('logsigmoid', 'LogSigmoid', () => new smooth.LogSigmoid()),
  entry('tanh', 'Tanh', () => new smooth.Tanh()),
  entry('tanhshrink', 'Tanhshrink', () => new smooth.Tanhshrink()),
  entry('softsign', 'Softsign', () => new smooth.Softsign()),
  entry('hardsigmoid', 'Hardsigmoid', () => new smooth.Hardsigmoid()),
  entry('hardswish', 'Hardswish', () => new smooth.Hardswish()),
  entry(
    'hardtanh',
    'Hardtanh',
    (low, high) => new rectifiers.Hardtanh(low, high),
    setting('min_val', -1, SIGNED),
    setting('max_val', 1, SIGNED),
  ),
  entry('hardshrink', 'Hardshrink', (lambd) => new smooth.Hardshrink(lambd), setting('lambd', 0.5, [0, 3])),
  entry('softshrink', 'Softshrink', (lambd) => new smooth.Softshrink(lambd), setting('lambd', 0.5, [0, 3])),
  entry(
    'threshold',
    'Threshold',
    (threshold, value) => new rectifiers.Threshold(threshold, value),
    setting('threshold', 0.5, SIGNED),
    setting('value', 0, SIGNED),
  ),
];

/** The entry of this name; `LeakyReLU` and `leaky-relu` are `leaky_relu`. */
export function find_activation(op: string, name: string): CatalogEntry {
  const plain = (text: string): string => text.toLowerCase().replace(/[\s_-]/g, '');
  const found = catalog.find((each) => plain(each.name) === plain(name));
  if (found !== undefined) return found;
  const names = catalog.map((each) => each.name);
  const best = nearest(name, names);
  const hint = best === undefined ? '' : `; did you mean "${best}"?`;
  return fail(op, `unknown activation ${JSON.stringify(name)}${hint} (known: ${names.join(', ')})`);
}

/** What a legend calls it: `LeakyReLU(0.2)`. */
export function title_of({ title, settings }: CatalogEntry, values: readonly number[]): string {
  return settings.length === 0 ? title : `${title}(${values.map((value) => Number(value.toPrecision(4))).join(', ')})`;
}
