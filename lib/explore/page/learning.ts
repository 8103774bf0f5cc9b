import type { Frame } from '../protocol';
import { Chart } from './chart';
import { html } from './dom';
import { History } from './history';
import { domain } from './lines';
import { percent, rounded } from './numbers';

/** How the learning goes: the curve of the loss, and the state in numbers. */

export class LossChart {
  private readonly chart = new Chart('Loss by step', 'Loss by step');
  private history = new History();

  get element(): HTMLElement {
    return this.chart.element;
  }

  clear(): void {
    this.history = new History();
  }

  /** In the colour of the activation that learns. */
  add({ losses, step }: Frame, color: number): void {
    for (const loss of losses) this.history.add(loss);
    const { x, y } = this.history;
    // The far end of the axis moves in leaps, so that the curve grows instead of shrinking.
    const end = 100 * 2 ** Math.max(0, Math.ceil(Math.log2(Math.max(1, step) / 100)));
    this.chart.show({ lines: [{ color, x, y, measured: true }], x: [0, end], y: domain([y], [0, 0.8], 0.2) });
  }
}

export class State {
  private readonly numbers = html('dl', { class: 'numbers' });
  private readonly layers = html('div', { class: 'layers' });
  readonly element = html('div', { class: 'state', 'aria-live': 'off' }, this.numbers, this.layers);

  show({ step, loss, accuracy, layers, slopes }: Frame): void {
    const number = (term: string, id: string, text: string): HTMLElement =>
      html('div', {}, html('dt', {}, term), html('dd', { id }, text));
    this.numbers.replaceChildren(
      number('Step', 'steps', String(step)),
      number('Loss', 'loss', loss.toFixed(4)),
      number('Accuracy', 'accuracy', percent(accuracy, 1)),
    );
    this.layers.replaceChildren(
      ...layers.map(({ units, dead }, i) => {
        const dots = Array.from({ length: units }, (_, u) => html('i', { class: u < units - dead ? 'alive' : 'dead' }));
        const slope = slopes.length === 0 ? '' : `, slope ${rounded(slopes[i], 3)}`;
        return html(
          'div',
          { class: 'layer', 'data-dead': dead, 'data-slope': slopes[i] ?? '' },
          html('span', {}, `Layer ${i + 1}: ${percent(dead / units)} dead${slope}`),
          html('div', { class: 'units', 'aria-hidden': 'true' }, ...dots),
        );
      }),
    );
  }
}
