import { wrap_dim } from '../../tensor/shape';
import { Tensor } from '../../tensor/tensor';
import type { RemovableHandle } from '../hooks';
import type { Module } from '../module';
import { Linear } from '../modules/linear';
import { LayerNorm, RMSNorm } from '../modules/normalization';
import { own_parameters } from '../tree';
import { type Flat, flat_of } from './kinds';
import { learned_slopes, type SlopeRange, slope_ranges } from './slopes';
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

/** By their names. */
export type Places = Map<string, Place>;

/** An activation module of the model. */
interface Activation {
  readonly name: string;
  readonly module: Module;
  readonly flat: Flat;
  /** It writes into its input. */
  readonly inplace: boolean;
  readonly learns: boolean;
}

/** A layer with parameters, which runs before an activation. */
interface Layer {
  readonly name: string;
  readonly module: Module;
}

/** Hooks at all activations of a model, put in and taken out as something is to be measured. */
export class Probe {
  private readonly activations: Activation[] = [];
  private readonly layers: Layer[] = [];
  private readonly handles: RemovableHandle[] = [];
  private places: Places = new Map();
  private readonly calls = new Map<Activation, number>();
  /** The layer that ran last, and the one that ran before each place. */
  private last: Layer | null = null;
  private readonly feeders = new Map<string, Layer | null>();
  /** Are all places known? Then layers need no hooks. */
  private complete = false;

  /** @param unit_dim the dimension of the units; null for what the layer before makes of it */
  constructor(
    private readonly op: string,
    model: Module,
    private readonly unit_dim: number | null,
  ) {
    for (const [name, module] of model.named_modules()) {
      const flat = flat_of(module);
      if (flat !== null) {
        const inplace = Reflect.get(module, 'inplace') === true;
        this.activations.push({ name, module, flat, inplace, learns: learned_slopes(module).length > 0 });
      } else if (own_parameters(module).length > 0) this.layers.push({ name, module });
    }
  }

  /** From now on what passes is measured, in addition to what is in `places` already. Call it before every forward of the model. */
  start(places: Places): void {
    this.places = places;
    this.calls.clear();
    this.last = null;
    if (this.handles.length > 0) return;
    for (const activation of this.activations) this.hook(activation);
    if (!this.complete)
      for (const layer of this.layers)
        this.handles.push(
          layer.module.register_forward_hook(() => {
            this.last = layer;
          }),
        );
  }

  /** After a forward that went well: what fed each place is known from now on. */
  finish(): void {
    if (this.handles.length > 2 * this.activations.length) this.complete = this.places.size > 0;
    this.remove();
  }

  remove(): void {
    for (let i = 0; i < this.handles.length; i++) this.handles[i].remove();
    this.handles.length = 0;
  }

  private hook(activation: Activation): void {
    const { module, inplace } = activation;
    let place: Place | null = null;
    this.handles.push(
      module.register_forward_pre_hook((_, args) => {
        const input = args[0];
        const known = input instanceof Tensor && input.dtype.is_floating_point;
        place = known ? this.place(activation) : null;
        if (place === null) return;
        if (inplace) place.tally.grad_in.watch(input);
        else args[0] = place.tally.grad_in.tap(input);
        return args;
      }),
      module.register_forward_hook((_, __, output) => {
        if (place === null || !(output instanceof Tensor) || !output.dtype.is_floating_point) return;
        place.tally.add(this.op, place.name, output, this.dimension(place, output.ndim));
        return place.tally.grad_out.tap(output);
      }),
    );
  }

  /** Null for one that was never there while layers had hooks: they get them again. */
  private place(activation: Activation): Place | null {
    const { name, module, flat, learns } = activation;
    const call = (this.calls.get(activation) ?? 0) + 1;
    this.calls.set(activation, call);
    const own = call === 1 ? name : `${name}:${call}`;
    const present = this.places.get(own);
    if (present !== undefined) return present;
    if (!this.feeders.has(own)) {
      if (this.complete) {
        this.complete = false;
        return null;
      }
      this.feeders.set(own, this.last);
    }
    const after = this.feeders.get(own)?.name ?? null;
    const slopes = learns ? slope_ranges(module) : [];
    const place = { name: own, after, module, slopes, tally: new Tally(flat) };
    this.places.set(own, place);
    return place;
  }

  /** Linear layers have their units last, convolutions in dimension 1. */
  private dimension({ name }: Place, ndim: number): number {
    if (ndim < 2) return 0;
    if (this.unit_dim !== null) return wrap_dim(this.op, this.unit_dim, ndim);
    const feeder = this.feeders.get(name)?.module;
    return feeder instanceof Linear || feeder instanceof LayerNorm || feeder instanceof RMSNorm ? ndim - 1 : 1;
  }
}
