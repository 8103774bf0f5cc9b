/** The colours of the pictures: every one has a name, a value on white paper and one on a dark page. */

/** Whose colours: those of white paper, those of a dark page, or what the reader prefers. */
export type Theme = 'light' | 'dark' | 'auto';

const COLORS = {
  paper: ['#ffffff', '#14171c'],
  ink: ['#1f2328', '#e9edf1'],
  label: ['#57606a', '#9aa4af'],
  grid: ['#e6e9ed', '#292e36'],
  axis: ['#a3acb6', '#5b6572'],
} as const;

/** Told apart in both themes and by the colour-blind, in the order in which they are given out. */
const SERIES = [
  ['#0b6bcb', '#5aa9f8'],
  ['#d1571b', '#f59452'],
  ['#1a8754', '#4cc38a'],
  ['#8a4fc9', '#bd93f0'],
  ['#c2255c', '#f2719f'],
  ['#0c8599', '#4fc4d6'],
  ['#8d6a0f', '#dcb24a'],
  ['#5c6370', '#b4bcc8'],
] as const;

const pairs: readonly (readonly [light: string, dark: string])[] = [...Object.values(COLORS), ...SERIES];

export const light = Object.fromEntries(Object.entries(COLORS).map(([name, [color]]) => [name, color])) as Record<
  keyof typeof COLORS,
  string
>;

/** The colour of the i-th curve, on white paper. */
export function series_color(i: number): string {
  return SERIES[i % SERIES.length][0];
}

/**
 * Gives a picture that was drawn in the light colours its theme. `auto` follows the reader: light as drawn, since every program that knows
 * SVG shows that, with rules over it for a page that prefers dark, or whose root element asks for one with `data-theme`.
 */
export function with_theme(svg: string, theme: Theme): string {
  if (theme === 'light') return svg;
  if (theme === 'dark') return pairs.reduce((text, [from, to]) => text.replaceAll(`"${from}"`, `"${to}"`), svg);
  const used = pairs.filter(([color]) => svg.includes(`"${color}"`));
  const rules = (scope: string): string =>
    used
      .flatMap(([from, to]) => ['fill', 'stroke'].map((name) => `${scope} [${name}="${from}"]{${name}:${to}}`))
      .join('');
  const style = `<style>@media(prefers-color-scheme:dark){${rules(':root:not([data-theme=light])')}}${rules(':root[data-theme=dark]')}</style>`;
  return svg.replace(/>/, `>\n${style}`);
}
