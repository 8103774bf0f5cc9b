import { type Parameter, steps_of, value_at } from '../protocol';
import { fresh_id, html, set } from './dom';
import { stepped } from './numbers';

/** A slider for a parameter. It counts steps, so that a value is the same decimal here, on the server and in a file. */
export class Slider {
  readonly element: HTMLElement;
  private readonly input: HTMLInputElement;
  private readonly output = html('output');

  constructor(
    private readonly parameter: Parameter,
    start: number,
    moved: () => void,
  ) {
    const { name, low, step } = parameter;
    const id = fresh_id();
    const place = Math.round((start - low) / step);
    this.input = html('input', { type: 'range', id, min: 0, max: steps_of(parameter, step) - 1, value: place });
    this.input.addEventListener('input', () => {
      this.write();
      moved();
    });
    this.element = html('div', { class: 'slider' }, html('label', { for: id }, name), this.output, this.input);
    this.write();
  }

  get value(): number {
    return value_at(this.parameter, this.parameter.step, Number(this.input.value));
  }

  get text(): string {
    return stepped(this.value, this.parameter.step);
  }

  private write(): void {
    this.output.textContent = this.text;
    set(this.input, { 'aria-valuetext': this.text });
    const share = Number(this.input.value) / Number(this.input.max);
    this.input.style.setProperty('--share', `${100 * share}%`);
  }
}
