import { is_grad_enabled } from '../autograd/mode';
import { type Rule, record, requires_grad, tracks } from '../autograd/node';
import { fail } from '../errors';
import { overlaps_itself, Tensor } from '../tensor/tensor';

/** A tensor of the float64 reference: row-major values and a shape. */
export interface Reference {
  shape: readonly number[];
  data: ArrayLike<number>;
}

/**
 * One call for the generic tests. Tensor arguments are written as {@link TensorSpec}; everything else is passed as it is.
 */
export interface Sample {
  args: readonly unknown[];
  /** No gradient check here: at a kink, or where the function is not differentiable. */
  no_grad?: boolean;
  /** So many elements that several threads take part; tried only with several threads and instruction sets. */
  large?: boolean;
}

/** How a sample describes a tensor: seeded values of a shape within a range, or given values. */
export interface TensorSpec {
  shape: readonly number[];
  /** Uniform between these; default [-2, 2]. Values closer than `gap` to one of `avoid` are moved away from it. */
  range?: readonly [number, number];
  avoid?: readonly number[];
  values?: readonly number[];
  dtype?: 'float' | 'int64' | 'bool' | 'uint8' | 'int32';
}

/** A call that must fail, and what its message says. */
export interface ErrorSample {
  args: readonly unknown[];
  message: RegExp;
}

/**
 * An operation, declared once. Generic tests walk these records: value against `reference`, gradient against central differences,
 * non-contiguous inputs, thread counts, instruction sets, error samples. See docs/adding-an-op.md.
 */
export interface OpRecord<F = (...args: never[]) => unknown> {
  name: string;
  call: F;
  /** The same in float64, on plain arrays; the generic test compares. */
  reference?: (...args: never[]) => Reference | readonly Reference[];
  samples: () => readonly Sample[];
  errors?: () => readonly ErrorSample[];
  /** False where no gradient exists (comparisons, argmax, …). */
  differentiable?: boolean;
  /** Tensor methods it provides besides its name; `[]` for none. Default: its own name. */
  methods?: readonly string[];
  /** The in-place form, if it has one; becomes the method `name_` where `name` is a method. */
  inplace?: (...args: never[]) => Tensor;
  /** Sees memory as it lies: other layouts of the input give another result, or an error. */
  sees_layout?: boolean;
  /** Adds elements up in the order of memory: a transposed input may round differently. */
  sums?: boolean;
  /** Largest relative error against the reference in float32; default 1e-5. */
  tolerance?: number;
}

const table = new Map<string, OpRecord>();

/** All records, in order of declaration. */
export function op_records(): readonly OpRecord[] {
  return [...table.values()];
}

/** A tensor in a sample. */
export function sample(shape: readonly number[], more: Omit<TensorSpec, 'shape'> = {}): TensorSpec {
  return { shape, ...more };
}

/** Declares an operation: registers the record, adds the Tensor methods and returns the function. */
export function op<F extends (...args: never[]) => unknown>(given: OpRecord<F>): F {
  if (table.has(given.name)) throw new Error(`cresset: operation "${given.name}" is declared twice`);
  table.set(given.name, given as unknown as OpRecord);
  const methods = given.methods ?? [given.name];
  for (const method of methods) add_method(method, given.call);
  if (given.inplace !== undefined && methods.includes(given.name)) add_method(`${given.name}_`, given.inplace);
  return given.call;
}

/** Makes a function that takes a tensor first a method of Tensor. */
export function add_method(name: string, call: (...args: never[]) => unknown): void {
  const run = call as (...args: unknown[]) => unknown;
  Object.defineProperty(Tensor.prototype, name, {
    configurable: true,
    writable: true,
    value: {
      [name](this: Tensor, ...rest: unknown[]) {
        return run(this, ...rest);
      },
    }[name],
  });
}

/**
 * Checks that `target` may be changed in place, before anything is written: not a leaf that requires grad, not an expanded
 * tensor.
 */
export function check_inplace(op: string, target: Tensor): void {
  if (is_grad_enabled()) {
    if (target.leaf_requires_grad)
      fail(
        op,
        'a leaf tensor that requires grad cannot be changed in place; use torch.no_grad() or the out-of-place form',
      );
    if (target.base?.leaf_requires_grad)
      fail(op, 'a view of a leaf tensor that requires grad cannot be changed in place; use torch.no_grad()');
  }
  if (overlaps_itself(target))
    fail(
      op,
      `the tensor is expanded: several elements of shape [${target.shape.join(', ')}] share memory; clone() it first`,
    );
}

let rebase_view: (view: Tensor) => void;

/** Installed by views.ts: moves a node recorded for a view into its base's history. */
export function set_rebase_view(rebase: (view: Tensor) => void): void {
  rebase_view = rebase;
}

/**
 * Finishes an in-place change of `target`: bumps the version and puts the node into its history. Where the rule reads the new
 * value it saves `target` itself.
 */
export function record_inplace(
  target: Tensor,
  name: string,
  inputs: readonly Tensor[],
  saved: readonly Tensor[],
  rule: Rule,
): Tensor {
  target.bump_version();
  if (!inputs.some(requires_grad) || !is_grad_enabled()) {
    keep_history(target);
    return target;
  }
  record(target, name, inputs, saved, rule);
  if (target.base !== null) rebase_view(target);
  return target;
}

/** After an unrecorded change: a view that is itself part of no graph stays so. */
function keep_history(target: Tensor): void {
  target.node_version = target.storage.version;
}

export { type Rule, record, tracks };
