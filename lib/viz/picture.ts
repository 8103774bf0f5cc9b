import { extname } from 'node:path';
import { fail, fail_type } from '../errors';
import { type DrawnChart, draw_lines, type LineChart } from './line_chart';
import { page } from './page';
import { sharp } from './peers';
import { type Theme, with_theme } from './theme';
import { write_whole } from './write';

/** From a chart to a file, whose name decides on the format. */

export type DrawnFormat = 'svg' | 'html' | 'png';

export function format_of<F extends string>(op: string, path: string, formats: readonly F[]): F {
  const ending = extname(path).slice(1).toLowerCase();
  const found = formats.find((format) => format === ending);
  const list = formats.map((format) => `.${format}`);
  const choice = list.length === 1 ? list[0] : `${list.slice(0, -1).join(', ')} or ${list.at(-1)}`;
  return found ?? fail(op, `expected a file name that ends in ${choice}, got ${JSON.stringify(path)}`);
}

export function check_theme(op: string, theme: unknown): Theme {
  if (theme === 'light' || theme === 'dark' || theme === 'auto') return theme;
  return fail_type(op, 'theme', '"light", "dark" or "auto"', theme);
}

export function check_text(op: string, name: string, text: unknown): string {
  return typeof text === 'string' ? text : fail_type(op, name, 'a string', text);
}

/** Everything is drawn before the file is begun; up to that, and for formats of text to the end, it happens at once. */
export async function save_lines(
  op: string,
  chart: LineChart,
  path: string,
  format: DrawnFormat,
  theme: Theme,
): Promise<void> {
  const drawn = draw_lines(op, chart);
  if (format === 'html') write_whole(op, path, page(chart, drawn, theme));
  else await save_svg(op, drawn, path, format, theme);
}

/** Saves a picture drawn in the light colours. */
export async function save_svg(
  op: string,
  { svg }: Pick<DrawnChart, 'svg'>,
  path: string,
  format: 'svg' | 'png',
  theme: Theme,
): Promise<void> {
  if (format === 'svg') write_whole(op, path, with_theme(svg, theme));
  else {
    const still = with_theme(svg, theme === 'auto' ? 'light' : theme);
    write_whole(op, path, await rasterise(op, still));
  }
}

/** Twice the size in pixels, for dense screens. */
function rasterise(op: string, svg: string): Promise<Uint8Array> {
  return sharp(op)(Buffer.from(svg), { density: 144 }).png({ compressionLevel: 9 }).toBuffer();
}
