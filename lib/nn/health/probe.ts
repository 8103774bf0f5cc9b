import { wrap_dim } from '../../tensor/shape';
import { Tensor } from '../../tensor/tensor';
import type { RemovableHandle } from '../hooks';
import type { Module } from '../module';
import { Linear } from '../modules/linear';
import { LayerNorm, RMSNorm } from '../modules/normalization';
import { own_parameters } from '../tree';
import { type Flat, flat_of } from './kinds';
import { type SlopeRange, slope_ranges } from './slopes';
import { Tally } from './tally';

/** An activation at one place of the network: a module that is called several times has several. */
export interface Place {
  /** The module's name; `act:2` for its second call in one forward. */
  readonly name: string;
  /** The layer with parameters that ran before it; null for none. */
  readonly after: string | null;
  readonly module: Module;
  /** The learned slopes as they were when it was met first. */
  readonly slopes: readonly SlopeRange[];
  readonly tally: Tally;
}

/** The layer with parameters that ran before an activation. */
interface Feeder {
  readonly name: string;
  readonly module: Module;
}

/** What of a model is to be watched; found once, for probes that come again and again. */
export class Plan {
  readonly activations: { name: string; module: Module; flat: Flat; inplace: boolean }[] = [];
  readonly layers: Feeder[] = [];
  /** What ran before each place, as soon as a forward has shown it. */
  readonly feeders = new Map<string, Feeder | null>();
  /** Are all places known? Then layers need no hooks. */
  complete = false;

  /** @param unit_dim the dimension of the units; null for what the layer before makes of it */
  constructor(
    readonly op: string,
    model: Module,
    readonly unit_dim: number | null,
  ) {
    for (const [name, module] of model.named_modules()) {
      const flat = flat_of(module);
      if (flat !== null)
        this.activations.push({ name, module, flat, inplace: Reflect.get(module, 'inplace') === true });
      else if (own_parameters(module).length > 0) this.layers.push({ name, module });
    }
  }
}

/** Hooks at all activations of a model, for as long as something is to be measured. */
export class Probe {
  private readonly handles: RemovableHandle[] = [];
  private readonly calls = new Map<Module, number>();
  private feeder: Feeder | null = null;
  private readonly learns: boolean;

  /** @param places receives what is found, by name; measuring goes on in what is there already */
  constructor(
    private readonly plan: Plan,
    private readonly places: Map<string, Place>,
  ) {
    for (const { name, module, flat, inplace } of plan.activations) this.watch(name, module, flat, inplace);
    this.learns = !plan.complete;
    if (this.learns)
      for (const layer of plan.layers)
        this.handles.push(
          layer.module.register_forward_hook(() => {
            this.feeder = layer;
          }),
        );
  }

  /** Before every forward of the model: calls are counted anew. */
  start(): void {
    this.calls.clear();
    this.feeder = null;
  }

  /** The model's forward has ended: what fed each place is known from now on. */
  finish(): void {
    if (this.learns) this.plan.complete = this.places.size > 0;
    this.remove();
  }

  remove(): void {
    for (const handle of this.handles) handle.remove();
    this.handles.length = 0;
  }

  private watch(name: string, module: Module, flat: Flat, inplace: boolean): void {
    let place: Place | null = null;
    this.handles.push(
      module.register_forward_pre_hook((_, args) => {
        place = null;
        const input = args[0];
        if (!(input instanceof Tensor) || !input.dtype.is_floating_point) return undefined;
        place = this.place(name, module, flat);
        if (place === null) return undefined;
        // A name of its own, so that the gradient is this module's alone; not where the module writes into its input.
        if (!inplace) args[0] = input.expand(input.shape);
        place.tally.grad_in.watch(args[0]);
        return args;
      }),
      module.register_forward_hook((_, __, output) => {
        if (place === null || !(output instanceof Tensor) || !output.dtype.is_floating_point) return;
        place.tally.add(this.plan.op, place.name, output, this.dimension(place, output.ndim));
        place.tally.grad_out.watch(output);
      }),
    );
  }

  /** Null for one that was never there when the layers still had hooks: they get them again. */
  private place(name: string, module: Module, flat: Flat): Place | null {
    const call = (this.calls.get(module) ?? 0) + 1;
    this.calls.set(module, call);
    const own = call === 1 ? name : `${name}:${call}`;
    const present = this.places.get(own);
    if (present !== undefined) return present;
    const { feeders, complete } = this.plan;
    if (!feeders.has(own)) {
      if (complete) {
        this.plan.complete = false;
        return null;
      }
      feeders.set(own, this.feeder);
    }
    const after = feeders.get(own)?.name ?? null;
    const place = { name: own, after, module, slopes: slope_ranges(module), tally: new Tally(flat) };
    this.places.set(own, place);
    return place;
  }

  /** Linear layers have their units last, convolutions in dimension 1. */
  private dimension({ name }: Place, ndim: number): number {
    if (ndim < 2) return 0;
    const { op, unit_dim, feeders } = this.plan;
    if (unit_dim !== null) return wrap_dim(op, unit_dim, ndim);
    const feeder = feeders.get(name)?.module;
    return feeder instanceof Linear || feeder instanceof LayerNorm || feeder instanceof RMSNorm ? ndim - 1 : 1;
  }
}
