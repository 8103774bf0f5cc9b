import { fail, shape_text } from '../errors';
import { is_contiguous, same_shape } from '../tensor/shape';
import { type Storage, set_arena } from '../tensor/storage';
import type { Tensor } from '../tensor/tensor';
import { set_grad_enabled } from './mode';
import { AccumulateGrad, type Grad, looks_for_nan, type Node } from './node';
import { user_line } from './origin';

/** What the engine needs of the operations; installed by lib/ops/arithmetic.ts, since operations import this room. */
export interface Arithmetic {
  add(a: Tensor, b: Tensor): Tensor;
  add_into(a: Tensor, b: Tensor): void;
  clone(a: Tensor): Tensor;
  has_nan(a: Tensor): boolean;
}

let arithmetic: Arithmetic;

export function install_arithmetic(given: Arithmetic): void {
  arithmetic = given;
}

export interface RunOptions {
  retain_graph: boolean;
  create_graph: boolean;
  /** Gradients are wanted for these tensors only: added to `.grad` (`backward`), or handed back (`grad`). */
  targets: readonly Tensor[] | null;
  /** Hand the targets' gradients back instead of adding them to `.grad`. */
  capture: boolean;
}

/** Gradients that have arrived at a node and wait for it to run. */
interface Task {
  node: Node;
  grads: Grad[];
  needed: boolean;
}

/**
 * Walks the graph from the roots in descending order of creation. Without `create_graph`, gradients that only the engine has seen are
 * released as the walk passes them, and a rule may write into such a gradient (see {@link reusable}).
 */
export function run_graph(
  roots: readonly Tensor[],
  root_edges: readonly Node[],
  root_grads: readonly Tensor[],
  options: RunOptions,
): Grad[] {
  const tasks = collect_tasks(root_edges);
  const captured = options.capture ? new Map<Node, Map<number, Tensor>>() : null;
  if (options.targets !== null) mark_needed(tasks, options);
  const index = new Map<Node, Task>();
  for (const task of tasks) index.set(task.node, task);
  const run = new Run(index, options, captured);
  const mode = set_grad_enabled(options.create_graph);
  try {
    for (const g of root_grads) g.storage.pending++;
    roots.forEach((root, i) => {
      run.deliver(root_edges[i], root.output_index, root_grads[i]);
    });
    for (const task of tasks)
      if (task.needed) {
        if (around_node === null) run.step(task);
        else around_node(task.node, () => run.step(task));
      }
  } finally {
    set_grad_enabled(mode);
  }
  if (captured === null || options.targets === null) return [];
  return options.targets.map((target) => {
    const node = target.node ?? target.accumulator;
    return (node === null ? undefined : captured.get(node)?.get(target.output_index)) ?? null;
  });
}

function collect_tasks(roots: readonly Node[]): Task[] {
  const seen = new Set<Node>();
  const stack = [...roots];
  const tasks: Task[] = [];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    tasks.push({ node, grads: new Array(node.outputs).fill(null), needed: true });
    for (const next of node.next) if (next !== null && !seen.has(next)) stack.push(next);
  }
  return tasks.sort((a, b) => b.node.sequence - a.node.sequence);
}

/** Only nodes from which a target can be reached have to run. */
function mark_needed(tasks: readonly Task[], options: RunOptions): void {
  const wanted = new Set<Node>();
  for (const target of options.targets!) {
    const node = target.node ?? target.accumulator;
    if (node !== null) wanted.add(node);
  }
  const reaches = new Set<Node>();
  for (let i = tasks.length - 1; i >= 0; i--) {
    const { node } = tasks[i];
    tasks[i].needed = wanted.has(node) || node.next.some((next) => next !== null && reaches.has(next));
    if (tasks[i].needed) reaches.add(node);
  }
}

/** How a node of backward is run: profilers take its time. Null: directly. */
let around_node: ((node: Node, run: () => void) => void) | null = null;

export function set_around_node(around: typeof around_node): void {
  around_node = around;
}

class Run {
  private readonly target_slots: Map<Node, Set<number>> | null;

  constructor(
    private readonly index: Map<Node, Task>,
    private readonly options: RunOptions,
    private readonly captured: Map<Node, Map<number, Tensor>> | null,
  ) {
    if (options.targets === null) this.target_slots = null;
    else {
      this.target_slots = new Map();
      for (const target of options.targets) {
        const node = target.node ?? target.accumulator;
        if (node === null) continue;
        const slots = this.target_slots.get(node) ?? new Set();
        this.target_slots.set(node, slots.add(target.output_index));
      }
    }
  }

  /**
   * A gradient arrives at an output of a node; the second and later ones are added. Its storage already counts it as pending: all results of a
   * rule are counted before the first is delivered, so that none is written into while another still waits in the same memory.
   */
  deliver(node: Node, output: number, grad: Tensor): void {
    const task = this.index.get(node);
    const present = task?.needed ? task.grads[output] : undefined;
    if (present === null) {
      task!.grads[output] = grad;
      return;
    }
    if (present !== undefined) {
      if (!this.options.create_graph && reusable(present)) arithmetic.add_into(present, grad);
      else {
        const sum = this.engine_owned(() => arithmetic.add(present, grad));
        sum.storage.pending++;
        task!.grads[output] = sum;
        drop(present);
      }
    }
    drop(grad);
  }

  step(task: Task): void {
    const { node, grads } = task;
    if (grads.every((g) => g === null)) return;
    this.run_hooks(node, grads);
    if (this.finish_at_target(node, grads)) return;
    if (node instanceof AccumulateGrad) this.accumulate(node, grads[0]!);
    else this.apply(node, grads);
    for (const g of grads) if (g !== null) drop(g);
  }

  private apply(node: Node, grads: readonly Grad[]): void {
    const list: Storage[] | null = this.options.create_graph || node.runs_user_code ? null : [];
    if (node.runs_user_code) for (const g of grads) if (g !== null) g.storage.internal = false;
    const outer = set_arena(list);
    let results: readonly Grad[];
    try {
      results = node.apply(grads);
    } catch (error) {
      throw with_origin(error, node);
    } finally {
      set_arena(outer);
    }
    if (looks_for_nan()) check_anomaly(node, results);
    for (let i = 0; i < node.next.length; i++)
      if (node.next[i] !== null && results[i] != null) results[i]!.storage.pending++;
    for (let i = 0; i < node.next.length; i++) {
      const next = node.next[i];
      if (next !== null && results[i] != null) this.deliver(next, node.next_index[i], results[i]!);
    }
    if (list !== null) for (const storage of list) storage.release_if_unused();
    if (!this.options.retain_graph) node.free();
  }

  private engine_owned(body: () => Tensor): Tensor {
    const outer = set_arena(this.options.create_graph ? null : []);
    try {
      return body();
    } finally {
      set_arena(outer);
    }
  }

  private run_hooks(node: Node, grads: Grad[]): void {
    if (node.hooks !== null)
      for (const [output, hooks] of node.hooks) {
        for (const hook of [...hooks]) {
          const g = grads[output];
          if (g === null) continue;
          g.storage.internal = false;
          const replaced = hook(g);
          if (replaced === undefined) continue;
          if (!same_shape(replaced.shape, g.shape))
            fail(
              'hook',
              `a hook returned a gradient of shape ${shape_text(replaced.shape)}, expected ${shape_text(g.shape)}`,
            );
          g.storage.pending--;
          replaced.storage.pending++;
          replaced.storage.internal = false;
          grads[output] = replaced;
        }
      }
    if (node.retained !== null)
      for (const [output, tensor] of node.retained) {
        const g = grads[output];
        if (g !== null) tensor.grad_slot = this.keep_unread(g);
      }
  }

  /** Targets hand their gradient over. Returns true when the walk need not go further here. */
  private finish_at_target(node: Node, grads: readonly Grad[]): boolean {
    const slots = this.target_slots?.get(node);
    if (slots === undefined) return false;
    if (this.captured !== null) {
      const found = new Map<number, Tensor>();
      for (const output of slots) {
        const g = grads[output];
        if (g !== null) found.set(output, this.keep(g));
      }
      this.captured.set(node, found);
      return node instanceof AccumulateGrad || !node.next.some((next) => next !== null && this.index.get(next)?.needed);
    }
    if (node instanceof AccumulateGrad) return false;
    for (const target of this.options.targets!)
      if (target.node === node && grads[target.output_index] !== null)
        this.add_to_grad(target, grads[target.output_index]!);
    return !node.next.some((next) => next !== null && this.index.get(next)?.needed);
  }

  private accumulate(node: AccumulateGrad, grad: Tensor): void {
    if (this.target_slots !== null && !this.target_slots.has(node)) return;
    if (!this.options.capture) this.add_to_grad(node.variable, grad);
  }

  private add_to_grad(variable: Tensor, grad: Tensor): void {
    const present = variable.grad_slot;
    if (present === null) variable.grad_slot = this.keep_unread(grad);
    else if (this.options.create_graph) variable.grad_slot = arithmetic.add(present, grad);
    else arithmetic.add_into(present, grad);
  }

  private keep_unread(grad: Tensor): Tensor {
    const kept = this.keep(grad);
    kept.storage.unread = !this.options.create_graph;
    return kept;
  }

  /** A gradient that user code may hold: the engine's own tensor if nobody else has it, else a copy. */
  private keep(grad: Tensor): Tensor {
    if (this.options.create_graph) return grad;
    if (reusable(grad)) {
      grad.storage.internal = false;
      return grad;
    }
    return arithmetic.clone(grad);
  }
}

/**
 * May a rule write into this incoming gradient? Only if the engine allocated it, exactly one consumer holds it, it is dense and no
 * user code has seen it.
 */
export function reusable(grad: Tensor): boolean {
  const { storage } = grad;
  return (
    storage.internal &&
    storage.pending <= 1 &&
    storage.saves === 0 &&
    grad.node === null &&
    storage.nbytes === grad.count * grad.dtype.itemsize &&
    is_contiguous(grad.shape, grad.strides)
  );
}

function drop(grad: Tensor): void {
  grad.storage.pending--;
  grad.storage.release_if_unused();
}

function check_anomaly(node: Node, results: readonly Grad[]): void {
  results.forEach((g, i) => {
    if (g !== null && g !== undefined && node.next[i] !== null && arithmetic.has_nan(g))
      throw with_origin(new Error(`backward: ${node.name} returned NaN in the gradient of its input ${i}`), node);
  });
}

const origin_added = new WeakSet<object>();

function with_origin(error: unknown, node: Node): unknown {
  if (!(error instanceof Error) || node.stack === undefined || origin_added.has(error)) return error;
  origin_added.add(error);
  const line = user_line(node.stack);
  if (line !== undefined) error.message += `; the forward call was made at ${line}`;
  return error;
}
