import { check_boolean, check_options, fail, fail_type } from '../errors';
import { type FilePath, path_of } from '../serialization/files';
import type { LineChart, Series } from './line_chart';
import { check_text, check_theme, format_of, save_lines } from './picture';
import type { Theme } from './theme';
import { to_json } from './visualize_activation';
import { write_whole } from './write';

/** Values by name, one a step; or the steps in their order, each with its values by name. */
export type History = Readonly<Record<string, ArrayLike<number>>> | readonly Readonly<Record<string, number>>[];

/** Options of {@link curves}. */
export interface CurvesOptions {
  /** Default "Training". */
  title?: string;
  /** Default "step". */
  x_label?: string;
  /** Default: the name of the only curve, or none. */
  y_label?: string;
  /** A logarithmic y axis; values that are not positive leave gaps. Default false. */
  log?: boolean;
  /** From 0 up to, not including, 1: how much of the mean so far stays at each step. The values themselves are then drawn thin behind it. Default 0. */
  smooth?: number;
  /** Colours; default "auto", which in SVG and HTML follows the reader and in PNG is "light". */
  theme?: Theme;
}

const OP = 'curves';

/**
 * Draws the curves of a training into an .svg or .html (needs the package echarts) or a .png (needs sharp, too), or keeps them as .json. Values that are not finite
 * leave gaps. The promise settles when the file is there; all but .png are written before the function returns.
 * @example
 * ```ts
 * import { curves } from 'cresset/viz';
 * const history = { 'training loss': [1.2, 0.7, 0.5], 'test loss': [1.3, 0.9, 0.8] };
 * curves(history, 'run.svg', { x_label: 'epoch', y_label: 'cross entropy' });
 * ```
 */
export async function curves(history: History, path: FilePath, options?: CurvesOptions): Promise<void> {
  const target = path_of(OP, path);
  const format = format_of(OP, target, ['svg', 'html', 'png', 'json']);
  const { title, x_label, y_label, log, smooth, theme } = check_options(OP, options, {
    title: 'Training',
    x_label: 'step',
    y_label: null as string | null,
    log: false,
    smooth: 0,
    theme: 'auto' as Theme,
  });
  const columns = by_name(history);
  const names = Object.keys(columns);
  if (typeof smooth !== 'number' || !(smooth >= 0 && smooth < 1))
    fail(OP, `expected smooth to be at least 0 and below 1, got ${smooth}`);
  const chart: LineChart = {
    title: check_text(OP, 'title', title),
    x_label: check_text(OP, 'x_label', x_label),
    y_label: y_label === null ? (names.length === 1 ? names[0] : '') : check_text(OP, 'y_label', y_label),
    log_y: check_boolean(OP, 'log', log),
    series: names.flatMap((name, color) => lines(name, columns[name], color, smooth)),
  };
  check_theme(OP, theme);
  if (format === 'json') write_whole(OP, target, to_json(columns));
  else await save_lines(OP, chart, target, format, theme);
}

function by_name(history: unknown): Record<string, ArrayLike<number>> {
  const columns = Array.isArray(history) ? turned(history) : history;
  if (typeof columns !== 'object' || columns === null || Object.keys(columns).length === 0)
    return fail_type(OP, 'history', 'lists of numbers by name, or a list of objects of numbers', history);
  return Object.fromEntries(
    Object.entries(columns).map(([name, values]) => {
      const list = ArrayBuffer.isView(values) ? Array.from(values as Float64Array) : values;
      if (!Array.isArray(list) || list.length === 0)
        fail_type(OP, `history[${JSON.stringify(name)}]`, 'a list of numbers', values);
      if (list.some((value: unknown) => typeof value !== 'number'))
        fail_type(
          OP,
          `each value of ${JSON.stringify(name)}`,
          'a number',
          list.find((value: unknown) => typeof value !== 'number'),
        );
      return [name, list];
    }),
  );
}

/** Steps of names as names of steps; a name that a step lacks has a gap there. */
function turned(steps: readonly unknown[]): Record<string, unknown[]> {
  const columns: Record<string, unknown[]> = {};
  steps.forEach((step, i) => {
    if (typeof step !== 'object' || step === null) fail_type(OP, `history[${i}]`, 'an object of numbers', step);
    for (const [name, value] of Object.entries(step)) {
      columns[name] ??= new Array(steps.length).fill(NaN);
      columns[name][i] = value;
    }
  });
  return columns;
}

function lines(name: string, values: ArrayLike<number>, color: number, smooth: number): Series[] {
  const steps = Array.from(values, (_, i) => i + 1);
  const whole = thinned({ name, x: steps, y: values, color });
  if (smooth === 0) return [whole];
  return [
    { ...whole, name: `${name} (each step)`, width: 1, faint: true },
    thinned({ name, x: steps, y: mean_so_far(values, smooth), color }),
  ];
}

/** Exponential moving average without the bias of its beginning. */
function mean_so_far(values: ArrayLike<number>, keep: number): number[] {
  let [mean, weight] = [0, 0];
  return Array.from(values, (value) => {
    if (!Number.isFinite(value)) return NaN;
    mean = keep * mean + (1 - keep) * value;
    weight = keep * weight + (1 - keep);
    return mean / weight;
  });
}

const BUCKETS = 1000;

/** More points than the picture has columns: of each stretch its least and greatest value, which look the same. */
export function thinned(series: Series): Series {
  const n = series.x.length;
  if (n <= 2 * BUCKETS) return series;
  const [x, y]: [number[], number[]] = [[], []];
  for (let bucket = 0; bucket < BUCKETS; bucket++) {
    const [from, to] = [Math.floor((bucket * n) / BUCKETS), Math.floor(((bucket + 1) * n) / BUCKETS)];
    let [low, high] = [from, from];
    for (let i = from + 1; i < to; i++) {
      if (!(series.y[i] >= series.y[low])) low = i;
      if (!(series.y[i] <= series.y[high])) high = i;
    }
    for (const i of low < high ? [low, high] : low > high ? [high, low] : [low]) {
      x.push(series.x[i]);
      y.push(series.y[i]);
    }
  }
  return { ...series, x, y };
}
