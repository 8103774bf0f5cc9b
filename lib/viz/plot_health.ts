import { check_options, fail_type } from '../errors';
import type { LayerHealth, LayerSummary } from '../nn/health/layer';
import { ActivationMonitor } from '../nn/health/monitor';
import type { ActivationRecord } from '../nn/health/records';
import { ActivationStats } from '../nn/health/report';
import { type FilePath, path_of } from '../serialization/files';
import { check_theme, format_of, save_svg } from './picture';
import { draw_strips, type StripPicture } from './strips';
import type { Theme } from './theme';
import { write_whole } from './write';

/** Options of {@link plot_health}. */
export interface PlotHealthOptions {
  /** Default: what is shown. */
  title?: string;
  /** Colours; default "auto", which in SVG follows the reader and in PNG is "light". */
  theme?: Theme;
}

/**
 * Draws what `torch.nn.utils.activation_stats` found: for every activation a strip with a cell for each unit, the stronger the more often it is
 * active, dead units in another colour. Of an `ActivationMonitor` a cell is a recorded step, the stronger the more units were dead. The file
 * is an .svg, a .png (needs the package sharp) or the numbers as .json; .svg and .json are written before the function returns.
 * @example
 * ```ts
 * import { plot_health } from 'cresset/viz';
 * const model = new torch.nn.Sequential(new torch.nn.Linear(2, 64), new torch.nn.ReLU(), new torch.nn.Linear(64, 1));
 * plot_health(torch.nn.utils.activation_stats(model, [torch.randn([32, 2])]), 'health.svg');
 * ```
 */
export async function plot_health(
  health: ActivationStats | ActivationMonitor,
  path: FilePath,
  options?: PlotHealthOptions,
): Promise<void> {
  const op = 'plot_health';
  const picture =
    health instanceof ActivationStats
      ? picture_of_stats(health)
      : health instanceof ActivationMonitor
        ? picture_of_records(health.records)
        : fail_type(op, 'health', 'ActivationStats or an ActivationMonitor', health);
  const file = path_of(op, path);
  const format = format_of(op, file, ['svg', 'png', 'json']);
  const { title, theme } = check_options(op, options, { title: picture.title, theme: 'auto' as Theme });
  if (typeof title !== 'string') fail_type(op, 'title', 'a string', title);
  check_theme(op, theme);
  if (format === 'json') write_whole(op, file, `${JSON.stringify(health, null, 2)}\n`);
  else await save_svg(op, { svg: draw_strips({ ...picture, title }) }, file, format, theme);
}

function picture_of_stats({ layers, batches }: ActivationStats): StripPicture {
  return {
    title: `Activations over ${batches} batch${batches === 1 ? '' : 'es'}`,
    legend: { good: 'a unit, by how often it is active', bad: 'a dead unit' },
    strips: layers.map((layer) => ({
      name: label(layer),
      note: `${layer.dead.length} of ${layer.units} dead`,
      cells: cells_of(layer),
    })),
  };
}

function cells_of({ dead, unit_positive }: LayerHealth): StripPicture['strips'][number]['cells'] {
  const is_dead = new Set(dead);
  return unit_positive.map((share, unit) =>
    is_dead.has(unit) ? { level: 1, color: 'bad' } : { level: share, color: 'good' },
  );
}

function picture_of_records(records: readonly ActivationRecord[]): StripPicture {
  const names = [...new Set(records.flatMap(({ layers }) => layers.map(({ name }) => name)))];
  const steps = records.map(({ step }) => step);
  return {
    title: records.length === 0 ? 'Nothing recorded yet' : `Dead units from step ${steps[0]} to ${steps.at(-1)}`,
    legend: { bad: 'a recorded step, by its share of dead units' },
    strips: names.map((name) => {
      const course = records.map(({ layers }) => layers.find((layer) => layer.name === name));
      const last = course.findLast((layer) => layer !== undefined)!;
      return {
        name: label(last),
        note: `${last.dead} of ${last.units} dead`,
        cells: course.map((layer) => ({
          level: layer === undefined || layer.units === 0 ? 0 : layer.dead / layer.units,
          color: 'bad' as const,
        })),
      };
    }),
  };
}

function label({ name, kind, after }: LayerSummary): string {
  return after === null ? `${name} ${kind}`.trim() : `${after} ${kind}`;
}
