import { anomaly_enabled } from '../../autograd/node';
import { fail_type } from '../../errors';
import { linear_leaky_relu } from '../../ops/matmul';
import { Tensor } from '../../tensor/tensor';
import { Module } from '../module';
import { own_modules } from '../tree';
import { is_trusted, Passing, trust } from '../trust';
import { LeakyReLU, ReLU } from './activation';
import { BatchNorm } from './batchnorm';
import { IndexedModules, named_entries } from './container';
import { Conv } from './conv';
import { Linear } from './linear';

/**
 * Modules one after another. A `Linear` or a convolution followed by a `LeakyReLU` runs as one kernel, a `BatchNorm` followed by a
 * `LeakyReLU` or `ReLU` too, with the same bits; values between our own modules that no hook and no module of yours has seen are freed as
 * soon as backward is done with them.
 * @example
 * ```ts
 * const model = new torch.nn.Sequential(new torch.nn.Linear(10, 64), new torch.nn.LeakyReLU(0.01), new torch.nn.Linear(64, 1));
 * model.forward(torch.ones([32, 10])).shape; // [32, 1]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Sequential.html
 */
export class Sequential extends IndexedModules {
  constructor(...modules: Module[]);
  constructor(named: Readonly<Record<string, Module>> | ReadonlyMap<string, Module>);
  constructor(...given: readonly unknown[]) {
    super();
    const [first] = given;
    if (given.length === 1 && is_named(first)) {
      for (const [name, module] of named_entries<Module>('Sequential', first))
        this.add_module(name, check_module(name, module));
      return;
    }
    given.forEach((module, i) => {
      this.append(check_module(i, module));
    });
  }

  /** The modules from `start` to before `end`, as another Sequential that shares them. */
  slice(start?: number, end?: number): Sequential {
    return new Sequential(...this.children_in_order().slice(start, end));
  }

  override forward(input: Tensor): Tensor {
    const chain = flattened(this);
    const fuse = !anomaly_enabled();
    let at = new Passing(input, false);
    for (let i = 0; i < chain.length; i++) {
      const module = chain[i];
      const trusted = is_trusted(module);
      const next = chain[i + 1];
      const together = fuse && trusted && next !== undefined && is_trusted(next) ? fused(module, next, at.value) : null;
      if (together !== null) {
        at = at.become(together, true);
        i++;
        continue;
      }
      const output = module.forward(at.value);
      // Whatever a user's module returns goes on; only tensors have memory to look after.
      at =
        output instanceof Tensor && at.value instanceof Tensor
          ? at.become(output, trusted)
          : new Passing(output, false);
    }
    return at.value;
  }
}
trust(Sequential);

/** Both modules as one kernel, where there is one. */
function fused(module: Module, next: Module, input: Tensor): Tensor | null {
  if (next instanceof LeakyReLU) {
    const { negative_slope } = next;
    if (module instanceof Linear) return linear_leaky_relu(input, module.weight, module.bias, negative_slope);
    if (module instanceof Conv) return module.forward_leaky_relu(input, negative_slope);
    if (module instanceof BatchNorm) return module.normalise(input, { kind: 'leaky_relu', negative_slope });
  }
  if (next instanceof ReLU && module instanceof BatchNorm)
    return module.normalise(input, { kind: 'relu', negative_slope: 0 });
  return null;
}

/** The modules in order; those of a plain Sequential within stand in its place. */
function flattened(sequence: Sequential, chain: Module[] = []): Module[] {
  for (const [, module] of own_modules(sequence)) {
    if (module instanceof Sequential && is_trusted(module)) flattened(module, chain);
    else chain.push(module);
  }
  return chain;
}

function is_named(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || value instanceof Module || Array.isArray(value)) return false;
  return value instanceof Map || Object.getPrototypeOf(value) === null || !(Symbol.iterator in value);
}

function check_module(name: string | number, value: unknown): Module {
  if (Array.isArray(value)) fail_type('Sequential', `module ${name}`, 'a Module (spread an array with ...)', value);
  return value instanceof Module ? value : fail_type('Sequential', `module ${name}`, 'a Module', value);
}
