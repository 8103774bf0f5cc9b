import { echarts } from './peers';
import { light, series_color } from './theme';

/** A curve: its name in the legend and its points; gaps where a value is not finite. */
export interface Series {
  name: string;
  x: ArrayLike<number>;
  y: ArrayLike<number>;
  /** Which colour of the palette, counted from 0. */
  color: number;
  dashed?: boolean;
  /** 1 to 3, default 2. */
  width?: number;
  /** Drawn pale, behind another. */
  faint?: boolean;
  /** The area below is tinted. */
  filled?: boolean;
}

export interface LineChart {
  title: string;
  x_label: string;
  y_label: string;
  series: readonly Series[];
  /** Of x; default: what the series span. */
  range?: readonly [low: number, high: number];
  log_y?: boolean;
  /** The y axis begins at 0 where it can. */
  from_zero?: boolean;
}

/** A chart in the light colours, and where its values lie in it. */
export interface DrawnChart {
  svg: string;
  width: number;
  height: number;
  /** The plot's rectangle in pixels … */
  box: { left: number; right: number; top: number; bottom: number };
  /** … and the values at its edges; of a logarithmic axis their decimal logarithms. */
  range: { x: readonly [number, number]; y: readonly [number, number] };
}

type Axis = { xAxisIndex: 0 } | { yAxisIndex: 0 };

export const FONT = "system-ui, -apple-system, 'Segoe UI', 'Helvetica Neue', Arial, sans-serif";
export const WIDTH = 760;
const PLOT_HEIGHT = 380;
const LEFT = 72;
const RIGHT = 28;
const BOTTOM = 60;
const LEGEND_TOP = 44;
const LEGEND_ROW = 22;

export function draw_lines(op: string, spec: LineChart): DrawnChart {
  const rows = legend_rows(spec.series.map(({ name }) => name));
  const top = LEGEND_TOP + rows * LEGEND_ROW + 14;
  const height = top + PLOT_HEIGHT + BOTTOM;
  const chart = echarts(op).init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height, locale: 'EN' });
  try {
    chart.setOption(chart_option(spec, top));
    const at = (axis: Axis, from: number, to: number, [zero, one] = [0, 1]): readonly [number, number] => {
      const [a, b] = [chart.convertToPixel(axis, zero), chart.convertToPixel(axis, one)];
      return [(from - a) / (b - a), (to - a) / (b - a)];
    };
    const box = { left: LEFT, right: WIDTH - RIGHT, top, bottom: height - BOTTOM };
    const range = {
      x: at({ xAxisIndex: 0 }, box.left, box.right),
      y: at({ yAxisIndex: 0 }, box.bottom, box.top, spec.log_y ? [1, 10] : [0, 1]),
    };
    return { svg: tidy(chart.renderToSVGString(), spec.title), width: WIDTH, height, box, range };
  } finally {
    chart.dispose();
  }
}

function chart_option({ title, x_label, y_label, series, range, log_y, from_zero }: LineChart, top: number): object {
  const [low, high] = range ?? span(series.map(({ x }) => x));
  const axis = (name: string, gap: number, ticks: Ticks = {}): object => ({
    name,
    nameLocation: 'middle',
    nameGap: gap,
    nameTextStyle: { color: light.ink, fontSize: 13 },
    axisLine: { show: true, onZero: false, lineStyle: { color: light.axis } },
    axisTick: { show: true, lineStyle: { color: light.axis } },
    axisLabel: { color: light.label, fontSize: 12, formatter: tick_text, ...ticks.label },
    ...(ticks.interval === undefined ? {} : { interval: ticks.interval }),
    splitLine: { show: true, lineStyle: { color: light.grid } },
  });
  return {
    animation: false,
    backgroundColor: light.paper,
    textStyle: { fontFamily: FONT },
    title: {
      text: title,
      left: LEFT - 6,
      top: 10,
      textStyle: { color: light.ink, fontSize: 17, fontWeight: 600 },
    },
    legend: {
      left: LEFT - 6,
      right: RIGHT,
      top: LEGEND_TOP - 4,
      itemWidth: 26,
      itemGap: 18,
      // The line alone, without the mark of a point.
      itemStyle: { opacity: 0 },
      textStyle: { color: light.label, fontSize: 12.5 },
      data: series.map(({ name }) => name),
    },
    grid: { left: LEFT, right: RIGHT, top, bottom: BOTTOM, outerBoundsMode: 'none' },
    xAxis: { type: 'value', min: low, max: high, ...axis(x_label, 34, even_ticks(low, high)) },
    yAxis: { type: log_y ? 'log' : 'value', scale: !from_zero, ...axis(y_label, 48) },
    series: series.map((each, i) => ({
      type: 'line',
      name: each.name,
      data: Array.from(each.x, (x, at) => [x, shown(each.y[at], log_y) ? each.y[at] : '-']),
      showSymbol: each.x.length === 1,
      symbol: each.x.length === 1 ? 'circle' : 'none',
      itemStyle: { color: series_color(each.color) },
      lineStyle: {
        color: series_color(each.color),
        width: each.width ?? 2,
        type: each.dashed ? [6, 4] : 'solid',
        join: 'round',
        opacity: each.faint ? 0.35 : 1,
        cap: 'butt',
      },
      ...(each.filled ? { areaStyle: { color: series_color(each.color), opacity: 0.16 } } : {}),
      // The lines through the origin stand out of the grid.
      ...(i === 0 ? { markLine: zero_lines(log_y ? ['xAxis'] : ['xAxis', 'yAxis']) } : {}),
    })),
  };
}

function shown(value: number, log = false): boolean {
  return Number.isFinite(value) && !(log && value <= 0);
}

function span(lists: readonly ArrayLike<number>[]): [low: number, high: number] {
  const ends = lists.flatMap((x) => (x.length === 0 ? [] : [x[0], x[x.length - 1]]));
  const [low, high] = [Math.min(...ends), Math.max(...ends)];
  return low < high ? [low, high] : [low - 0.5, low + 0.5];
}

interface Ticks {
  interval?: number;
  label?: object;
}

/** Ticks at round numbers that meet both ends of the axis, if there are such; else the ends stay without a number. */
function even_ticks(low: number, high: number): Ticks {
  const whole = (value: number): boolean => Math.abs(value - Math.round(value)) < 1e-9;
  const power = 10 ** Math.floor(Math.log10(high - low));
  const step = [0.1, 0.2, 0.25, 0.5, 1]
    .map((part) => part * power)
    .find((each) => (high - low) / each <= 12 && whole(low / each) && whole(high / each));
  return step === undefined ? { label: { showMinLabel: false, showMaxLabel: false } } : { interval: step };
}

function zero_lines(axes: readonly string[]): object {
  return {
    silent: true,
    z: 1,
    symbol: 'none',
    label: { show: false },
    lineStyle: { color: light.axis, width: 1, type: 'solid' },
    data: axes.map((axis) => ({ [axis]: 0 })),
  };
}

/** How many rows the legend takes, from the usual width of a letter. */
function legend_rows(names: readonly string[]): number {
  let rows = 1;
  let x = 0;
  for (const name of names) {
    const width = 26 + 6 + 6.6 * name.length + 18;
    if (x > 0 && x + width > WIDTH - LEFT - RIGHT) {
      rows++;
      x = 0;
    }
    x += width;
  }
  return rows;
}

export function tick_text(value: number): string {
  const text = String(Number(value.toPrecision(6)));
  return text.replace('-', '−');
}

/** Leaves out what only serves a chart that is alive in a browser, and tells a screen reader what it shows. */
export function tidy(svg: string, title: string): string {
  const name = escape_text(title);
  return svg
    .replace(/<style ?>[\s\S]*?<\/style>\s*/g, '')
    .replace(
      / (?:class="zr[^"]*"|pointer-events="visible"|ecmeta_\w+="[^"]*"|xmlns:xlink="[^"]*"|baseProfile="full")/g,
      '',
    )
    .replace(/<path [^>]*(?:fill="none"|fill-opacity="0")(?: stroke="[^"]*" stroke-width="0")?><\/path>\n?/g, '')
    .replaceAll('fill="#000" stroke=', 'fill="none" stroke=')
    .replace(/^<svg ([^>]*)>/, `<svg $1 role="img" aria-label="${name}">\n<title>${name}</title>`)
    .concat('\n');
}

export function escape_text(text: string): string {
  return text.replace(/[<>&"]/g, (c) => `&#${c.charCodeAt(0)};`);
}
