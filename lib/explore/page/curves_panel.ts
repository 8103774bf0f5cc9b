import { type Choice, type Entry, MOST_CURVES } from '../protocol';
import { Chart } from './chart';
import { html, segments, set } from './dom';
import { domain } from './lines';
import { exact, rounded } from './numbers';
import { Latest } from './post';
import { Row } from './row';
import type { Curves, Source } from './source';

/** The first panel: functions and derivatives, and what sets them. */

export interface Chosen {
  readonly choice: Choice;
  readonly text: string;
  readonly color: number;
}

export class CurvesPanel {
  readonly element: HTMLElement;
  private readonly functions = new Chart('f(x)', 'The functions; arrow keys move the cursor');
  private readonly derivatives = new Chart('f′(x)', 'Their derivatives; arrow keys move the cursor');
  private readonly place = html('p', { class: 'place' });
  private readonly list = html('div', { class: 'rows' });
  private readonly more = html('button', { type: 'button', class: 'more' }, 'Compare with another');
  private readonly rows: Row[] = [];
  private readonly latest: Latest<{ range: number; rows: readonly Row[] }>;
  private range: number;
  private cursor = -1.5;
  private shown: { curves: Curves; rows: readonly Row[] } | null = null;

  constructor(
    private readonly entries: readonly Entry[],
    source: Source,
    private readonly chosen: (activations: readonly Chosen[]) => void,
    failed: (error: Error) => void,
  ) {
    const { ranges } = source;
    this.range = ranges.includes(5) ? 5 : ranges[0];
    this.latest = new Latest(async ({ range, rows }) => {
      try {
        const curves = await source.sample({ range, curves: rows.map(({ choice }) => choice) });
        this.shown = { curves, rows };
        this.draw();
      } catch (error) {
        failed(error as Error);
      }
    });
    this.more.addEventListener('click', () => this.add());
    for (const { svg } of [this.functions, this.derivatives]) this.make_cursor(svg);
    const range = segments(
      'Range of x',
      ranges.map((r) => [String(r), `±${r}`] as const),
      String(this.range),
      (r) => this.turn_range(Number(r)),
    );
    range.element.hidden = ranges.length === 1;
    const side = html(
      'div',
      { class: 'side' },
      html('div', { class: 'bar' }, this.place, range.element),
      this.list,
      this.more,
    );
    const charts = html('div', { class: 'charts' }, this.functions.element, this.derivatives.element);
    this.element = html('section', { class: 'panel', id: 'curves', 'aria-label': 'Activations' }, charts, side);
    this.add('leaky_relu', [0.2]);
  }

  /** One more curve; without a name, of an activation not shown yet. */
  private add(name = this.unused(), values?: readonly number[]): void {
    const color = [0, 1, 2, 3].find((color) => this.rows.every((row) => row.color !== color))!;
    const changed = (): void => this.changed();
    const removed = (row: Row): void => this.drop(row);
    const row = new Row(this.entries, color, { name, values }, changed, removed);
    this.rows.push(row);
    this.list.append(row.element);
    this.changed();
  }

  private unused(): string {
    return this.entries.find((entry) => !this.rows.some(({ choice }) => choice.name === entry.name))!.name;
  }

  private drop(row: Row): void {
    this.rows.splice(this.rows.indexOf(row), 1);
    row.element.remove();
    this.changed();
    this.more.focus();
  }

  private changed(): void {
    this.more.hidden = this.rows.length === MOST_CURVES;
    for (const row of this.rows) row.removable = this.rows.length > 1;
    this.latest.ask({ range: this.range, rows: [...this.rows] });
    this.chosen(this.rows.map(({ choice, text, color }) => ({ choice, text, color })));
  }

  private turn_range(range: number): void {
    this.range = range;
    this.changed();
  }

  private draw(): void {
    const { curves, rows } = this.shown!;
    const { x } = curves;
    const across = [x[0], x[x.length - 1]] as const;
    const show = (chart: Chart, key: 'y' | 'yp', least: readonly [number, number], step: number): void => {
      const ys = curves.curves.map((curve) => curve[key]);
      const lines = ys.map((y, i) => ({ color: rows[i].color, x, y }));
      chart.show({ lines, x: across, y: domain(ys, least, step) });
    };
    show(this.functions, 'y', [-1, 2], 1);
    show(this.derivatives, 'yp', [-0.25, 1.25], 0.25);
    this.read();
  }

  /** Puts the cursor on the point next to it and reads the values there. */
  private read(): void {
    const { curves, rows } = this.shown!;
    const { x } = curves;
    const last = x.length - 1;
    const index = Math.max(0, Math.min(last, Math.round(((this.cursor - x[0]) / (x[last] - x[0])) * last)));
    this.functions.point_at(index);
    this.derivatives.point_at(index);
    const at = rounded(x[index], 3);
    this.place.replaceChildren('x = ', html('b', { 'data-x': x[index] }, at));
    for (const { svg } of [this.functions, this.derivatives])
      set(svg, {
        'aria-valuenow': x[index],
        'aria-valuemin': x[0],
        'aria-valuemax': x[last],
        'aria-valuetext': `x = ${at}`,
      });
    curves.curves.forEach(({ y, yp }, i) => {
      rows[i].read(exact(y[index]), exact(yp[index]));
    });
  }

  private move(x: number): void {
    this.cursor = Math.max(-this.range, Math.min(this.range, x));
    if (this.shown !== null) this.read();
  }

  private make_cursor(svg: SVGSVGElement): void {
    const chart = svg === this.functions.svg ? this.functions : this.derivatives;
    set(svg, { role: 'slider', tabindex: 0 });
    const follow = (event: PointerEvent): void => {
      if (event.pointerType === 'mouse' || event.buttons > 0) this.move(chart.x_under(event.clientX));
    };
    svg.addEventListener('pointermove', follow);
    svg.addEventListener('pointerdown', follow);
    svg.addEventListener('keydown', (event) => {
      const step = this.range / (event.shiftKey ? 10 : 100);
      const places: Record<string, number> = {
        ArrowLeft: this.cursor - step,
        ArrowRight: this.cursor + step,
        Home: -this.range,
        End: this.range,
      };
      if (!(event.key in places)) return;
      event.preventDefault();
      this.move(places[event.key]);
    });
  }
}
