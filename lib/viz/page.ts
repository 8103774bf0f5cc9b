import { type DrawnChart, escape_text, FONT, type LineChart } from './line_chart';
import { series_color, type Theme, with_theme } from './theme';

/**
 * A chart as one HTML file that needs nothing else: a cross-hair under the pointer (or the arrow keys) reads the values off the curves, and a
 * switch sets the theme. The reader's script is below as text, because it runs in a browser and nowhere here.
 */
export function page(chart: LineChart, { svg, box, range, width }: DrawnChart, theme: Theme): string {
  const lists = [...new Set(chart.series.map(({ x }) => x))];
  const data = {
    box,
    range,
    log: chart.log_y === true,
    lists: lists.map((x) => Array.from(x)),
    label: chart.x_label,
    curves: chart.series.map(({ name, x, y, color }) => ({
      name,
      color: series_color(color),
      list: lists.indexOf(x),
      y: Array.from(y, (value) => (Number.isFinite(value) ? value : null)),
    })),
  };
  const title = escape_text(chart.title);
  const picture = with_theme(svg, 'auto').replace(/^<svg width="\d+" height="\d+"/, '<svg id="chart" tabindex="0"');
  const choice = (value: Theme): string =>
    `<label><input type="radio" name="theme" value="${value}"${value === theme ? ' checked' : ''}>${value}</label>`;
  return `<!doctype html>
<html lang="en"${theme === 'auto' ? '' : ` data-theme="${theme}"`}>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${STYLE.replace('WIDTH', String(width))}</style>
<main>
${picture.trim()}
<output id="values" aria-live="polite">Point at the curve, or use the arrow keys.</output>
<fieldset><legend>Theme</legend>${(['auto', 'light', 'dark'] as const).map(choice).join('')}</fieldset>
</main>
<script type="application/json" id="data">${JSON.stringify(data).replaceAll('<', '\\u003c')}</script>
<script>${SCRIPT}</script>
</html>
`;
}

const STYLE = `
:root{color-scheme:light;--paper:#fff;--ink:#1f2328;--label:#57606a;--edge:#d5dae0}
@media(prefers-color-scheme:dark){:root:not([data-theme=light]){color-scheme:dark;--paper:#14171c;--ink:#e9edf1;--label:#9aa4af;--edge:#3a414b}}
:root[data-theme=dark]{color-scheme:dark;--paper:#14171c;--ink:#e9edf1;--label:#9aa4af;--edge:#3a414b}
body{margin:0;background:var(--paper);color:var(--ink);font:14px/1.5 ${FONT}}
main{max-width:WIDTHpx;margin:2rem auto;padding:0 .5rem}
#chart{display:block;width:100%;height:auto;touch-action:pan-y;outline:none}
#chart:focus-visible{outline:2px solid var(--label);outline-offset:2px;border-radius:4px}
#values{display:flex;flex-wrap:wrap;gap:.25rem 1.5rem;min-height:3em;margin:.5rem .5rem 1rem;font-variant-numeric:tabular-nums;color:var(--label)}
#values b{color:var(--ink);font-weight:600}
fieldset{display:flex;gap:1rem;margin:0 .5rem;padding:0;border:0;color:var(--label)}
legend{float:left;padding:0;margin-right:1rem}
.hair{stroke:var(--label);stroke-dasharray:2 3}
.dot{fill:var(--paper);stroke-width:2.5}
`.replaceAll('\n', '');

const SCRIPT = `
const { box, range, log, lists, label, curves } = JSON.parse(document.getElementById('data').textContent);
const chart = document.getElementById('chart');
const values = document.getElementById('values');
const x = lists.reduce((longest, list) => list.length > longest.length ? list : longest);
const minus = (v) => String(Number(v.toPrecision(5))).replace('-', '\\u2212');
const px = (v) => box.left + (v - range.x[0]) / (range.x[1] - range.x[0]) * (box.right - box.left);
const py = (v) => box.bottom - ((log ? Math.log10(v) : v) - range.y[0]) / (range.y[1] - range.y[0]) * (box.bottom - box.top);
const add = (tag, name) => {
  const node = chart.appendChild(document.createElementNS('http://www.w3.org/2000/svg', tag));
  node.setAttribute('class', name);
  return node;
};
const set = (node, names) => { for (const name in names) node.setAttribute(name, names[name]); };
function nearest(list, v) {
  let low = 0, high = list.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (list[middle] <= v) low = middle; else high = middle;
  }
  return v - list[low] <= list[high] - v ? low : high;
}
let hair = null, dots = [], at = x.length >> 1;
function show(i) {
  at = Math.max(0, Math.min(x.length - 1, i));
  hair ??= add('path', 'hair');
  if (dots.length === 0) dots = curves.map(({ color }) => {
    const dot = add('circle', 'dot');
    set(dot, { stroke: color });
    return dot;
  });
  set(hair, { d: 'M' + px(x[at]) + ' ' + box.top + 'V' + box.bottom });
  const shown = curves.map(({ list, y }, c) => {
    const own = lists[list];
    const j = nearest(own, x[at]);
    const value = own[own.length - 1] < x[at] && j === own.length - 1 ? undefined : y[j];
    const visible = typeof value === 'number' && Number.isFinite(py(value));
    set(dots[c], { cx: px(own[j]), cy: visible ? py(value) : -99, r: 4 });
    return value;
  });
  values.replaceChildren(...[[label, x[at]], ...curves.map(({ name }, c) => [name, shown[c]])].map(([name, value]) => {
    const item = document.createElement('span');
    const number = document.createElement('b');
    number.textContent = value === null ? 'not finite' : value === undefined ? '\\u2013' : minus(value);
    item.append(name + ' = ', number);
    return item;
  }));
}
chart.addEventListener('pointermove', (event) => {
  const { left, width } = chart.getBoundingClientRect();
  const u = (event.clientX - left) / width * chart.viewBox.baseVal.width;
  show(nearest(x, range.x[0] + (u - box.left) / (box.right - box.left) * (range.x[1] - range.x[0])));
});
chart.addEventListener('keydown', (event) => {
  const step = { ArrowLeft: -1, ArrowRight: 1, PageDown: -50, PageUp: 50 }[event.key];
  const to = { Home: 0, End: x.length - 1 }[event.key] ?? (step === undefined ? undefined : at + step * (event.shiftKey ? 10 : 1));
  if (to === undefined) return;
  event.preventDefault();
  show(to);
});
for (const choice of document.querySelectorAll('[name=theme]'))
  choice.addEventListener('change', () => {
    if (choice.value === 'auto') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = choice.value;
  });
`;
