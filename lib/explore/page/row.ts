import type { Choice, Entry } from '../protocol';
import { html } from './dom';
import { Slider } from './slider';

/** One curve: which activation, its sliders, and what it gives at the cursor. */
export class Row {
  readonly element: HTMLElement;
  private readonly select: HTMLSelectElement;
  private readonly controls = html('div', { class: 'sliders' });
  private readonly note = html('p', { class: 'note' });
  private readonly values = html('dl', { class: 'values' });
  private readonly remove: HTMLButtonElement;
  private sliders: Slider[] = [];

  constructor(
    private readonly entries: readonly Entry[],
    readonly color: number,
    { name, values }: { name: string; values?: readonly number[] },
    private readonly changed: () => void,
    removed: (row: Row) => void,
  ) {
    this.select = html('select', { 'aria-label': 'Activation' }, ...grouped(entries));
    this.select.value = name;
    this.select.addEventListener('change', () => this.turn());
    this.remove = html('button', { class: 'quiet', type: 'button', 'aria-label': 'Remove this curve' }, '×');
    this.remove.addEventListener('click', () => removed(this));
    const head = html('div', { class: 'head' }, html('i', { class: `swatch c${color}` }), this.select, this.remove);
    this.element = html('section', { class: 'row' }, head, this.controls, this.note, this.values);
    this.fill(values);
  }

  get choice(): Choice {
    return { name: this.entry.name, values: this.sliders.map(({ value }) => value) };
  }

  /** `LeakyReLU(0.20)` */
  get text(): string {
    const values = this.sliders.map(({ text }) => text).join(', ');
    return values === '' ? this.entry.title : `${this.entry.title}(${values})`;
  }

  /** Whether another row is there, so that this one may go. */
  set removable(on: boolean) {
    this.remove.hidden = !on;
  }

  read(y: string, yp: string): void {
    const item = (term: string, value: string): HTMLElement =>
      html('div', {}, html('dt', {}, term), html('dd', {}, value));
    this.values.replaceChildren(item('f(x)', y), item('f′(x)', yp));
  }

  private get entry(): Entry {
    return this.entries.find(({ name }) => name === this.select.value)!;
  }

  private turn(): void {
    this.fill();
    this.changed();
  }

  /** Sliders at the values given, or where PyTorch's defaults have them. */
  private fill(values?: readonly number[]): void {
    this.sliders = this.entry.parameters.map((p, i) => new Slider(p, values?.[i] ?? p.start, this.changed));
    this.note.textContent = this.entry.note ?? '';
    this.note.hidden = this.entry.note === undefined;
    this.controls.replaceChildren(...this.sliders.map(({ element }) => element));
  }
}

function grouped(entries: readonly Entry[]): HTMLElement[] {
  return [...new Set(entries.map(({ group }) => group))].map((group) => {
    const options = entries.filter((entry) => entry.group === group);
    return html(
      'optgroup',
      { label: group },
      ...options.map(({ name, title }) => html('option', { value: name }, title)),
    );
  });
}
