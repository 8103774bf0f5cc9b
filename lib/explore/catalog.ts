import * as nn from '../nn';
import type { Entry, Parameter } from './protocol';

/** The activations a page offers, with what its sliders set. */

interface Activation extends Entry {
  readonly make: (...values: number[]) => nn.Module;
}

type Slider = [name: string, low: number, high: number, start: number, step: number, coarse: number];

function entry(
  group: string,
  title: string,
  name: string,
  make: (...values: number[]) => nn.Module,
  ...sliders: Slider[]
): Activation {
  const parameters = sliders.map(
    ([name, low, high, start, step, coarse]): Parameter => ({ name, low, high, start, step, coarse }),
  );
  return { group, title, name, make, parameters };
}

const RECTIFIERS = 'Rectifiers';
const EXPONENTIAL = 'Exponential';
const GATES = 'Smooth gates';
const SQUASHING = 'Squashing';
const PIECES = 'Of pieces';

const slope = (name: string, start: number): Slider => [name, -0.5, 1.5, start, 0.01, 0.01];

export const catalog: readonly Activation[] = [
  entry(RECTIFIERS, 'LeakyReLU', 'leaky_relu', (s) => new nn.LeakyReLU(s), slope('negative_slope', 0.01)),
  entry(RECTIFIERS, 'PReLU', 'prelu', (s) => new nn.PReLU(1, s), slope('weight', 0.25)),
  entry(
    RECTIFIERS,
    'RReLU',
    'rrelu',
    // Bounds that have crossed are exchanged, because two sliders may.
    (a, b) => new nn.RReLU(Math.min(a, b), Math.max(a, b)),
    ['lower', 0, 1, 1 / 8, 1 / 48, 1 / 24],
    ['upper', 0, 1, 1 / 3, 1 / 48, 1 / 24],
  ),
  entry(RECTIFIERS, 'ReLU', 'relu', () => new nn.ReLU()),
  entry(RECTIFIERS, 'ReLU6', 'relu6', () => new nn.ReLU6()),
  entry(EXPONENTIAL, 'ELU', 'elu', (a) => new nn.ELU(a), ['alpha', 0, 3, 1, 0.02, 0.1]),
  entry(EXPONENTIAL, 'CELU', 'celu', (a) => new nn.CELU(a), ['alpha', 0.1, 3, 1, 0.02, 0.1]),
  entry(EXPONENTIAL, 'SELU', 'selu', () => new nn.SELU()),
  entry(
    EXPONENTIAL,
    'Softplus',
    'softplus',
    (beta, threshold) => new nn.Softplus(beta, threshold),
    ['beta', 0.25, 4, 1, 0.05, 0.25],
    ['threshold', 0, 20, 20, 1, 5],
  ),
  entry(GATES, 'GELU', 'gelu', () => new nn.GELU()),
  entry(GATES, 'GELU (tanh)', 'gelu_tanh', () => new nn.GELU('tanh')),
  entry(GATES, 'SiLU', 'silu', () => new nn.SiLU()),
  entry(GATES, 'Mish', 'mish', () => new nn.Mish()),
  entry(GATES, 'Hardswish', 'hardswish', () => new nn.Hardswish()),
  entry(SQUASHING, 'Sigmoid', 'sigmoid', () => new nn.Sigmoid()),
  entry(SQUASHING, 'LogSigmoid', 'logsigmoid', () => new nn.LogSigmoid()),
  entry(SQUASHING, 'Hardsigmoid', 'hardsigmoid', () => new nn.Hardsigmoid()),
  entry(SQUASHING, 'Tanh', 'tanh', () => new nn.Tanh()),
  entry(
    SQUASHING,
    'Hardtanh',
    'hardtanh',
    (low, high) => new nn.Hardtanh(low, high),
    ['min_val', -3, -0.25, -1, 0.05, 0.25],
    ['max_val', 0.25, 3, 1, 0.05, 0.25],
  ),
  entry(SQUASHING, 'Softsign', 'softsign', () => new nn.Softsign()),
  entry(PIECES, 'Tanhshrink', 'tanhshrink', () => new nn.Tanhshrink()),
  entry(PIECES, 'Softshrink', 'softshrink', (l) => new nn.Softshrink(l), ['lambd', 0, 2, 0.5, 0.02, 0.1]),
  entry(PIECES, 'Hardshrink', 'hardshrink', (l) => new nn.Hardshrink(l), ['lambd', 0, 2, 0.5, 0.02, 0.1]),
  entry(
    PIECES,
    'Threshold',
    'threshold',
    (threshold, value) => new nn.Threshold(threshold, value),
    ['threshold', -2, 2, 0.5, 0.1, 0.5],
    ['value', -2, 2, 0, 0.1, 0.5],
  ),
];

/** What of it a page is told. */
export const entries: readonly Entry[] = catalog.map(({ make: _, ...rest }) => rest);
