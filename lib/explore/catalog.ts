import { type CatalogEntry, catalog } from '../viz/catalog';
import type { Entry, Parameter } from './protocol';

/** The activations a page offers, and what its sliders set. */

const groups: Readonly<Record<string, readonly string[]>> = {
  Rectifiers: ['leaky_relu', 'prelu', 'rrelu', 'relu', 'relu6'],
  Exponential: ['elu', 'celu', 'selu', 'softplus'],
  'Smooth gates': ['gelu', 'gelu_tanh', 'silu', 'mish', 'hardswish'],
  Squashing: ['sigmoid', 'logsigmoid', 'hardsigmoid', 'tanh', 'hardtanh', 'softsign'],
  'Of pieces': ['tanhshrink', 'softshrink', 'hardshrink', 'threshold'],
};

type Slider = readonly [low: number, high: number, step: number, coarse: number];

const SLOPE: Slider = [-0.5, 1.5, 0.01, 0.01];
// PyTorch's bounds, 1/8 and 1/3, are steps of it.
const BOUND: Slider = [0, 1, 1 / 48, 1 / 24];
const LAMBD: Slider = [0, 2, 0.02, 0.1];
const AROUND_ZERO: Slider = [-2, 2, 0.1, 0.5];

/** Of each activation's settings, in their order: a slider in a page from the server, and its coarser steps in a page in a file. */
const sliders: Readonly<Record<string, readonly Slider[]>> = {
  leaky_relu: [SLOPE],
  prelu: [SLOPE],
  rrelu: [BOUND, BOUND],
  elu: [[0, 3, 0.02, 0.1]],
  celu: [[0.1, 3, 0.02, 0.1]],
  softplus: [
    [0.25, 4, 0.05, 0.25],
    [0, 20, 1, 5],
  ],
  hardtanh: [
    [-3, -0.25, 0.05, 0.25],
    [0.25, 3, 0.05, 0.25],
  ],
  softshrink: [LAMBD],
  hardshrink: [LAMBD],
  threshold: [AROUND_ZERO, AROUND_ZERO],
};

const notes: Readonly<Record<string, string>> = {
  prelu: 'The weight is learned; the slider sets it.',
  rrelu: 'As in evaluation: the middle of the bounds. Training draws a slope between them for every element.',
};

const known = new Map(catalog.map((entry) => [entry.name, entry]));

function parameters_of({ name, settings }: CatalogEntry): Parameter[] {
  return settings.map((setting, i) => {
    const [low, high, step, coarse] = sliders[name][i];
    return { name: setting.name, low, high, start: setting.value, step, coarse };
  });
}

export const entries: readonly Entry[] = Object.entries(groups).flatMap(([group, names]) =>
  names.map((name) => {
    const entry = known.get(name)!;
    return { group, name, title: entry.title, parameters: parameters_of(entry), note: notes[name] };
  }),
);
