import { fail, fail_type, shape_text } from '../errors';
import { zeros } from '../ops/create';
import { cast_to, sum_to } from '../ops/operand';
import { detach } from '../ops/views';
import type { DType } from '../tensor/dtype';
import { type Shape, same_shape } from '../tensor/shape';
import { Tensor } from '../tensor/tensor';
import { no_grad } from './mode';
import { type Grad, ManyNode, requires_grad, tracks_any } from './node';

/**
 * What `forward` leaves for `backward`. Values of your own may be assigned to properties.
 * @example
 * ```ts
 * class Square extends torch.autograd.Function {
 *   static forward(ctx: torch.autograd.FunctionContext, x: torch.Tensor): torch.Tensor {
 *     ctx.save_for_backward(x);
 *     return x.mul(x);
 *   }
 *   static backward(ctx: torch.autograd.FunctionContext, g: torch.Tensor): torch.Tensor {
 *     return g.mul(ctx.saved_tensors[0]).mul(2);
 *   }
 * }
 * const x = torch.tensor([3], { requires_grad: true });
 * Square.apply(x).backward();
 * x.grad!.item(); // 6
 * ```
 */
export class FunctionContext {
  /** Which arguments of `forward` need a gradient. */
  needs_input_grad: readonly boolean[] = [];
  /** @internal */
  to_save: readonly (Tensor | null)[] = [];
  /** @internal */
  find_saved: ((i: number) => Tensor) | null = null;
  /** @internal */
  not_differentiable = new Set<Tensor>();
  /** @internal */
  dirty = new Set<Tensor>();
  /** @internal */
  materialize = true;
  [own: string]: unknown;

  /** Keeps tensors for `backward`; changing them in place afterwards is an error. */
  save_for_backward(...tensors: (Tensor | null)[]): void {
    for (const each of tensors)
      if (each !== null && !(each instanceof Tensor))
        fail_type('save_for_backward', 'each argument', 'a Tensor or null', each);
    this.to_save = tensors;
  }

  /** What `save_for_backward` kept, in its order. */
  get saved_tensors(): Tensor[] {
    let next = 0;
    return this.to_save.map((tensor) =>
      tensor === null ? null : this.find_saved === null ? tensor : this.find_saved(next++),
    ) as Tensor[];
  }

  /** Outputs of `forward` that have no gradient, such as indices. */
  mark_non_differentiable(...tensors: Tensor[]): void {
    for (const tensor of tensors) this.not_differentiable.add(tensor);
  }

  /** Inputs that `forward` changed in place. */
  mark_dirty(...tensors: Tensor[]): void {
    for (const tensor of tensors) this.dirty.add(tensor);
  }

  /** Whether `backward` sees zeros (default) or null for outputs without a gradient. */
  set_materialize_grads(value: boolean): void {
    this.materialize = value;
  }
}

type Result = Tensor | readonly Tensor[];
type Gradients = Grad | undefined | readonly (Grad | undefined)[];

interface FunctionClass<A extends readonly unknown[], R extends Result> {
  readonly name: string;
  forward(ctx: FunctionContext, ...args: A): R;
  backward(ctx: FunctionContext, ...grads: Tensor[]): Gradients;
}

class UserNode extends ManyNode {
  override readonly runs_user_code = true;
}

/**
 * An operation of your own. `forward` runs without a graph; `backward` gets a gradient per output and returns one per argument of `forward`
 * (null for what is no tensor). Written with tensor operations, it can be differentiated again.
 * @example
 * ```ts
 * class Cube extends torch.autograd.Function {
 *   static forward(ctx: torch.autograd.FunctionContext, x: torch.Tensor): torch.Tensor {
 *     ctx.save_for_backward(x);
 *     return x.mul(x).mul(x);
 *   }
 *   static backward(ctx: torch.autograd.FunctionContext, g: torch.Tensor): torch.Tensor {
 *     const [x] = ctx.saved_tensors;
 *     return g.mul(x.mul(x).mul(3));
 *   }
 * }
 * const x = torch.tensor([2], { requires_grad: true });
 * Cube.apply(x).backward();
 * x.grad!.item(); // 12
 * ```
 * @see https://pytorch.org/docs/stable/autograd.html#torch.autograd.Function
 */
export class Function {
  /** Runs `forward` and records the node whose gradient is `backward`. */
  static apply<A extends readonly unknown[], R extends Result>(this: FunctionClass<A, R>, ...args: A): R {
    const { name } = this;
    if (typeof this.forward !== 'function' || typeof this.backward !== 'function')
      fail(name || 'Function', 'expected static forward and backward methods');
    const tensors = args.filter((arg): arg is Tensor => arg instanceof Tensor);
    const ctx = new FunctionContext();
    const tracked = tracks_any(tensors);
    ctx.needs_input_grad = args.map((arg) => arg instanceof Tensor && requires_grad(arg));
    const made = no_grad(() => this.forward(ctx, ...args));
    check_dirty(name, ctx.dirty, tracked);
    const outputs = as_outputs(name, made).map((out) => own_output(out, tensors, ctx));
    if (tracked) attach(this, ctx, args, tensors, outputs);
    return (made instanceof Tensor ? outputs[0] : outputs) as R;
  }
}

function as_outputs(name: string, made: unknown): Tensor[] {
  const list = Array.isArray(made) ? made : [made];
  for (const each of list)
    if (!(each instanceof Tensor)) fail_type(name, 'the result of forward', 'a Tensor or an array of Tensors', each);
  return list as Tensor[];
}

/** A tensor that may get this function's node: what forward merely passed on, or shows as a view, already has a place in a graph. */
function own_output(out: Tensor, inputs: readonly Tensor[], ctx: FunctionContext): Tensor {
  if (ctx.dirty.has(out) || !(inputs.includes(out) || out.base !== null || requires_grad(out))) return out;
  const fresh = detach(out);
  if (ctx.not_differentiable.has(out)) ctx.not_differentiable.add(fresh);
  return fresh;
}

function check_dirty(name: string, dirty: ReadonlySet<Tensor>, tracked: boolean): void {
  for (const changed of dirty) {
    if (tracked && changed.leaf_requires_grad)
      fail(name, 'a leaf tensor that requires grad was changed in place (mark_dirty)');
    if (tracked && changed.base !== null) fail(name, 'mark_dirty of a view is not possible here; clone() it first');
    changed.bump_version();
  }
}

function attach<A extends readonly unknown[], R extends Result>(
  self: FunctionClass<A, R>,
  ctx: FunctionContext,
  args: A,
  tensors: readonly Tensor[],
  outputs: readonly Tensor[],
): void {
  const { name } = self;
  const like = outputs.map(({ shape, dtype }) => ({ shape, dtype }));
  const saved = ctx.to_save.filter((tensor): tensor is Tensor => tensor !== null);
  const places = args.map((arg) => arg instanceof Tensor);
  const forms = tensors.map(({ shape, dtype }) => ({ shape, dtype }));
  const node = new UserNode(`${name}Backward`, tensors, saved, outputs.length, (grads, self_node) => {
    ctx.find_saved = (i) => self_node.saved(i);
    const given = grads.map((g, i) => g ?? (ctx.materialize ? zeros(like[i].shape, { dtype: like[i].dtype }) : null));
    const back = self.backward(ctx, ...(given as Tensor[]));
    const all = Array.isArray(back) ? back : [back];
    const count = places.length;
    if (all.length < count || all.slice(count).some((g) => g != null))
      fail(
        name,
        `backward returned ${all.length} gradients, expected one for each of the ${count} arguments of forward`,
      );
    return fit_gradients(
      name,
      all.slice(0, count).filter((_, i) => places[i]),
      forms,
    );
  });
  outputs.forEach((out, i) => {
    if (ctx.not_differentiable.has(out) || !out.dtype.is_floating_point) return;
    out.node = node;
    out.output_index = i;
    out.node_version = out.storage.version;
  });
}

interface Form {
  shape: Shape;
  dtype: DType;
}

/** The gradients in the shapes and dtypes of the inputs: as in PyTorch, one of a shape the input broadcasts to is summed. */
function fit_gradients(name: string, grads: readonly unknown[], forms: readonly Form[]): Grad[] {
  return grads.map((g, i) => {
    if (g === undefined || g === null) return null;
    if (!(g instanceof Tensor)) return fail_type(name, `gradient ${i} returned by backward`, 'a Tensor or null', g);
    const { shape, dtype } = forms[i];
    if (!dtype.is_floating_point) return null;
    if (!broadcasts_to(shape, g.shape))
      fail(
        name,
        `backward returned a gradient of shape ${shape_text(g.shape)} for an input of shape ${shape_text(shape)}`,
      );
    if (!g.dtype.is_floating_point) fail(name, `backward returned a gradient of ${g.dtype} for an input of ${dtype}`);
    return cast_to(sum_to(g, shape), dtype);
  });
}

function broadcasts_to(shape: Shape, larger: Shape): boolean {
  if (same_shape(shape, larger)) return true;
  const lead = larger.length - shape.length;
  return lead >= 0 && shape.every((size, i) => size === 1 || size === larger[lead + i]);
}
