import { check_options, fail, fail_type, shape_text } from '../errors';
import { zeros, zeros_like, ones_like } from '../ops/create';
import { stack } from '../ops/join';
import { clone, detach, reshape, view } from '../ops/views';
import { same_shape } from '../tensor/shape';
import { Tensor } from '../tensor/tensor';
import { grad } from './api';
import { write_element } from './elements';
import { enable_grad } from './mode';
import { requires_grad } from './node';

/** Derivatives of functions, as `torch.autograd.functional`. */

type One = Tensor;
type Many = readonly Tensor[];
export interface FunctionalOptions {
  create_graph?: boolean;
  /** An error instead of zeros for inputs that the outputs do not depend on. */
  strict?: boolean;
}
const standard: Required<FunctionalOptions> = { create_graph: false, strict: false };

function as_list(op: string, name: string, value: One | Many): Tensor[] {
  const list = value instanceof Tensor ? [value] : Array.isArray(value) ? [...value] : fail_type(op, name, 'a Tensor or an array of Tensors', value);
  for (const each of list) if (!(each instanceof Tensor)) fail_type(op, name, 'a Tensor or an array of Tensors', each);
  return list;
}

/** Inputs as fresh leaves, or, with create_graph, as parts of the caller's graph. */
function prepare(inputs: readonly Tensor[], create_graph: boolean): Tensor[] {
  return inputs.map((x) => {
    if (create_graph && requires_grad(x)) return view(x, x.shape);
    const leaf = create_graph ? clone(detach(x)) : detach(x);
    leaf.leaf_requires_grad = true;
    return leaf;
  });
}

function gradients(op: string, outs: readonly Tensor[], xs: readonly Tensor[], seeds: readonly Tensor[], { create_graph, strict }: Required<FunctionalOptions>): Tensor[] {
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

/**
 * The Jacobian of `func` at `inputs`: of shape [...output, ...input] for one output and one input, else nested arrays
 * [output][input].
 * @example
 * ```ts
 * const x = torch.tensor([1, 2]);
 * (torch.autograd.functional.jacobian((x) => x.mul(x), x) as torch.Tensor).tolist(); // [[2, 0], [0, 4]]
 * ```
 */
export function jacobian(func: (...inputs: Tensor[]) => One | Many, inputs: One | Many, options?: FunctionalOptions): One | Tensor[] | Tensor[][] {
  const settings = check_options('jacobian', options, standard);
  const given = as_list('jacobian', 'inputs', inputs);
  const rows = enable_grad(() => {
    const xs = prepare(given, settings.create_graph);
    const result = func(...xs);
    const outs = as_list('jacobian', 'the result of the function', result);
    const table = outs.map((out) => {
      const found = seeds_of(out).map((seed) => gradients('jacobian', [out], xs, [seed], settings));
      return xs.map((x, i) => {
        const shape = [...out.shape, ...x.shape];
        return found.length === 0 ? zeros(shape, { dtype: x.dtype }) : reshape(stack(found.map((row) => row[i])), shape);
      });
    });
    return { table, one: result instanceof Tensor };
  });
  if (inputs instanceof Tensor) return rows.one ? rows.table[0][0] : rows.table.map((row) => row[0]);
  return rows.one ? rows.table[0] : rows.table;
}

/** The Hessian of a function with a single value: [...input, ...input], or nested arrays [input][input]. */
export function hessian(func: (...inputs: Tensor[]) => Tensor, inputs: One | Many, options?: FunctionalOptions): One | Tensor[][] {
  const settings = check_options('hessian', options, standard);
  const first = (...xs: Tensor[]): Tensor[] => {
    const out = func(...xs);
    if (!(out instanceof Tensor) || out.count !== 1) fail('hessian', 'expected the function to return a Tensor of one element');
    return gradients('hessian', [out], xs, [ones_like(out)], { ...settings, create_graph: true });
  };
  const given = as_list('hessian', 'inputs', inputs);
  const table = jacobian(first, given, settings) as Tensor[][];
  return inputs instanceof Tensor ? table[0][0] : table;
}

function check_direction(op: string, v: One | Many | null | undefined, like: readonly Tensor[]): Tensor[] {
  if (v === null || v === undefined) {
    if (like.length !== 1 || like[0].count !== 1) fail(op, 'expected v, since there is more than one element');
    return [ones_like(like[0])];
  }
  const list = as_list(op, 'v', v);
  list.forEach((each, i) => {
    if (like[i] === undefined || !same_shape(each.shape, like[i].shape))
      fail(op, `v has shape ${shape_text(each.shape)}, expected ${like[i] === undefined ? 'nothing' : shape_text(like[i].shape)}`);
  });
  if (list.length !== like.length) fail(op, `expected ${like.length} tensors in v, got ${list.length}`);
  return list;
}

const one_or_many = (like: One | Many, list: Tensor[]): One | Tensor[] => (like instanceof Tensor ? list[0] : list);

/** [func(inputs), vᵀ·J]: the product of a vector with the Jacobian, by one backward. */
export function vjp(func: (...inputs: Tensor[]) => One | Many, inputs: One | Many, v?: One | Many | null, options?: FunctionalOptions): [One | Many, One | Tensor[]] {
  const settings = check_options('vjp', options, standard);
  return enable_grad(() => {
    const xs = prepare(as_list('vjp', 'inputs', inputs), settings.create_graph);
    const result = func(...xs);
    const outs = as_list('vjp', 'the result of the function', result);
    const found = gradients('vjp', outs, xs, check_direction('vjp', v, outs), settings);
    const out = settings.create_graph ? result : one_or_many(result, outs.map(detach));
    return [out, one_or_many(inputs, found)];
  });
}

/** [func(inputs), J·v]: the product of the Jacobian with a vector, by differentiating a backward. */
export function jvp(func: (...inputs: Tensor[]) => One | Many, inputs: One | Many, v?: One | Many | null, options?: FunctionalOptions): [One | Many, One | Tensor[]] {
  const settings = check_options('jvp', options, standard);
  return enable_grad(() => {
    const xs = prepare(as_list('jvp', 'inputs', inputs), settings.create_graph);
    const directions = check_direction('jvp', v, xs);
    const result = func(...xs);
    const outs = as_list('jvp', 'the result of the function', result);
    const seeds = outs.map((out) => {
      const seed = zeros_like(out);
      seed.leaf_requires_grad = true;
      return seed;
    });
    const first = gradients('jvp', outs, xs, seeds, { ...settings, create_graph: true });
    const found = gradients('jvp', first, seeds, directions, settings);
    const out = settings.create_graph ? result : one_or_many(result, outs.map(detach));
    return [out, one_or_many(result, found)];
  });
}

/** [func(inputs), H·v] for a function with a single value. */
export function hvp(func: (...inputs: Tensor[]) => Tensor, inputs: One | Many, v?: One | Many | null, options?: FunctionalOptions): [Tensor, One | Tensor[]] {
  const settings = check_options('hvp', options, standard);
  return enable_grad(() => {
    const xs = prepare(as_list('hvp', 'inputs', inputs), settings.create_graph);
    const out = func(...xs);
    if (!(out instanceof Tensor) || out.count !== 1) fail('hvp', 'expected the function to return a Tensor of one element');
    const first = gradients('hvp', [out], xs, [ones_like(out)], { ...settings, create_graph: true });
    const found = gradients('hvp', first, xs, check_direction('hvp', v, xs), settings);
    return [settings.create_graph ? out : detach(out), one_or_many(inputs, found)];
  });
}
