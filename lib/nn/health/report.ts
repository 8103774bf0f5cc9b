import { advice_for } from './advice';
import { health_of, type LayerHealth } from './layer';
import type { Place } from './probe';
import { sparkline, tenths } from './sparkline';
import { number_text, percent_text, text_table } from './text';

/**
 * What {@link activation_stats} found.
 * @example
 * ```ts
 * const model = new torch.nn.Sequential(new torch.nn.Linear(2, 4), new torch.nn.Tanh(), new torch.nn.Linear(4, 1));
 * const stats = torch.nn.utils.activation_stats(model, [torch.zeros([8, 2])]);
 * stats instanceof torch.nn.utils.ActivationStats; // true
 * stats.layers.map(({ name, kind, units }) => `${name} ${kind} ${units}`); // ['1 Tanh 4']
 * ```
 */
export class ActivationStats {
  private constructor(
    /** In the order in which the activations ran. */
    readonly layers: readonly LayerHealth[],
    /** How many batches were looked at. */
    readonly batches: number,
  ) {}

  /** @internal */
  static of(places: Iterable<Place>, batches: number): ActivationStats {
    return new ActivationStats([...places].map(health_of), batches);
  }

  /** What to do about it, one line a finding, the worst first; empty where all is well. */
  get advice(): string[] {
    return advice_for(this.layers);
  }

  /**
   * A table for the terminal. The bars show how many units put out something positive for how much of the data: from never, at the left, to
   * always.
   */
  table(): string {
    const heading = [
      'Activation',
      'Kind',
      'After',
      'Units',
      'Dead',
      'Negative',
      'Zero',
      'Saturated',
      'Grad out',
      'Grad in',
      'Units by activity',
    ];
    const rows = this.layers.map((layer) => [
      layer.name,
      layer.kind,
      layer.after ?? '–',
      String(layer.units),
      String(layer.dead.length),
      percent_text(layer.negative),
      percent_text(layer.zero),
      percent_text(layer.saturated),
      number_text(layer.grad_out),
      number_text(layer.grad_in),
      sparkline(tenths(layer.unit_positive)).padEnd(10),
    ]);
    const advice = this.advice.length > 0 ? this.advice : ['nothing dead, nothing saturated'];
    return `${text_table(heading, rows, 3)}\n\n${advice.join('\n')}\n`;
  }

  /** Plain data for `JSON.stringify`. */
  toJSON(): { batches: number; layers: readonly LayerHealth[]; advice: readonly string[] } {
    return { batches: this.batches, layers: this.layers, advice: this.advice };
  }

  /** The same as {@link ActivationStats.table}. */
  toString(): string {
    return this.table();
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.table();
  }
}
