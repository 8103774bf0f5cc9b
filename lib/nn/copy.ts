import { no_grad } from '../autograd/mode';
import { fail, fail_type } from '../errors';
import { clone } from '../ops/views';
import { Tensor } from '../tensor/tensor';
import { Module } from './module';
import { Parameter } from './parameter';

/**
 * A module, a tensor, or a list, map or object of them (a state_dict), of its own with the same values, as Python's `copy.deepcopy`. What a module holds in its properties is copied with it, lists and
 * maps too, and what is shared inside stays shared; functions and objects of other classes are taken over. A module with hooks cannot be copied: they know
 * the module that they were registered on. Nor can one whose class keeps `#private` fields: they are not visible from here.
 * @example
 * ```ts
 * import * as torch from 'cresset';
 * const layer = new torch.nn.Linear(2, 3);
 * const other = torch.deepcopy(layer);
 * torch.equal(other.weight, layer.weight); // true
 * other.weight === layer.weight; // false
 * ```
 */
export function deepcopy<T>(source: T): T {
  const made = copy(source, new Map()) as T;
  if (made === source) fail_type('deepcopy', 'its argument', 'a Module, a Tensor or a collection of them', source);
  return made;
}

function copy(value: unknown, made: Map<object, unknown>): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (made.has(value)) return made.get(value);
  const keep = <V extends object>(own: V): V => {
    made.set(value, own);
    return own;
  };
  if (value instanceof Tensor) return keep(copy_tensor(value));
  if (value instanceof Module) return copy_module(value, keep(like(value)), made);
  if (Array.isArray(value)) {
    const own = keep([] as unknown[]);
    for (const each of value) own.push(copy(each, made));
    return own;
  }
  if (value instanceof Map) {
    const own = keep(new Map<unknown, unknown>());
    for (const [key, each] of value) own.set(copy(key, made), copy(each, made));
    return own;
  }
  if (value instanceof Set) {
    const own = keep(new Set<unknown>());
    for (const each of value) own.add(copy(each, made));
    return own;
  }
  if (Object.getPrototypeOf(value) !== Object.prototype) return value;
  const own = keep({} as Record<string, unknown>);
  for (const [key, each] of Object.entries(value)) own[key] = copy(each, made);
  return own;
}

function copy_tensor(source: Tensor): Tensor {
  if (source.requires_grad && !source.is_leaf)
    fail('deepcopy', 'only leaf tensors can be copied, got one that a graph computed; detach() it first');
  const values = no_grad(() => clone(source.detach()));
  if (source instanceof Parameter) return new Parameter(values, source.requires_grad);
  return source.requires_grad ? values.requires_grad_() : values;
}

/** An instance of the module's class on which only the constructor of Module has run. */
function like(source: Module<unknown>): Module<unknown> {
  return Reflect.construct(Module, [], source.constructor as typeof Module) as Module<unknown>;
}

function copy_module(source: Module<unknown>, target: Module<unknown>, made: Map<object, unknown>): Module<unknown> {
  const { name } = source.constructor;
  // Hooks run in a `forward` that no enumeration shows.
  if (Object.getOwnPropertyDescriptor(source, 'forward')?.enumerable === false)
    fail('deepcopy', `${name} has hooks, which belong to the module they were registered on; remove them first`);
  for (const key of Object.keys(source)) Reflect.set(target, key, copy(Reflect.get(source, key), made));
  for (const [key, persistent] of source.buffer_names()) {
    const buffer = Reflect.get(target, key) as Tensor | null;
    Reflect.set(target, key, null);
    target.register_buffer(key, buffer, persistent);
  }
  return target;
}
