import type { Tensor } from '../tensor/tensor';
import type { Module } from './module';

/**
 * Classes of ours whose forward neither shows its tensors to anybody nor keeps them, except through the graph. Between two of these
 * `Sequential` may fuse, and free a value as soon as nothing needs it.
 */
const originals = new Map<object, Module<unknown>['forward']>();

export function trust(our_class: { readonly prototype: Module<unknown> }): void {
  originals.set(our_class.prototype, our_class.prototype.forward);
}

/** Is it exactly a class of ours, its `forward` neither patched nor wrapped by hooks? */
export function is_trusted(module: Module): boolean {
  return originals.get(Object.getPrototypeOf(module)) === module.forward;
}

/** Exchanges forwards of our classes, as profilers do: those that were trusted stay so. */
export function keep_trust(exchange: () => void): void {
  const trusted = [...originals].filter(([prototype, forward]) => Reflect.get(prototype, 'forward') === forward);
  exchange();
  for (const [prototype] of trusted) originals.set(prototype, Reflect.get(prototype, 'forward'));
}

/** A value that a chain of trusted modules has made for itself. */
export class Passing {
  constructor(
    readonly value: Tensor,
    /** Only the chain knows the value's memory. */
    readonly owned: boolean,
  ) {}

  /** What follows when `next` was computed from it; memory that nothing needs any more goes back at once. */
  become(next: Tensor, by_trusted: boolean): Passing {
    const { storage } = this.value;
    if (next.storage === storage) return new Passing(next, this.owned && by_trusted);
    if (this.owned && by_trusted) {
      storage.internal = true;
      storage.release_if_unused();
    }
    return new Passing(next, by_trusted);
  }
}
