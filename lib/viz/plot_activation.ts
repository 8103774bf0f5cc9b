import { check_boolean, check_integer, check_number, check_options, fail, fail_range, fail_type } from '../errors';
import { linspace } from '../ops/create';
import { type FilePath, path_of } from '../serialization/files';
import type { Tensor } from '../tensor/tensor';
import { find_activation, title_of } from './catalog';
import { type Activation, type ActivationData, name_of } from './evaluate';
import type { LineChart } from './line_chart';
import { check_theme, type DrawnFormat, format_of, save_lines } from './picture';
import type { Theme } from './theme';
import { activation_data, to_json } from './visualize_activation';
import { write_whole } from './write';

/** Options of {@link plot_activation}. */
export interface PlotActivationOptions {
  /** Of x. Default [-5, 5]. */
  range?: readonly [low: number, high: number];
  /** How many x. Default 1000. */
  points?: number;
  /** Also draw the derivative, dashed. Default false. */
  derivative?: boolean;
  /** Default: the activation's name, or "Activation functions". */
  title?: string;
  /** Colours; default "auto", which in SVG and HTML follows the reader and in PNG is "light". */
  theme?: Theme;
}

/** A name such as "leaky_relu" (in evaluation mode and with the usual settings), a module, or a function of a tensor. */
export type Plotted = string | Activation;

/** Several activations, under the values of `x`. */
export interface ActivationTable {
  /** Where, for all of them. */
  x: number[];
  /** f(x) by name. */
  y: Record<string, number[]>;
  /** dy/dx by name. */
  yp: Record<string, number[]>;
}

const OP = 'plot_activation';

/**
 * Draws activation functions into a file: .svg and .html (needs the package echarts), .png (needs sharp, too), or the values as .json,
 * with the keys x, y and yp; of several activations y and yp are objects by name. The promise settles when the file is there;
 * .svg, .html and .json are written before the function returns.
 *
 * @param activations one, a list, or an object whose keys are the names in the legend
 * @example
 * ```ts
 * import { plot_activation } from 'cresset/viz';
 * plot_activation({ 'slope 0.01': new torch.nn.LeakyReLU(0.01), 'slope 0.2': new torch.nn.LeakyReLU(0.2) }, 'leaky.svg', { derivative: true });
 * ```
 */
export async function plot_activation(
  activations: Plotted | readonly Plotted[] | Readonly<Record<string, Plotted>>,
  path: FilePath,
  options?: PlotActivationOptions,
): Promise<void> {
  await draw_activations(OP, named(OP, activations), path_of(OP, path), options);
}

/** @internal */
export async function draw_activations(
  op: string,
  activations: readonly (readonly [name: string, activation: Activation])[],
  path: string,
  options?: PlotActivationOptions,
): Promise<void> {
  const format = format_of(op, path, ['svg', 'html', 'png', 'json']);
  const settings = check_settings(op, options);
  const [low, high] = settings.range;
  const x = linspace(low, high, settings.points);
  const data = activations.map(([name, activation]) => ({ name, data: activation_data(op, x, activation) }));
  if (format === 'json') write_whole(op, path, to_json(data.length === 1 ? data[0].data : table(x, data)));
  else await save_lines(op, chart_of(data, settings), path, format as DrawnFormat, settings.theme);
}

function named(
  op: string,
  activations: Plotted | readonly Plotted[] | Readonly<Record<string, Plotted>>,
): (readonly [string, Activation])[] {
  const pairs = is_plain_object(activations)
    ? Object.entries(activations).map(([name, each]) => [name, known(op, each)[1]] as const)
    : (Array.isArray(activations) ? (activations as readonly Plotted[]) : [activations as Plotted]).map((each) =>
        known(op, each),
      );
  if (pairs.length === 0) fail(op, 'expected at least one activation');
  return distinct(pairs);
}

function is_plain_object(value: unknown): value is Readonly<Record<string, Plotted>> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

function known(op: string, given: Plotted): readonly [string, Activation] {
  if (typeof given !== 'string') return [name_of(given), given];
  const entry = find_activation(op, given);
  const values = entry.settings.map(({ value }) => value);
  return [title_of(entry, values), entry.make(...values)];
}

/** Two of one name would share a line of the legend. */
function distinct(pairs: readonly (readonly [string, Activation])[]): (readonly [string, Activation])[] {
  const seen = new Map<string, number>();
  return pairs.map(([name, activation]) => {
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return [count === 1 ? name : `${name} (${count})`, activation];
  });
}

interface Settings {
  range: readonly [number, number];
  points: number;
  derivative: boolean;
  title: string | null;
  theme: Theme;
}

function check_settings(op: string, options: PlotActivationOptions | undefined): Settings {
  const { range, points, derivative, title, theme } = check_options(op, options, {
    range: [-5, 5] as unknown,
    points: 1000,
    derivative: false,
    title: null as string | null,
    theme: 'auto' as Theme,
  });
  if (!Array.isArray(range) || range.length !== 2) return fail_type(op, 'range', 'two numbers', range);
  const [low, high] = range.map((edge) => check_number(op, 'range', edge));
  if (!(low < high) || !Number.isFinite(Math.fround(high - low)))
    fail_range(op, `expected range to go from a lower to a higher number, got [${low}, ${high}]`);
  if (title !== null && typeof title !== 'string') fail_type(op, 'title', 'a string', title);
  return {
    range: [low, high],
    points: check_integer(op, 'points', points, 2, 1_000_000),
    derivative: check_boolean(op, 'derivative', derivative),
    title,
    theme: check_theme(op, theme),
  };
}

type NamedData = readonly { name: string; data: ActivationData }[];

function table(x: Tensor, data: NamedData): ActivationTable {
  const column = (key: 'y' | 'yp') => Object.fromEntries(data.map((each) => [each.name, each.data[key]]));
  return { x: x.tolist() as number[], y: column('y'), yp: column('yp') };
}

function chart_of(data: NamedData, { range, derivative, title }: Settings): LineChart {
  const alone = data.length === 1;
  const { x } = data[0].data;
  const family = data[0].name.replace(/\(.*/, '');
  const related = data.every(({ name }) => name.replace(/\(.*/, '') === family);
  return {
    title: title ?? (alone ? data[0].name : related ? family : 'Activation functions'),
    x_label: 'x',
    y_label: derivative ? 'f(x), f′(x)' : related ? `${family}(x)` : 'f(x)',
    range,
    series: data.flatMap(({ name, data: { y, yp } }, color) => [
      { name: derivative && alone ? 'f(x)' : name, x, y, color },
      ...(derivative
        ? [{ name: alone ? 'f′(x)' : `${name}′`, x, y: yp, color: alone ? 1 : color, dashed: !alone }]
        : []),
    ]),
  };
}
