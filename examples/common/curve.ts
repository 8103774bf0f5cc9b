import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

export interface Curve {
  title: string;
  x_label: string;
  y_label: string;
  /** Name → values, one a step. */
  series: Record<string, readonly number[]>;
}

const WIDTH = 720;
const HEIGHT = 400;
const LEFT = 64;
const RIGHT = 16;
const TOP = 40;
const BOTTOM = 48;
const COLORS = ['#2f6fde', '#d9542b', '#2a9d6f', '#8a56c2'];

/** Draws a line chart as an SVG that reads on light and dark pages. */
export function write_curve(file: string, { title, x_label, y_label, series }: Curve): void {
  const lines = Object.entries(series);
  const values = lines.flatMap(([, ys]) => ys.filter(Number.isFinite));
  const steps = Math.max(...lines.map(([, ys]) => ys.length), 2);
  const y_ticks = ticks(Math.min(0, ...values), Math.max(...values, 1e-12));
  const x_ticks = ticks(0, steps - 1).filter((t) => t <= steps - 1);
  const [low, high] = [y_ticks[0], y_ticks[y_ticks.length - 1]];
  const px = (x: number): number => LEFT + (x / (steps - 1)) * (WIDTH - LEFT - RIGHT);
  const py = (y: number): number => HEIGHT - BOTTOM - ((y - low) / (high - low)) * (HEIGHT - TOP - BOTTOM);
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="system-ui, sans-serif" font-size="12">`,
    '<style>svg{background:#fff}text{fill:#333}.grid{stroke:#0002}@media(prefers-color-scheme:dark){svg{background:#16181d}text{fill:#ddd}.grid{stroke:#fff2}}</style>',
    `<text x="${WIDTH / 2}" y="22" text-anchor="middle" font-size="15">${escape(title)}</text>`,
    ...y_ticks.map(
      (t) =>
        `<path class="grid" d="M${LEFT} ${py(t).toFixed(1)}H${WIDTH - RIGHT}"/><text x="${LEFT - 8}" y="${(py(t) + 4).toFixed(1)}" text-anchor="end">${label(t)}</text>`,
    ),
    ...x_ticks.map(
      (t) =>
        `<path class="grid" d="M${px(t).toFixed(1)} ${TOP}V${HEIGHT - BOTTOM}"/><text x="${px(t).toFixed(1)}" y="${HEIGHT - BOTTOM + 18}" text-anchor="middle">${label(t)}</text>`,
    ),
    `<text x="${WIDTH / 2}" y="${HEIGHT - 10}" text-anchor="middle">${escape(x_label)}</text>`,
    `<text transform="translate(16 ${HEIGHT / 2}) rotate(-90)" text-anchor="middle">${escape(y_label)}</text>`,
  ];
  lines.forEach(([name, ys], i) => {
    const path = ys
      .map((y, x) => (Number.isFinite(y) ? `${x === 0 ? 'M' : 'L'}${px(x).toFixed(1)} ${py(y).toFixed(1)}` : ''))
      .join('');
    const color = COLORS[i % COLORS.length];
    parts.push(`<path d="${path}" fill="none" stroke="${color}" stroke-width="1.5" stroke-linejoin="round"/>`);
    parts.push(
      `<path d="M${WIDTH - 150} ${TOP + 14 + 18 * i}h20" stroke="${color}" stroke-width="2"/><text x="${WIDTH - 124}" y="${TOP + 18 + 18 * i}">${escape(name)}</text>`,
    );
  });
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${parts.join('\n')}\n</svg>\n`);
}

/** About five round numbers that span [low, high]. */
function ticks(low: number, high: number): number[] {
  const raw = (high - low || 1) / 5;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = power * ([1, 2, 2.5, 5, 10].find((m) => m * power >= raw) ?? 10);
  const first = Math.floor(low / step);
  return Array.from({ length: Math.ceil(high / step) - first + 1 }, (_, i) => (first + i) * step);
}

function label(value: number): string {
  return String(Number(value.toPrecision(6)));
}

function escape(text: string): string {
  return text.replace(/[<>&]/g, (c) => `&#${c.charCodeAt(0)};`);
}
