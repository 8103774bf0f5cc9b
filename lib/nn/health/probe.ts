import { wrap_dim } from '../../tensor/shape';
import { Tensor } from '../../tensor/tensor';
import type { RemovableHandle } from '../hooks';
import type { Module } from '../module';
import { Linear } from '../modules/linear';
import { LayerNorm, RMSNorm } from '../modules/normalization';
import { own_parameters } from '../tree';
import { flat_of } from './kinds';
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

/** The layer with parameters that ran last. */
interface Feeder {
  readonly name: string;
  readonly module: Module;
}

/** Hooks at all activations of a model, for as long as something is to be measured. */
export class Probe {
  private readonly handles: RemovableHandle[] = [];
  private readonly calls = new Map<Module, number>();
  private feeder: Feeder | null = null;

  /**
   * @param places receives what is found, by name; measuring goes on in what is there already
   * @param unit_dim the dimension of the units; null for what the layer before makes of it
   */
  constructor(
    private readonly op: string,
    model: Module,
    private readonly places: Map<string, Place>,
    private readonly unit_dim: number | null,
  ) {
    for (const [name, module] of model.named_modules()) {
      if (flat_of(module) !== null) this.watch(name, module);
      else if (own_parameters(module).length > 0)
        this.handles.push(
          module.register_forward_hook(() => {
            this.feeder = { name, module };
          }),
        );
    }
  }

  /** Before every forward of the model: calls are counted anew. */
  start(): void {
    this.calls.clear();
    this.feeder = null;
  }

  remove(): void {
    for (const handle of this.handles) handle.remove();
    this.handles.length = 0;
  }

  private watch(name: string, module: Module): void {
    this.handles.push(
      module.register_forward_pre_hook((_, [input, ...rest]) => {
        if (!(input instanceof Tensor) || !input.dtype.is_floating_point) return undefined;
        // A name of its own, so that the gradient is this module's alone; not where the module writes into its input.
        const own = Reflect.get(module, 'inplace') === true ? input : input.expand(input.shape);
        this.place(name, module).tally.grad_in.watch(own);
        return [own, ...rest];
      }),
      module.register_forward_hook((_, __, output) => {
        if (!(output instanceof Tensor) || !output.dtype.is_floating_point) return;
        const place = this.place(name, module);
        this.calls.set(module, (this.calls.get(module) ?? 0) + 1);
        place.tally.add(this.op, place.name, output, this.dimension(output));
        place.tally.grad_out.watch(output);
      }),
    );
  }

  private place(name: string, module: Module): Place {
    const call = (this.calls.get(module) ?? 0) + 1;
    const own = call === 1 ? name : `${name}:${call}`;
    let place = this.places.get(own);
    if (place === undefined) {
      place = {
        name: own,
        after: this.feeder?.name ?? null,
        module,
        slopes: slope_ranges(module),
        tally: new Tally(flat_of(module)!),
      };
      this.places.set(own, place);
    }
    return place;
  }

  /** Linear layers have their units last, convolutions in dimension 1. */
  private dimension({ ndim }: Tensor): number {
    if (ndim < 2) return 0;
    if (this.unit_dim !== null) return wrap_dim(this.op, this.unit_dim, ndim);
    const feeder = this.feeder?.module;
    return feeder instanceof Linear || feeder instanceof LayerNorm || feeder instanceof RMSNorm ? ndim - 1 : 1;
  }
}
