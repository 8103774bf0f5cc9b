import { check_boolean, check_options, fail, fail_type, shape_text } from '../errors';
import { type FilePath, path_of } from '../serialization/files';
import { Tensor } from '../tensor/tensor';
import { FONT, tidy } from './line_chart';
import { echarts } from './peers';
import { check_text, check_theme, format_of, save_svg } from './picture';
import { light, series_color, type Theme } from './theme';
import { to_json } from './visualize_activation';
import { write_whole } from './write';

/** Options of {@link confusion}. */
export interface ConfusionOptions {
  /** Names of the classes. Default: their numbers. */
  labels?: readonly string[] | null;
  /** Shares of each row in place of counts. Default false. */
  normalize?: boolean;
  /** Default "Confusion". */
  title?: string;
  /** Colours; default "auto", which in SVG follows the reader and in PNG is "light". */
  theme?: Theme;
}

const OP = 'confusion';

/**
 * How often each class was taken for which: rows are the true classes, columns the predicted ones.
 *
 * @param target class numbers from 0, of any shape
 * @param prediction class numbers of the same shape
 * @param classes how many there are; default: as many as occur
 * @example
 * ```ts
 * import { confusion_matrix } from 'cresset/viz';
 * confusion_matrix(torch.tensor([0n, 1n, 1n]), torch.tensor([0n, 1n, 0n])); // [[1, 0], [1, 1]]
 * ```
 */
export function confusion_matrix(target: Tensor, prediction: Tensor, classes?: number): number[][] {
  const op = 'confusion_matrix';
  const [truth, guess] = [class_numbers(op, 'target', target), class_numbers(op, 'prediction', prediction)];
  if (truth.length !== guess.length)
    fail(op, `target has shape ${shape_text(target.shape)}, prediction ${shape_text(prediction.shape)}`);
  const most = [...truth, ...guess].reduce((high, each) => Math.max(high, each), -1) + 1;
  const k = classes ?? most;
  if (!Number.isInteger(k) || k < most)
    fail(op, `class ${most - 1} occurs, expected classes to be at least ${most}, got ${k}`);
  const counts = Array.from({ length: k }, () => new Array<number>(k).fill(0));
  truth.forEach((row, i) => {
    counts[row][guess[i]]++;
  });
  return counts;
}

function class_numbers(op: string, name: string, tensor: unknown): number[] {
  if (!(tensor instanceof Tensor) || tensor.dtype.is_floating_point)
    return fail_type(op, name, 'a Tensor of integers', tensor);
  const numbers = (tensor.flatten().tolist() as (number | bigint)[]).map(Number);
  const negative = numbers.find((each) => each < 0);
  return negative === undefined ? numbers : fail(op, `expected ${name} to hold classes from 0, got ${negative}`);
}

/**
 * Draws a confusion matrix, such as {@link confusion_matrix} counts, into an .svg (needs the package echarts) or a .png (needs sharp, too), or keeps it as .json. The
 * shade of a cell is its share of its row. All but .png are written before the function returns.
 * @example
 * ```ts
 * import { confusion } from 'cresset/viz';
 * confusion([[9, 1], [2, 8]], 'confusion.svg', { labels: ['cat', 'dog'] });
 * ```
 */
export async function confusion(
  matrix: Tensor | readonly (readonly number[])[],
  path: FilePath,
  options?: ConfusionOptions,
): Promise<void> {
  const target = path_of(OP, path);
  const format = format_of(OP, target, ['svg', 'png', 'json']);
  const { labels, normalize, title, theme } = check_options(OP, options, {
    labels: null as readonly string[] | null,
    normalize: false,
    title: 'Confusion',
    theme: 'auto' as Theme,
  });
  const counts = check_matrix(matrix);
  const names = labels === null ? counts.map((_, i) => String(i)) : check_labels(labels, counts.length);
  const shares = counts.map((row) => {
    const sum = row.reduce((a, b) => a + b, 0);
    return row.map((value) => (sum > 0 ? value / sum : 0));
  });
  check_theme(OP, theme);
  check_boolean(OP, 'normalize', normalize);
  check_text(OP, 'title', title);
  if (format === 'json') write_whole(OP, target, to_json({ labels: names, matrix: normalize ? shares : counts }));
  else await save_svg(OP, draw(title, names, counts, shares, normalize), target, format, theme);
}

function check_matrix(given: unknown): number[][] {
  const rows: unknown = given instanceof Tensor ? given.tolist() : given;
  const expected = 'a square matrix of numbers that are not negative';
  if (!Array.isArray(rows) || rows.length === 0) return fail_type(OP, 'matrix', expected, given);
  const fits = rows.every(
    (row: unknown) => Array.isArray(row) && row.length === rows.length && row.every((each) => Number(each) >= 0),
  );
  return fits ? rows.map((row: unknown[]) => row.map(Number)) : fail_type(OP, 'matrix', expected, given);
}

function check_labels(labels: unknown, n: number): string[] {
  if (!Array.isArray(labels) || labels.some((label) => typeof label !== 'string'))
    return fail_type(OP, 'labels', 'a list of strings', labels);
  return labels.length === n ? labels : fail(OP, `expected ${n} labels for ${n} classes, got ${labels.length}`);
}

function draw(
  title: string,
  names: readonly string[],
  counts: readonly (readonly number[])[],
  shares: readonly (readonly number[])[],
  normalize: boolean,
): { svg: string } {
  const n = names.length;
  const cell = Math.max(12, Math.min(48, Math.floor(560 / n)));
  const longest = Math.max(...names.map((name) => name.length));
  const left = Math.round(60 + 6.6 * Math.min(longest, 24));
  const slanted = 6.6 * longest > cell - 6;
  const top = 56;
  const bottom = 52 + (slanted ? 4 * Math.min(longest, 24) : 14);
  const [width, height] = [Math.max(left + n * cell + 28, 260), top + n * cell + bottom];
  const chart = echarts(OP).init(null, null, { renderer: 'svg', ssr: true, width, height, locale: 'EN' });
  const axis = (name: string, gap: number, inverse: boolean): object => ({
    type: 'category',
    data: names,
    inverse,
    name,
    nameLocation: 'middle',
    nameGap: gap,
    nameTextStyle: { color: light.ink, fontSize: 13 },
    axisLine: { show: false },
    axisTick: { show: false },
    axisLabel: {
      color: light.label,
      fontSize: 12,
      interval: 'auto',
      width: 160,
      overflow: 'truncate',
      rotate: inverse || !slanted ? 0 : 45,
    },
  });
  const text = (row: number, column: number): string => {
    const value = normalize ? shares[row][column] : counts[row][column];
    if (counts[row][column] === 0 || cell < 24) return '';
    return normalize ? value.toFixed(2) : String(Number(value.toPrecision(4)));
  };
  try {
    chart.setOption({
      animation: false,
      backgroundColor: light.paper,
      textStyle: { fontFamily: FONT },
      title: { text: title, left: 14, top: 10, textStyle: { color: light.ink, fontSize: 17, fontWeight: 600 } },
      grid: { left, top, width: n * cell, height: n * cell, outerBoundsMode: 'none' },
      xAxis: axis('predicted', bottom - 24, false),
      yAxis: axis('true', left - 30, true),
      series: [
        {
          type: 'custom',
          data: shares.flatMap((row, r) => row.map((_, c) => [c, r])),
          renderItem: (_: unknown, { value, coord }: CellApi) => {
            const [column, row] = [value(0), value(1)];
            const [x, y] = coord([column, row]);
            const box = { x: x - cell / 2 + 1, y: y - cell / 2 + 1, width: cell - 2, height: cell - 2, r: 3 };
            return {
              type: 'group',
              children: [
                { type: 'rect', shape: box, style: { fill: light.grid, opacity: 0.5 } },
                { type: 'rect', shape: box, style: { fill: series_color(0), opacity: 0.62 * shares[row][column] } },
                {
                  type: 'text',
                  style: {
                    text: text(row, column),
                    x,
                    y,
                    align: 'center',
                    verticalAlign: 'middle',
                    fill: light.ink,
                    fontSize: 12,
                    fontFamily: FONT,
                  },
                },
              ],
            };
          },
        },
      ],
    });
    return { svg: tidy(chart.renderToSVGString(), title) };
  } finally {
    chart.dispose();
  }
}

/** What a custom series is given for each of its cells. */
interface CellApi {
  value(dimension: number): number;
  coord(values: readonly number[]): [x: number, y: number];
}
