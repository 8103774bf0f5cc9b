import { is_options } from '../arguments';
import { check_boolean, check_options, fail, fail_type, shape_text } from '../errors';
import { ones_like, zeros_like } from '../ops/create';
import { clone } from '../ops/views';
import { after_backward } from '../tensor/collector';
import { same_shape } from '../tensor/shape';
import { check_tensor, Tensor, window } from '../tensor/tensor';
import { run_graph } from './engine';
import { read_grad, write_grad } from './grad_slot';
import { edge_of, type Grad, type Hook, type Node, requires_grad } from './node';

/** What users call: `backward`, `torch.autograd.grad`, and the tensor properties that belong to the graph. */

/** Options of {@link Tensor.backward} and {@link backward}. */
export interface BackwardOptions {
  /** Keep what was saved, for another backward. Default: `create_graph`. */
  retain_graph?: boolean;
  /** Record the backward pass itself, for higher derivatives. */
  create_graph?: boolean;
  /** Accumulate into `.grad` of these tensors only. */
  inputs?: Tensor | readonly Tensor[];
}

declare module '../tensor/tensor' {
  interface Tensor {
    /**
     * Adds the gradients of this tensor with respect to the graph's leaves to their `.grad`. A tensor of several elements takes ones as its
     * gradient when none is given (PyTorch raises there).
     * @example
     * ```ts
     * const x = torch.tensor([-1, 2], { requires_grad: true });
     * x.mul(x).sum().backward();
     * x.grad!.tolist(); // [-2, 4]
     * ```
     */
    backward(gradient?: Tensor | null, options?: BackwardOptions): void;
    backward(options: BackwardOptions & { gradient?: Tensor | null }): void;
    /** Whether gradients are wanted; assignable on leaves. */
    requires_grad: boolean;
    /** Sets `requires_grad` and returns the tensor. */
    requires_grad_(requires_grad?: boolean): Tensor;
    /** The accumulated gradient; null before the first backward. Assignable. */
    grad: Tensor | null;
    /** The node that computed it; null for leaves. */
    readonly grad_fn: Node | null;
    /** Was it made by the user, or outside of the graph? */
    readonly is_leaf: boolean;
    /** The same memory outside the graph; changes to it are not noticed by version counters. */
    data: Tensor;
    /** Keeps `.grad` of a tensor that is no leaf. */
    retain_grad(): void;
    /** Calls `hook` with the gradient when it is known; what it returns replaces it. */
    register_hook(hook: Hook): { remove(): void };
    /** Takes this tensor itself out of the graph; it becomes a leaf. */
    detach_(): Tensor;
  }
}

/**
 * Adds the gradients of `tensors` to the `.grad` of the leaves.
 * @example
 * ```ts
 * const w = torch.tensor([2, 3], { requires_grad: true });
 * torch.autograd.backward([w.mul(w).sum()]);
 * w.grad!.tolist(); // [4, 6]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.autograd.backward.html
 */
export function backward(
  tensors: Tensor | readonly Tensor[],
  grad_tensors?: Tensor | null | readonly (Tensor | null)[],
  options: BackwardOptions = {},
): void {
  const { retain_graph, create_graph, inputs } = check_options<
    Required<BackwardOptions> & { retain_graph: boolean | null }
  >('backward', options, {
    retain_graph: null as never,
    create_graph: false,
    inputs: null as never,
  });
  const roots = as_list(tensors);
  const grads = root_grads('backward', roots, grad_tensors, create_graph);
  const targets = inputs === null ? null : as_list(inputs);
  targets?.forEach((target) => {
    check_wanted('backward', target);
  });
  if (targets?.length === 0) fail('backward', 'inputs is empty');
  check_boolean('backward', 'create_graph', create_graph);
  run_graph(roots, root_edges('backward', roots), grads, {
    retain_graph: retain_graph ?? create_graph,
    create_graph,
    targets,
    capture: false,
  });
  after_backward();
}

/** Options of {@link grad}. */
export interface GradOptions {
  /** What flows into each output; default ones. */
  grad_outputs?: Tensor | null | readonly (Tensor | null)[];
  /** Keep what the graph saved, for another backward. Default: as `create_graph`. */
  retain_graph?: boolean;
  /** Record the gradients, so that they can be differentiated. Default false. */
  create_graph?: boolean;
  /** null instead of an error for inputs that the outputs do not depend on. */
  allow_unused?: boolean;
  /** Zeros instead of null where there is no gradient; implies `allow_unused`. Default false. */
  materialize_grads?: boolean;
}

/**
 * The gradients of the sum of `outputs` with respect to `inputs`, without touching `.grad`.
 * @example
 * ```ts
 * const x = torch.tensor([3], { requires_grad: true });
 * const [dx] = torch.autograd.grad(x.mul(x), [x]);
 * dx.item(); // 6
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.autograd.grad.html
 */
export function grad(
  outputs: Tensor | readonly Tensor[],
  inputs: Tensor | readonly Tensor[],
  options?: GradOptions & { allow_unused?: false },
): Tensor[];
export function grad(
  outputs: Tensor | readonly Tensor[],
  inputs: Tensor | readonly Tensor[],
  options?: GradOptions,
): (Tensor | null)[];
export function grad(
  outputs: Tensor | readonly Tensor[],
  inputs: Tensor | readonly Tensor[],
  options: GradOptions = {},
): (Tensor | null)[] {
  const { grad_outputs, retain_graph, create_graph, allow_unused, materialize_grads } = check_options('grad', options, {
    grad_outputs: null as GradOptions['grad_outputs'],
    retain_graph: null as boolean | null,
    create_graph: false,
    allow_unused: false,
    materialize_grads: false,
  });
  const roots = as_list(outputs);
  const targets = as_list(inputs);
  for (const target of targets) check_wanted('grad', target);
  const found = run_graph(roots, root_edges('grad', roots), root_grads('grad', roots, grad_outputs, create_graph), {
    retain_graph: retain_graph ?? create_graph,
    create_graph,
    targets,
    capture: true,
  });
  return found.map((g, i) => {
    if (g !== null) return g;
    if (materialize_grads) return zeros_like(targets[i]);
    if (!allow_unused)
      fail(
        'grad',
        `input ${i} of shape ${shape_text(targets[i].shape)} was not used in the graph; pass { allow_unused: true } to get null for it`,
      );
    return null;
  });
}

function as_list<T>(value: T | readonly T[]): readonly T[] {
  return Array.isArray(value) ? value : [value as T];
}

function root_edges(op: string, roots: readonly Tensor[]): Node[] {
  return roots.map((root) => {
    check_tensor(op, 'tensor', root);
    return (
      edge_of(root) ??
      fail(op, `the tensor of shape ${shape_text(root.shape)} does not require grad and has no grad_fn`)
    );
  });
}

function root_grads(
  op: string,
  roots: readonly Tensor[],
  given: GradOptions['grad_outputs'],
  create_graph: boolean,
): Tensor[] {
  const list = given === undefined || given === null ? [] : as_list(given as Tensor | readonly (Tensor | null)[]);
  if (list.length > 0 && list.length !== roots.length)
    fail(op, `expected ${roots.length} gradients, got ${list.length}`);
  return roots.map((root, i) => {
    check_tensor(op, 'tensor', root);
    const g = list[i];
    if (g === undefined || g === null) {
      const one = ones_like(root);
      one.storage.internal = !create_graph;
      return one;
    }
    check_tensor(op, 'gradient', g);
    if (!same_shape(g.shape, root.shape))
      fail(op, `the gradient has shape ${shape_text(g.shape)}, the tensor ${shape_text(root.shape)}`);
    if (g.dtype !== root.dtype) fail(op, `the gradient is ${g.dtype}, the tensor ${root.dtype}`);
    return g;
  });
}

function check_wanted(op: string, target: Grad): void {
  check_tensor(op, 'input', target);
  if (!requires_grad(target!)) fail(op, `an input of shape ${shape_text(target!.shape)} does not require grad`);
}

const properties: PropertyDescriptorMap & ThisType<Tensor> = {
  requires_grad: {
    get(): boolean {
      return requires_grad(this);
    },
    set(value: boolean) {
      set_requires_grad(this, value);
    },
  },
  requires_grad_: {
    value(this: Tensor, value = true): Tensor {
      set_requires_grad(this, value);
      return this;
    },
  },
  grad: {
    get(): Tensor | null {
      return read_grad(this);
    },
    set(value: Tensor | null) {
      if (value !== null && value !== undefined) {
        check_tensor('grad', 'grad', value);
        if (!same_shape(value.shape, this.shape))
          fail(
            'grad',
            `a gradient of shape ${shape_text(value.shape)} does not fit a tensor of shape ${shape_text(this.shape)}`,
          );
        if (value.dtype !== this.dtype)
          fail('grad', `a gradient of ${value.dtype} does not fit a tensor of ${this.dtype}`);
      }
      write_grad(this, value ?? null);
    },
  },
  grad_fn: {
    get(): Node | null {
      edge_of(this);
      return this.node;
    },
  },
  is_leaf: {
    get(): boolean {
      edge_of(this);
      return this.node === null;
    },
  },
  data: {
    get(): Tensor {
      const view = window(this, this.shape, this.strides, this.offset);
      view.own_version = { version: 0 };
      return view;
    },
    set(value: Tensor) {
      check_tensor('data', 'data', value);
      if (value.dtype !== this.dtype) fail('data', `expected a tensor of ${this.dtype}, got ${value.dtype}`);
      const { storage, shape, strides, offset, count } = value;
      Object.assign(this, { storage, shape, strides, offset, count });
    },
  },
  backward: {
    value(this: Tensor, ...given: readonly unknown[]): void {
      const named = is_options(given[0]) ? (given[0] as BackwardOptions & { gradient?: Tensor | null }) : undefined;
      const { gradient = null, ...options } = named ?? {
        gradient: given[0] as Tensor | null,
        ...(given[1] as BackwardOptions),
      };
      backward(this, gradient, options);
    },
  },
  retain_grad: {
    value(this: Tensor): void {
      const node = edge_of(this);
      if (node === null) fail('retain_grad', 'the tensor does not require grad');
      if (this.node === null) return;
      node.retained ??= new Map();
      node.retained.set(this.output_index, this);
    },
  },
  register_hook: {
    value(this: Tensor, hook: Hook): { remove(): void } {
      if (typeof hook !== 'function') fail_type('register_hook', 'hook', 'a function', hook);
      const node = edge_of(this) ?? fail('register_hook', 'the tensor does not require grad');
      return node.add_hook(this.node === null ? 0 : this.output_index, hook);
    },
  },
  detach_: {
    value(this: Tensor): Tensor {
      if (this.base !== null) fail('detach_', 'a view cannot be detached in place; use detach()');
      this.node = null;
      this.leaf_requires_grad = false;
      return this;
    },
  },
};
for (const descriptor of Object.values(properties))
  Object.assign(descriptor, { configurable: true, enumerable: false });
Object.defineProperties(Tensor.prototype, properties);

function set_requires_grad(tensor: Tensor, value: boolean): void {
  check_boolean('requires_grad_', 'requires_grad', value);
  edge_of(tensor);
  if (tensor.node !== null) {
    if (!value) fail('requires_grad_', 'only leaves can stop requiring grad; use detach()');
    return;
  }
  if (value && !tensor.dtype.is_floating_point)
    fail('requires_grad_', `only floating point tensors can require grad, got ${tensor.dtype}`);
  tensor.leaf_requires_grad = value;
}

export { clone };
