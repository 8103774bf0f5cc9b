import { fail } from '../errors';
import type { Tensor } from '../tensor/tensor';
import { is_grad_enabled } from './mode';
import { capture_stack } from './origin';

export type Grad = Tensor | null;
/** Gradients with respect to the inputs, in their order; null where none is needed or there is none. */
export type Rule = (g: Tensor, node: Node) => readonly Grad[];
/** Sees a gradient on its way; what it returns replaces it. */
export type Hook = (grad: Tensor) => Tensor | undefined | void;

let sequence = 0;

/** Anomaly mode: every node remembers where in the user's code it was made; `check_nan`: backward looks for NaN. */
export interface Anomaly {
  readonly enabled: boolean;
  readonly check_nan: boolean;
}

let anomaly: Anomaly = { enabled: false, check_nan: true };

/** Returns what was in force before. */
export function set_anomaly(mode: Anomaly): Anomaly {
  const before = anomaly;
  anomaly = mode;
  return before;
}

export function anomaly_enabled(): boolean {
  return anomaly.enabled;
}

export function looks_for_nan(): boolean {
  return anomaly.enabled && anomaly.check_nan;
}

/**
 * One recorded operation. A node is always younger than the nodes it leads to, so descending `sequence` is a topological order.
 * @example
 * ```ts
 * const y = torch.ones([2], { requires_grad: true }).mul(2);
 * y.grad_fn!.name; // 'MulBackward0'
 * ```
 */
export class Node {
  readonly sequence: number;
  readonly next: (Node | null)[];
  readonly next_index: number[];
  readonly outputs: number = 1;
  /** Its rule is a user's: what it sees and returns may be held by anybody. */
  readonly runs_user_code: boolean = false;
  /** Set when backward has freed what was saved. */
  freed = false;
  hooks: Map<number, Hook[]> | null = null;
  retained: Map<number, Tensor> | null = null;
  readonly stack: string | undefined = anomaly.enabled ? capture_stack() : undefined;
  private inner: Node | null = null;
  private readonly versions: number[];

  constructor(
    readonly name: string,
    inputs: readonly Tensor[],
    private saved_tensors: readonly Tensor[],
    protected rule: Rule | null,
  ) {
    this.next = new Array(inputs.length);
    this.next_index = new Array(inputs.length);
    for (let i = 0; i < inputs.length; i++) {
      const from = edge_of(inputs[i]);
      this.next[i] = from;
      this.next_index[i] = from === null ? 0 : inputs[i].output_index;
    }
    this.versions = new Array(saved_tensors.length);
    for (let i = 0; i < saved_tensors.length; i++) {
      this.versions[i] = saved_tensors[i]._version;
      saved_tensors[i].storage.saves++;
    }
    // Last, since edge_of may just have made nodes.
    this.sequence = ++sequence;
  }

  /** Is the gradient of input i wanted? */
  needs(i: number): boolean {
    return this.next[i] !== null;
  }

  /** The i-th saved tensor; an error if it was changed in place since. */
  saved(i: number): Tensor {
    const tensor = this.saved_tensors[i];
    if (tensor._version !== this.versions[i])
      fail(
        'backward',
        `a tensor of shape [${tensor.shape.join(', ')}] that ${this.name} needs for its gradient was changed in place ` +
          `(version ${tensor._version}, expected ${this.versions[i]}); use the out-of-place form there`,
      );
    return tensor;
  }

  /** After an in-place operation its own result is saved with the version it has now. */
  renew_versions(): void {
    this.saved_tensors.forEach((tensor, i) => {
      this.versions[i] = tensor._version;
    });
  }

  /** The gradients of the inputs from those of the outputs. */
  apply(grads: readonly Grad[]): readonly Grad[] {
    if (this.freed)
      fail(
        'backward',
        `the graph through ${this.name} was already freed by an earlier backward(); pass { retain_graph: true } there`,
      );
    return this.rule!(grads[0]!, this);
  }

  /** Another node's rule runs inside this one's: its saved tensors are freed with this one. */
  adopt_saved(inner: Node): void {
    this.inner = inner;
  }

  /** Lets go of saved tensors; memory that nobody but the engine knows goes back at once. */
  free(): void {
    this.inner?.free();
    if (this.saved_tensors.length === 0) return;
    for (const tensor of this.saved_tensors) {
      tensor.storage.saves--;
      tensor.storage.release_if_unused();
    }
    this.saved_tensors = [];
    this.rule = null;
    this.freed = true;
  }

  /** Calls a hook with the gradient of an output; the result takes the hook away. */
  add_hook(index: number, hook: Hook): { remove(): void } {
    this.hooks ??= new Map();
    const list = this.hooks.get(index) ?? [];
    this.hooks.set(index, list);
    list.push(hook);
    return {
      remove: () => {
        const at = list.indexOf(hook);
        if (at >= 0) list.splice(at, 1);
      },
    };
  }

  /** The name, as in PyTorch: `<MulBackward0>`. */
  toString(): string {
    return `<${this.name}>`;
  }
}

export type ManyRule = (grads: readonly Grad[], node: Node) => readonly Grad[];

/** A node with several outputs; its rule sees null for outputs that got no gradient. */
export class ManyNode extends Node {
  override readonly outputs: number;
  constructor(
    name: string,
    inputs: readonly Tensor[],
    saved: readonly Tensor[],
    outputs: number,
    private many: ManyRule | null,
  ) {
    super(name, inputs, saved, null);
    this.outputs = outputs;
  }
  override apply(grads: readonly Grad[]): readonly Grad[] {
    if (this.freed) super.apply(grads);
    return this.many!(grads, this);
  }
  override free(): void {
    super.free();
    if (this.freed) this.many = null;
  }
}

/** The end of every path: adds to the leaf's `.grad`. The engine does the adding. */
export class AccumulateGrad extends Node {
  constructor(readonly variable: Tensor) {
    super('AccumulateGrad', [], [], null);
  }
}

let regenerate_view: (view: Tensor) => void = () => {};

/** Installed by lib/ops/view_history.ts: gives a view of a changed base its new node. */
export function set_regenerate_view(regenerate: (view: Tensor) => void): void {
  regenerate_view = regenerate;
}

/** The node a tensor's gradient flows into: what computed it, or its accumulator, or null. */
export function edge_of(tensor: Tensor): Node | null {
  if (tensor.base !== null && tensor.node_version !== tensor.storage.version) regenerate_view(tensor);
  if (tensor.node !== null) return tensor.node;
  if (!tensor.leaf_requires_grad) return null;
  tensor.accumulator ??= new AccumulateGrad(tensor);
  return tensor.accumulator;
}

export function requires_grad(tensor: Tensor): boolean {
  return tensor.leaf_requires_grad || edge_of(tensor) !== null;
}

/** Must an operation on these inputs be recorded? */
export function tracks(a: Tensor, b?: Tensor | null, c?: Tensor | null): boolean {
  if (!is_grad_enabled()) return false;
  return requires_grad(a) || (b != null && requires_grad(b)) || (c != null && requires_grad(c));
}

export function tracks_any(tensors: readonly Tensor[]): boolean {
  return is_grad_enabled() && tensors.some(requires_grad);
}

/**
 * Records that `out` came from `inputs`. Call it only where {@link tracks} holds.
 *
 * @param saved the tensors the rule reads, through `node.saved(i)`
 */
export function record(
  out: Tensor,
  name: string,
  inputs: readonly Tensor[],
  saved: readonly Tensor[],
  rule: Rule,
): Tensor {
  out.node = new Node(name, inputs, saved, rule);
  out.output_index = 0;
  out.node_version = out.storage.version;
  return out;
}

export function record_many(
  outs: readonly Tensor[],
  name: string,
  inputs: readonly Tensor[],
  saved: readonly Tensor[],
  rule: ManyRule,
): void {
  const node = new ManyNode(name, inputs, saved, outs.length, rule);
  outs.forEach((out, i) => {
    out.node = node;
    out.output_index = i;
    out.node_version = out.storage.version;
  });
}
