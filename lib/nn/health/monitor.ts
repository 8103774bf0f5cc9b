import { is_grad_enabled } from '../../autograd/mode';
import { check_integer, check_options, fail_range, fail_type } from '../../errors';
import type { RemovableHandle } from '../hooks';
import type { Module } from '../module';
import { advice_for } from './advice';
import { health_of, summary_of, units_with } from './layer';
import { monitor_table } from './monitor_table';
import { check_measured, check_unit_dim, type UnitOptions } from './options';
import { type Places, Probe } from './probe';
import type { ActivationRecord } from './records';

/** Options of {@link ActivationMonitor}. */
export interface ActivationMonitorOptions extends UnitOptions {
  /** Every how many training steps to record; the first is. Modules that come later are not seen. Default 500. */
  every?: number;
  /** Between which values learned slopes should stay. Default [0, 1]. */
  slope_bounds?: readonly [low: number, high: number];
  /** Gets the warnings; default `process.emitWarning`. */
  on_warning?: (text: string) => void;
}

interface Recording {
  readonly step: number;
  readonly places: Places;
}

/** So many steps are worked out together: that is cheaper than one by one, and until then they hold some memory. */
const TOGETHER = 32;

/**
 * Records the activations of a model every k steps of its training: dead and saturated units, gradients, learned slopes. A step is a forward in
 * training mode with gradients enabled; between recorded ones the model runs as it would without, fused kernels included.
 *
 * A learned slope (of `PReLU`, or of a module whose parameters are named `slope`, `negative_slope` or `alpha`) that leaves its bounds gives a
 * warning, again only after it was back.
 * @example
 * ```ts
 * const model = new torch.nn.Sequential(new torch.nn.Linear(2, 8), new torch.nn.PReLU(), new torch.nn.Linear(8, 1));
 * const monitor = new torch.nn.utils.ActivationMonitor(model, { every: 10 });
 * for (let step = 0; step < 30; step++) model.forward(torch.randn([16, 2])).sum().backward();
 * monitor.records.map(({ step }) => step); // [0, 10, 20]
 * monitor.records[0].layers[0].slopes[0].mean; // 0.25
 * monitor.table();
 * monitor.remove();
 * ```
 */
export class ActivationMonitor implements Disposable {
  private readonly every: number;
  private readonly bounds: readonly [number, number];
  private readonly warn: (text: string) => void;
  private readonly probe: Probe;
  private readonly handles: RemovableHandle[];
  private readonly outside = new Set<string>();
  private readonly finished: ActivationRecord[] = [];
  /** What has been counted since; the gradients of the last may still come. */
  private recordings: Recording[] = [];
  private recording = false;
  private steps = 0;

  constructor(
    private readonly model: Module,
    options?: ActivationMonitorOptions,
  ) {
    const op = 'ActivationMonitor';
    check_measured(op, model);
    const judged = check_options<Required<ActivationMonitorOptions>>(op, options, {
      every: 500,
      slope_bounds: [0, 1],
      on_warning: (text) => process.emitWarning(text, 'CressetWarning'),
      unit_dim: null,
    });
    this.every = check_integer(op, 'every', judged.every, 1);
    this.bounds = check_bounds(op, judged.slope_bounds);
    this.probe = new Probe(op, model, check_unit_dim(op, judged.unit_dim));
    if (typeof judged.on_warning !== 'function') fail_type(op, 'on_warning', 'a function', judged.on_warning);
    this.warn = judged.on_warning;
    this.handles = [
      model.register_forward_pre_hook(() => this.before()),
      model.register_forward_hook(() => this.after()),
    ];
  }

  /** What was recorded. The gradients of the last step are there after its backward. */
  get records(): readonly ActivationRecord[] {
    return [...this.finished, ...this.recordings.map(record_of)];
  }

  /** What to do about the last recorded step, one line a finding; a batch sees less than all data, for which there is `activation_stats`. */
  get advice(): string[] {
    const latest = this.recordings[this.recordings.length - 1];
    return latest === undefined ? [] : advice_for([...latest.places.values()].map(health_of));
  }

  /** A row for each activation, with its course over the recorded steps. */
  table(): string {
    return monitor_table(this.records, this.advice);
  }

  /** Plain data for `JSON.stringify`. */
  toJSON(): { every: number; records: readonly ActivationRecord[]; advice: readonly string[] } {
    return { every: this.every, records: this.records, advice: this.advice };
  }

  /** Takes the hooks away; what was recorded stays. */
  remove(): void {
    this.probe.remove();
    this.recording = false;
    for (const handle of this.handles) handle.remove();
  }

  [Symbol.dispose](): void {
    this.remove();
  }

  toString(): string {
    return this.table();
  }

  private before(): undefined {
    // Left over when the last forward failed.
    if (this.recording) this.probe.remove();
    this.recording = this.model.training && is_grad_enabled() && this.steps++ % this.every === 0;
    if (!this.recording) return;
    if (this.recordings.length >= TOGETHER) {
      this.finished.push(...this.recordings.map(record_of));
      this.recordings = [];
    }
    const places: Places = new Map();
    this.recordings.push({ step: this.steps - 1, places });
    this.probe.start(places);
  }

  private after(): undefined {
    if (!this.recording) return;
    this.recording = false;
    this.probe.finish();
    this.look_at_slopes(this.recordings[this.recordings.length - 1]);
  }

  private look_at_slopes({ step, places }: Recording): void {
    const [low, high] = this.bounds;
    for (const { name, slopes } of places.values())
      for (const slope of slopes) {
        const key = `${name}.${slope.name}`;
        const far = slope.max > high ? slope.max : slope.min;
        if (slope.min >= low && slope.max <= high) this.outside.delete(key);
        else if (!this.outside.has(key)) {
          this.outside.add(key);
          this.warn(
            `ActivationMonitor: in step ${step} the slope ${key} is ${Number(far.toPrecision(4))}, outside [${low}, ${high}]`,
          );
        }
      }
  }
}

function check_bounds(op: string, value: unknown): readonly [number, number] {
  if (!Array.isArray(value) || value.length !== 2 || !value.every((each) => typeof each === 'number'))
    fail_type(op, 'slope_bounds', 'two numbers', value);
  const [low, high] = value as [number, number];
  if (!(low <= high)) fail_range(op, `expected slope_bounds to be low and high, got [${low}, ${high}]`);
  return [low, high];
}

function record_of({ step, places }: Recording): ActivationRecord {
  const layers = [...places.values()].map((place) => {
    const counts = place.tally.counts();
    return { ...summary_of(place, counts), dead: units_with(counts, counts.flat, counts.elements).length };
  });
  return { step, layers };
}
