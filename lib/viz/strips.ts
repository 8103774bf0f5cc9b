import { escape_text, FONT, WIDTH } from './line_chart';
import { light, series_color } from './theme';

/** Rows of cells, in the light colours. */

export type CellColor = 'good' | 'bad';

/** A row of cells under a name. */
export interface Strip {
  readonly name: string;
  /** What stands at its right end. */
  readonly note: string;
  readonly cells: readonly Cell[];
}

export interface Cell {
  /** How much of its colour it has, from 0 to 1. */
  readonly level: number;
  readonly color: CellColor;
}

export interface StripPicture {
  readonly title: string;
  /** What the colours mean. */
  readonly legend: Partial<Readonly<Record<CellColor, string>>>;
  readonly strips: readonly Strip[];
}

const LEFT = 190;
const RIGHT = 150;
const SPAN = WIDTH - LEFT - RIGHT;
const TOP = 76;
const ROW = 26;
const HEIGHT = 16;
/** Cells narrower than a pixel cannot be seen. */
const MOST_CELLS = SPAN;
const SMALL = 'font-size="12.5"';
const COLORS: Readonly<Record<CellColor, string>> = { good: series_color(0), bad: series_color(1) };

export function draw_strips({ title, legend, strips }: StripPicture): string {
  const height = TOP + ROW * strips.length + 14;
  const name = escape_text(title);
  const entries = Object.entries(legend).flatMap(([color, meaning], i) => [
    `<rect x="${16 + 290 * i}" y="43" width="12" height="12" fill="${COLORS[color as CellColor]}"/>`,
    text(34 + 290 * i, 54, meaning, light.label, SMALL),
  ]);
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${name}" font-family="${FONT}">`,
    `<title>${name}</title>`,
    `<rect width="${WIDTH}" height="${height}" fill="${light.paper}"/>`,
    text(16, 28, title, light.ink, 'font-size="17" font-weight="600"'),
    ...entries,
    ...strips.flatMap((strip, i) => draw_strip(strip, TOP + i * ROW)),
    '</svg>',
  ];
  return `${parts.join('\n')}\n`;
}

function draw_strip({ name, note, cells }: Strip, top: number): string[] {
  const shown = thinned(cells);
  const width = SPAN / Math.max(1, shown.length);
  const gap = width > 4 ? 1 : 0;
  const line = top + HEIGHT - 3;
  return [
    text(LEFT - 12, line, shortened(name), light.ink, `${SMALL} text-anchor="end"`),
    `<rect x="${LEFT}" y="${top}" width="${SPAN}" height="${HEIGHT}" fill="${light.grid}"/>`,
    ...shown.map(
      ({ level, color }, i) =>
        `<rect x="${round(LEFT + i * width)}" y="${top}" width="${round(width - gap)}" height="${HEIGHT}" fill="${COLORS[color]}" fill-opacity="${round(level)}"/>`,
    ),
    text(WIDTH - RIGHT + 12, line, note, light.label, SMALL),
  ];
}

/** As many cells as can be seen: the mean of neighbours, bad if one of them is. */
function thinned(cells: readonly Cell[]): readonly Cell[] {
  if (cells.length <= MOST_CELLS) return cells;
  return Array.from({ length: MOST_CELLS }, (_, i) => {
    const part = cells.slice(
      Math.floor((i * cells.length) / MOST_CELLS),
      Math.floor(((i + 1) * cells.length) / MOST_CELLS),
    );
    const bad = part.filter(({ color }) => color === 'bad');
    const counted = bad.length > 0 ? bad : part;
    const level = counted.reduce((sum, each) => sum + each.level, 0) / counted.length;
    return { level, color: counted[0].color };
  });
}

function text(x: number, y: number, content: string, color: string, attributes: string): string {
  return `<text x="${x}" y="${y}" fill="${color}" ${attributes}>${escape_text(content)}</text>`;
}

function shortened(name: string): string {
  return name.length > 26 ? `…${name.slice(-25)}` : name;
}

const round = (value: number): number => Number(value.toFixed(2));
