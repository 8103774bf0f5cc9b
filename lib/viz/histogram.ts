import { check_boolean, check_integer, check_number, check_options, fail, fail_type } from '../errors';
import { type FilePath, path_of } from '../serialization/files';
import { Tensor } from '../tensor/tensor';
import type { Series } from './line_chart';
import { check_text, check_theme, format_of, save_lines } from './picture';
import type { Theme } from './theme';
import { to_json } from './visualize_activation';
import { write_whole } from './write';

/** Options of {@link histogram}. */
export interface HistogramOptions {
  /** How many equal intervals. Default 50. */
  bins?: number;
  /** Where they begin and end; values beyond are not counted. Default: the least and the greatest finite value. */
  range?: readonly [low: number, high: number] | null;
  /** Shares per unit of x in place of counts, so that samples of different sizes compare. Default false. */
  density?: boolean;
  /** Default "Histogram". */
  title?: string;
  /** Default "value". */
  x_label?: string;
  /** Colours; default "auto", which in SVG and HTML follows the reader and in PNG is "light". */
  theme?: Theme;
}

/** The values to count: a tensor of any shape or a list of numbers. */
export type Values = Tensor | ArrayLike<number>;

const OP = 'histogram';

/**
 * Draws how the elements of a tensor are distributed, or of several by name, into an .svg or .html (needs the package echarts) or a .png (needs
 * sharp, too), or keeps edges and counts as .json. What is not finite is not counted. All but .png are written before the function returns.
 * @example
 * ```ts
 * import { histogram } from 'cresset/viz';
 * const layer = new torch.nn.Linear(64, 64);
 * histogram({ weight: layer.weight, bias: layer.bias! }, 'weights.svg', { density: true });
 * ```
 */
export async function histogram(
  values: Values | Readonly<Record<string, Values>>,
  path: FilePath,
  options?: HistogramOptions,
): Promise<void> {
  const target = path_of(OP, path);
  const format = format_of(OP, target, ['svg', 'html', 'png', 'json']);
  const { bins, range, density, title, x_label, theme } = check_options(OP, options, {
    bins: 50,
    range: null as unknown,
    density: false,
    title: 'Histogram',
    x_label: 'value',
    theme: 'auto' as Theme,
  });
  check_integer(OP, 'bins', bins, 1, 10_000);
  check_boolean(OP, 'density', density);
  const samples = named_values(values);
  const edges = edges_of(
    samples.map(([, each]) => each),
    range,
    bins,
  );
  const counted = samples.map(([name, each]) => [name, heights(each, edges, density)] as const);
  const chart = {
    title: check_text(OP, 'title', title),
    x_label: check_text(OP, 'x_label', x_label),
    y_label: density ? 'density' : 'count',
    series: counted.map(([name, each], color) => outline(name, edges, each, color)),
    from_zero: true,
  };
  check_theme(OP, theme);
  if (format === 'json') write_whole(OP, target, to_json({ edges, [chart.y_label]: Object.fromEntries(counted) }));
  else await save_lines(OP, chart, target, format, theme);
}

function named_values(given: unknown): [string, ArrayLike<number>][] {
  const plain = typeof given === 'object' && given !== null && Object.getPrototypeOf(given) === Object.prototype;
  const list: [string, unknown][] = plain ? Object.entries(given) : [['values', given]];
  if (list.length === 0) fail(OP, 'expected at least one tensor');
  return list.map(([name, values]) => {
    if (values instanceof Tensor) return [name, values.detach().flatten().tolist() as number[]];
    if (Array.isArray(values) && values.every((value) => typeof value === 'number')) return [name, values];
    if (ArrayBuffer.isView(values) && 'length' in values) return [name, Array.from(values as Float64Array, Number)];
    return fail_type(OP, name, 'a Tensor or a list of numbers', values);
  });
}

function edges_of(samples: readonly ArrayLike<number>[], range: unknown, bins: number): number[] {
  let [low, high] = [Infinity, -Infinity];
  if (range !== null) {
    if (!Array.isArray(range) || range.length !== 2) return fail_type(OP, 'range', 'two numbers', range);
    [low, high] = range.map((edge) => check_number(OP, 'range', edge));
    if (!(low < high) || !Number.isFinite(high - low))
      fail(OP, `expected range to go from a lower to a higher number, got [${low}, ${high}]`);
  } else {
    for (const values of samples)
      for (let i = 0; i < values.length; i++) {
        const value = Number(values[i]);
        if (!Number.isFinite(value)) continue;
        if (value < low) low = value;
        if (value > high) high = value;
      }
    if (low > high) fail(OP, 'there is no finite value to count');
    if (low === high) [low, high] = [low - 0.5, high + 0.5];
  }
  return Array.from({ length: bins + 1 }, (_, i) => low + ((high - low) * i) / bins);
}

function heights(values: ArrayLike<number>, edges: readonly number[], density: boolean): number[] {
  const bins = edges.length - 1;
  const [low, high] = [edges[0], edges[bins]];
  const counts = new Array<number>(bins).fill(0);
  let total = 0;
  for (let i = 0; i < values.length; i++) {
    const value = Number(values[i]);
    if (!(value >= low && value <= high)) continue;
    counts[Math.min(bins - 1, Math.floor(((value - low) / (high - low)) * bins))]++;
    total++;
  }
  const unit = density && total > 0 ? bins / (total * (high - low)) : 1;
  return counts.map((count) => count * unit);
}

/** The tops of the bars as one line, down to 0 at both ends. */
function outline(name: string, edges: readonly number[], each: readonly number[], color: number): Series {
  const x = edges.flatMap((edge) => [edge, edge]);
  const y = [0, ...each.flatMap((height) => [height, height]), 0];
  return { name, x, y, color, width: 1.5, filled: true };
}
