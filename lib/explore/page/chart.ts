import { html, set, svg } from './dom';
import { type Frame, path, type Scale, scale } from './lines';
import { tick_text, ticks } from './numbers';

/** A line chart that fits its box. */

export interface Line {
  /** Which of the page's colours. */
  readonly color: number;
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
  /** One line through all values, however they leap. Default false: a function, which may jump. */
  readonly measured?: boolean;
}

export interface View {
  readonly lines: readonly Line[];
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
}

const EMPTY: View = { lines: [], x: [0, 1], y: [0, 1] };

export class Chart {
  readonly element: HTMLElement;
  readonly svg = svg('svg', { role: 'img' });
  private readonly grid = svg('g', { class: 'grid' });
  private readonly lines = svg('g', { class: 'lines' });
  private readonly marks = svg('g', { class: 'marks' });
  private view = EMPTY;
  private cursor: number | null = null;
  private width = 0;
  private height = 0;

  constructor(caption: string, label: string) {
    set(this.svg, { 'aria-label': label });
    this.svg.append(this.grid, this.lines, this.marks);
    this.element = html('figure', { class: 'chart' }, html('figcaption', {}, caption), this.svg);
    new ResizeObserver(() => this.resize()).observe(this.svg);
  }

  show(view: View): void {
    this.view = view;
    this.draw();
  }

  /** Puts the cursor at this point of every line. */
  point_at(index: number): void {
    this.cursor = index;
    this.draw_marks(this.to_scale());
  }

  /** The x that lies under a point of the window. */
  x_under(client_x: number): number {
    const box = this.svg.getBoundingClientRect();
    const { left, right } = this.frame();
    const [low, high] = this.view.x;
    return low + ((client_x - box.left - left) / (right - left)) * (high - low);
  }

  private resize(): void {
    const { width, height } = this.svg.getBoundingClientRect();
    if (width === this.width && height === this.height) return;
    this.width = width;
    this.height = height;
    set(this.svg, { viewBox: `0 0 ${width} ${height}` });
    this.draw();
  }

  private frame(): Frame {
    return { left: 40, right: Math.max(41, this.width - 12), top: 10, bottom: Math.max(11, this.height - 26) };
  }

  private to_scale(): Scale {
    return scale(this.frame(), this.view.x, this.view.y);
  }

  private draw(): void {
    if (this.width === 0) return;
    const to = this.to_scale();
    this.draw_grid(to);
    this.lines.replaceChildren(
      ...this.view.lines.map(({ color, x, y, measured }) =>
        svg('path', { class: `line c${color}`, d: path(x, y, to, !measured) }),
      ),
    );
    this.draw_marks(to);
  }

  private draw_grid(to: Scale): void {
    const { left, right, top, bottom } = this.frame();
    const { x, y } = this.view;
    const down = ticks(y[0], y[1], this.height / 48).flatMap((value) => [
      svg('path', { class: value === 0 ? 'axis' : '', d: `M${left} ${to.y(value)}H${right}` }),
      svg('text', { x: left - 8, y: to.y(value) + 4, 'text-anchor': 'end' }, tick_text(value)),
    ]);
    const across = ticks(x[0], x[1], this.width / 64).flatMap((value) => [
      svg('path', { class: value === 0 ? 'axis' : '', d: `M${to.x(value)} ${top}V${bottom}` }),
      svg('text', { x: to.x(value), y: bottom + 18, 'text-anchor': 'middle' }, tick_text(value)),
    ]);
    this.grid.replaceChildren(...down, ...across);
  }

  private draw_marks(to: Scale): void {
    const { cursor } = this;
    const [first] = this.view.lines;
    if (cursor === null || first === undefined || this.width === 0) return;
    const { top, bottom } = this.frame();
    const x = to.x(first.x[cursor]);
    this.marks.replaceChildren(
      svg('path', { class: 'cursor', d: `M${x} ${top}V${bottom}` }),
      ...this.view.lines.map(({ color, y }) =>
        svg('circle', { class: `c${color}`, cx: x, cy: to.y(y[cursor]), r: 4.5 }),
      ),
    );
  }
}
