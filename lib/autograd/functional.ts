import { check_boolean, check_options, fail, fail_type, shape_text } from '../errors';
import { ones_like, zeros, zeros_like } from '../ops/create';
import { stack } from '../ops/join';
import { clone, detach, reshape, view_as } from '../ops/views';
import { same_shape } from '../tensor/shape';
import { Tensor } from '../tensor/tensor';
import { grad } from './api';
import { write_element } from './elements';
import { enable_grad } from './mode';
import { requires_grad } from './node';

/** Derivatives of functions, as `torch.autograd.functional`. Nothing here touches `.grad`. */

type Many = readonly Tensor[];
type OneOrMany = Tensor | Many;
type ToOne = (...inputs: Tensor[]) => Tensor;
type ToMany = (...inputs: Tensor[]) => Many;
type Func = (...inputs: Tensor[]) => OneOrMany;

/** Options of the functions of `torch.autograd.functional`. */
export interface FunctionalOptions {
  /** Make the result part of the graph, for higher derivatives. Default false. */
  create_graph?: boolean;
  /** An error instead of zeros for inputs that the outputs do not depend on. Default false. */
  strict?: boolean;
}
type Settings = Required<FunctionalOptions>;

function judge(op: string, options: FunctionalOptions | undefined): Settings {
  const settings = check_options(op, options, { create_graph: false, strict: false });
  check_boolean(op, 'create_graph', settings.create_graph);
  check_boolean(op, 'strict', settings.strict);
  return settings;
}

function as_list(op: string, name: string, value: OneOrMany): Tensor[] {
  const list = value instanceof Tensor ? [value] : value;
  if (!Array.isArray(list) || !list.every((each) => each instanceof Tensor))
    fail_type(op, name, 'a Tensor or an array of Tensors', value);
  return [...list];
}

const one_or_many = (like: OneOrMany, list: Tensor[]): Tensor | Tensor[] => (like instanceof Tensor ? list[0] : list);

/** Inputs as fresh leaves, or, with create_graph, as parts of the caller's graph. */
function prepare(inputs: readonly Tensor[], create_graph: boolean): Tensor[] {
  return inputs.map((x) => {
    if (create_graph && requires_grad(x)) return view_as(x, x);
    const leaf = create_graph ? clone(detach(x)) : detach(x);
    leaf.leaf_requires_grad = true;
    return leaf;
  });
}

function gradients(
  op: string,
  outs: readonly Tensor[],
  xs: readonly Tensor[],
  seeds: readonly Tensor[],
  settings: Settings,
): Tensor[] {
  const { create_graph, strict } = settings;
  const live = outs.map((out, i) => ({ out, seed: seeds[i] })).filter(({ out }) => requires_grad(out));
  if (strict && live.length < outs.length) fail(op, 'an output does not depend on the inputs');
  if (live.length === 0) return xs.map((x) => zeros_like(x));
  const found = grad(
    live.map(({ out }) => out),
    xs,
    { grad_outputs: live.map(({ seed }) => seed), create_graph, retain_graph: true, allow_unused: true },
  );
  return found.map((g, i) => g ?? (strict ? fail(op, `the outputs do not depend on input ${i}`) : zeros_like(xs[i])));
}

/** One-hot seeds of an output, in row-major order. */
function seeds_of(out: Tensor): Tensor[] {
  return Array.from({ length: out.count }, (_, r) => {
    const seed = zeros(out.shape, { dtype: out.dtype });
    write_element(seed, r, 1);
    return seed;
  });
}

function evaluate(op: string, func: Func, xs: readonly Tensor[]): { result: OneOrMany; outs: Tensor[] } {
  const result = func(...xs);
  return { result, outs: as_list(op, 'the result of the function', result) };
}

function evaluate_scalar(op: string, func: ToOne, xs: readonly Tensor[]): Tensor {
  const out = func(...xs);
  if (!(out instanceof Tensor) || out.count !== 1) fail(op, 'expected the function to return a Tensor of one element');
  return out;
}

/**
 * The Jacobian of `func` at `inputs`: of shape [...output, ...input] for one output and one input, else nested arrays
 * [output][input].
 * @example
 * ```ts
 * const x = torch.tensor([1, 2]);
 * torch.autograd.functional.jacobian((x) => x.mul(x), x).tolist(); // [[2, 0], [0, 4]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.autograd.functional.jacobian.html
 */
export function jacobian(func: ToOne, inputs: Tensor, options?: FunctionalOptions): Tensor;
export function jacobian(func: ToOne, inputs: Many, options?: FunctionalOptions): Tensor[];
export function jacobian(func: ToMany, inputs: Tensor, options?: FunctionalOptions): Tensor[];
export function jacobian(func: ToMany, inputs: Many, options?: FunctionalOptions): Tensor[][];
export function jacobian(func: Func, inputs: OneOrMany, options?: FunctionalOptions): Tensor | Tensor[] | Tensor[][] {
  const settings = judge('jacobian', options);
  const { result, table } = jacobian_table('jacobian', func, as_list('jacobian', 'inputs', inputs), settings);
  const rows = table.map((row) => one_or_many(inputs, row));
  return result instanceof Tensor ? rows[0] : (rows as Tensor[] | Tensor[][]);
}

function jacobian_table(
  op: string,
  func: Func,
  inputs: Many,
  settings: Settings,
): { result: OneOrMany; table: Tensor[][] } {
  return enable_grad(() => {
    const xs = prepare(inputs, settings.create_graph);
    const { result, outs } = evaluate(op, func, xs);
    return { result, table: outs.map((out) => rows_of(op, out, xs, settings)) };
  });
}

/** The Jacobian of one output with respect to each input. */
function rows_of(op: string, out: Tensor, xs: readonly Tensor[], settings: Settings): Tensor[] {
  const rows = seeds_of(out).map((seed) => gradients(op, [out], xs, [seed], settings));
  return xs.map((x, i) => {
    const shape = [...out.shape, ...x.shape];
    return rows.length === 0 ? zeros(shape, { dtype: x.dtype }) : reshape(stack(rows.map((row) => row[i])), shape);
  });
}

/**
 * The Hessian of a function with a single value: [...input, ...input], or nested arrays [input][input].
 * @example
 * ```ts
 * const x = torch.tensor([1, 2]);
 * torch.autograd.functional.hessian((x) => x.mul(x).mul(x).sum(), x).tolist(); // [[6, 0], [0, 12]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.autograd.functional.hessian.html
 */
export function hessian(func: ToOne, inputs: Tensor, options?: FunctionalOptions): Tensor;
export function hessian(func: ToOne, inputs: Many, options?: FunctionalOptions): Tensor[][];
export function hessian(func: ToOne, inputs: OneOrMany, options?: FunctionalOptions): Tensor | Tensor[][] {
  const settings = judge('hessian', options);
  const first = (...xs: Tensor[]): Tensor[] => {
    const out = evaluate_scalar('hessian', func, xs);
    return gradients('hessian', [out], xs, [ones_like(out)], { ...settings, create_graph: true });
  };
  const { table } = jacobian_table('hessian', first, as_list('hessian', 'inputs', inputs), settings);
  return inputs instanceof Tensor ? table[0][0] : table;
}

function check_direction(op: string, v: OneOrMany | null | undefined, like: readonly Tensor[]): Tensor[] {
  if (v === null || v === undefined) {
    if (like.length !== 1 || like[0].count !== 1) fail(op, 'expected v, since there is more than one element');
    return [ones_like(like[0])];
  }
  const list = as_list(op, 'v', v);
  if (list.length !== like.length) fail(op, `expected ${like.length} tensors in v, got ${list.length}`);
  list.forEach((each, i) => {
    if (!same_shape(each.shape, like[i].shape))
      fail(op, `v has shape ${shape_text(each.shape)}, expected ${shape_text(like[i].shape)}`);
  });
  return list;
}

/** What users see of the function's value: with create_graph part of the graph, else not. */
function shown(result: OneOrMany, outs: readonly Tensor[], { create_graph }: Settings): Tensor | Tensor[] {
  return one_or_many(result, create_graph ? [...outs] : outs.map(detach));
}

/**
 * `[func(inputs), vᵀ·J]`: the product of a vector with the Jacobian, by one backward.
 * @example
 * ```ts
 * const f = (x: torch.Tensor) => x.mul(x);
 * const [y, product] = torch.autograd.functional.vjp(f, torch.tensor([1, 2]), torch.tensor([1, 10]));
 * y.tolist(); // [1, 4]
 * product.tolist(); // [2, 40]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.autograd.functional.vjp.html
 */
export function vjp(func: ToOne, inputs: Tensor, v?: Tensor | null, options?: FunctionalOptions): [Tensor, Tensor];
export function vjp(func: ToOne, inputs: Many, v?: Tensor | null, options?: FunctionalOptions): [Tensor, Tensor[]];
export function vjp(func: ToMany, inputs: Tensor, v?: Many | null, options?: FunctionalOptions): [Tensor[], Tensor];
export function vjp(func: ToMany, inputs: Many, v?: Many | null, options?: FunctionalOptions): [Tensor[], Tensor[]];
export function vjp(
  func: Func,
  inputs: OneOrMany,
  v?: OneOrMany | null,
  options?: FunctionalOptions,
): [OneOrMany, OneOrMany] {
  const settings = judge('vjp', options);
  const given = as_list('vjp', 'inputs', inputs);
  return enable_grad(() => {
    const xs = prepare(given, settings.create_graph);
    const { result, outs } = evaluate('vjp', func, xs);
    const found = gradients('vjp', outs, xs, check_direction('vjp', v, outs), settings);
    return [shown(result, outs, settings), one_or_many(inputs, found)];
  });
}

/**
 * `[func(inputs), J·v]`: the product of the Jacobian with a vector, by differentiating a backward.
 * @example
 * ```ts
 * const f = (x: torch.Tensor) => x.mul(x);
 * const [, product] = torch.autograd.functional.jvp(f, torch.tensor([1, 2]), torch.tensor([1, 10]));
 * product.tolist(); // [2, 40]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.autograd.functional.jvp.html
 */
export function jvp(
  func: ToOne,
  inputs: OneOrMany,
  v?: OneOrMany | null,
  options?: FunctionalOptions,
): [Tensor, Tensor];
export function jvp(
  func: ToMany,
  inputs: OneOrMany,
  v?: OneOrMany | null,
  options?: FunctionalOptions,
): [Tensor[], Tensor[]];
export function jvp(
  func: Func,
  inputs: OneOrMany,
  v?: OneOrMany | null,
  options?: FunctionalOptions,
): [OneOrMany, OneOrMany] {
  const settings = judge('jvp', options);
  const given = as_list('jvp', 'inputs', inputs);
  return enable_grad(() => {
    const xs = prepare(given, settings.create_graph);
    const directions = check_direction('jvp', v, xs);
    const { result, outs } = evaluate('jvp', func, xs);
    const seeds = outs.map((out) => {
      const seed = zeros_like(detach(out));
      seed.leaf_requires_grad = true;
      return seed;
    });
    const first = gradients('jvp', outs, xs, seeds, { ...settings, create_graph: true });
    const found = gradients('jvp', first, seeds, directions, settings);
    return [shown(result, outs, settings), one_or_many(result, found)];
  });
}

/**
 * `[func(inputs), H·v]` for a function with a single value.
 * @example
 * ```ts
 * const f = (x: torch.Tensor) => x.mul(x).mul(x).sum();
 * const [, product] = torch.autograd.functional.hvp(f, torch.tensor([1, 2]), torch.tensor([1, 1]));
 * product.tolist(); // [6, 12]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.autograd.functional.hvp.html
 */
export function hvp(func: ToOne, inputs: Tensor, v?: Tensor | null, options?: FunctionalOptions): [Tensor, Tensor];
export function hvp(func: ToOne, inputs: Many, v?: Many | null, options?: FunctionalOptions): [Tensor, Tensor[]];
export function hvp(
  func: ToOne,
  inputs: OneOrMany,
  v?: OneOrMany | null,
  options?: FunctionalOptions,
): [Tensor, OneOrMany] {
  return hessian_product('hvp', func, inputs, v, options);
}

/**
 * `[func(inputs), vᵀ·H]`; the Hessian being symmetric, the same as {@link hvp}.
 * @example
 * ```ts
 * const f = (x: torch.Tensor) => x.mul(x).mul(x).sum();
 * const [, product] = torch.autograd.functional.vhp(f, torch.tensor([1, 2]), torch.tensor([1, 1]));
 * product.tolist(); // [6, 12]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.autograd.functional.vhp.html
 */
export function vhp(func: ToOne, inputs: Tensor, v?: Tensor | null, options?: FunctionalOptions): [Tensor, Tensor];
export function vhp(func: ToOne, inputs: Many, v?: Many | null, options?: FunctionalOptions): [Tensor, Tensor[]];
export function vhp(
  func: ToOne,
  inputs: OneOrMany,
  v?: OneOrMany | null,
  options?: FunctionalOptions,
): [Tensor, OneOrMany] {
  return hessian_product('vhp', func, inputs, v, options);
}

function hessian_product(
  op: string,
  func: ToOne,
  inputs: OneOrMany,
  v: OneOrMany | null | undefined,
  options: FunctionalOptions | undefined,
): [Tensor, OneOrMany] {
  const settings = judge(op, options);
  const given = as_list(op, 'inputs', inputs);
  return enable_grad(() => {
    const xs = prepare(given, settings.create_graph);
    const out = evaluate_scalar(op, func, xs);
    const first = gradients(op, [out], xs, [ones_like(out)], { ...settings, create_graph: true });
    const found = gradients(op, first, xs, check_direction(op, v, xs), settings);
    return [settings.create_graph ? out : detach(out), one_or_many(inputs, found)];
  });
}
