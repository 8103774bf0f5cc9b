import { check_options, fail, fail_type, shape_text } from '../errors';
import { ones, zeros } from '../ops/create';
import { clone, detach } from '../ops/views';
import { float64 } from '../tensor/dtype';
import { Tensor } from '../tensor/tensor';
import { grad } from './api';
import { element, index_of, read_elements, write_element } from './elements';
import { edge_of, type Node, requires_grad } from './node';

export interface GradcheckOptions {
  /** Step of the central difference. Default 1e-6. */
  eps?: number;
  atol?: number;
  rtol?: number;
  /** Throw (default) or return false. */
  raise_exception?: boolean;
  /** How far two analytic gradients of the same point may differ. Default 0. */
  nondet_tol?: number;
  /** Compare one random projection instead of every element. */
  fast_mode?: boolean;
}

type Result = Tensor | readonly Tensor[];
export type Differentiable = (...inputs: Tensor[]) => Result;

const standard: Required<GradcheckOptions> = { eps: 1e-6, atol: 1e-5, rtol: 1e-3, raise_exception: true, nondet_tol: 0, fast_mode: false };

/** A gradient that is not what the central difference says. */
export class GradcheckError extends Error {
  override readonly name = 'GradcheckError';
}

/**
 * Compares the gradients of `func` with central differences, for every input that requires grad (float64, or the differences mean
 * little). Throws a {@link GradcheckError} that names input, element, analytic and numeric value; with `raise_exception: false` returns false.
 * @example
 * ```ts
 * const x = torch.tensor([-1, 2], { dtype: torch.float64, requires_grad: true });
 * torch.autograd.gradcheck((x) => x.leaky_relu(0.2), [x]); // true
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.autograd.gradcheck.gradcheck.html
 */
export function gradcheck(func: Differentiable, inputs: Tensor | readonly Tensor[], options?: GradcheckOptions): boolean {
  return check('gradcheck', func, inputs, options);
}

/** The same for the gradients of the gradients: `func`'s first derivative is what is checked. */
export function gradgradcheck(func: Differentiable, inputs: Tensor | readonly Tensor[], grad_outputs?: Tensor | readonly Tensor[] | null, options?: GradcheckOptions): boolean {
  const list = as_inputs('gradgradcheck', inputs);
  const outs = outputs_of('gradgradcheck', func(...list));
  const directions = grad_outputs == null ? outs.map((out) => pseudo_random(out)) : as_inputs('gradgradcheck', grad_outputs);
  const seeds = directions.map((direction) => {
    const seed = clone(detach(direction));
    seed.leaf_requires_grad = true;
    return seed;
  });
  const wanted = list.filter(requires_grad);
  const first = (...args: Tensor[]): Tensor[] => {
    const xs = args.slice(0, list.length);
    const gs = args.slice(list.length);
    const ys = outputs_of('gradgradcheck', func(...xs));
    const found = grad(ys, xs.filter((x) => requires_grad(x)), { grad_outputs: gs, create_graph: true, allow_unused: true });
    return found.filter((g): g is Tensor => g !== null);
  };
  if (wanted.length === 0) fail('gradgradcheck', 'no input requires grad');
  return check('gradgradcheck', first, [...list, ...seeds], options);
}

function check(op: string, func: Differentiable, inputs: Tensor | readonly Tensor[], options: GradcheckOptions | undefined): boolean {
  const settings = check_options(op, options, standard);
  const list = as_inputs(op, inputs);
  if (!list.some(requires_grad)) fail(op, 'no input requires grad');
  list.forEach((x, i) => {
    if (requires_grad(x) && x.dtype !== float64)
      process.emitWarning(`${op}: input ${i} is ${x.dtype}; central differences need torch.float64`);
  });
  try {
    if (settings.fast_mode) compare_projection(op, func, list, settings);
    else compare_all(op, func, list, settings);
    return true;
  } catch (error) {
    if (error instanceof GradcheckError && !settings.raise_exception) return false;
    throw error;
  }
}

/** Jacobians: [output][input] → rows of output elements, columns of input elements. */
function compare_all(op: string, func: Differentiable, inputs: readonly Tensor[], settings: Required<GradcheckOptions>): void {
  const { eps, atol, rtol, nondet_tol } = settings;
  const outs = differentiable(op, func(...inputs));
  const analytic = outs.map((out) => jacobian_rows(out, inputs));
  const again = nondet_tol >= 0 ? differentiable(op, func(...inputs)).map((out) => jacobian_rows(out, inputs)) : analytic;
  inputs.forEach((x, i) => {
    if (!requires_grad(x)) return;
    for (let e = 0; e < x.count; e++) {
      const { middle, low, high } = difference(op, func, inputs, x, e, eps);
      outs.forEach((out, o) => {
        for (let r = 0; r < out.count; r++) {
          const a = analytic[o][r][i]?.[e] ?? 0;
          const b = again[o][r][i]?.[e] ?? 0;
          if (Math.abs(a - b) > nondet_tol)
            throw new GradcheckError(`${op}: the gradient is not deterministic: input ${i}, element ${index_text(x, e)}: ${a}, then ${b}`);
          const n = middle[o][r];
          if (Math.abs(a - n) <= atol + rtol * Math.abs(n)) continue;
          const kinked = Math.abs(high[o][r] - low[o][r]) > 1e-3 * Math.max(Math.abs(high[o][r]), Math.abs(low[o][r]), 1e-3);
          throw new GradcheckError(report(op, { x, i, e, o, r, out, analytic: a, numeric: n, eps, kinked }));
        }
      });
    }
  });
}

interface Difference {
  x: Tensor;
  i: number;
  e: number;
  o: number;
  r: number;
  out: Tensor;
  analytic: number;
  numeric: number;
  eps: number;
  kinked: boolean;
}

function report(op: string, d: Difference): string {
  const value = element(d.x, d.e);
  const where = `input ${d.i}, element ${index_text(d.x, d.e)} (x = ${value}), output ${d.o}, element ${index_text(d.out, d.r)}`;
  const near = has_rectifier(d.out) && (Math.abs(value) < d.eps || d.kinked) ? '; near the kink at 0, where a rectifier has no derivative: move x away from it' : '';
  return `${op}: ${where}: analytic ${d.analytic}, numeric ${d.numeric}, difference ${Math.abs(d.analytic - d.numeric)}${near}`;
}

const rectifier = /relu|hardtanh|threshold|clamp|abs|shrink|maximum|minimum|prelu/i;

function has_rectifier(out: Tensor): boolean {
  const stack: (Node | null)[] = [edge_of(out)];
  const seen = new Set<Node>();
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (node === null || seen.has(node)) continue;
    if (rectifier.test(node.name)) return true;
    seen.add(node);
    stack.push(...node.next);
  }
  return false;
}

/** For every element of out, the gradients of that element with respect to every input (null: unused). */
function jacobian_rows(out: Tensor, inputs: readonly Tensor[]): (Float64Array | null)[][] {
  const wanted = inputs.filter(requires_grad);
  return Array.from({ length: out.count }, (_, r) => {
    const one = zeros(out.shape, { dtype: out.dtype });
    write_element(one, r, 1);
    const found = grad(out, wanted, { grad_outputs: one, retain_graph: true, allow_unused: true });
    let next = 0;
    return inputs.map((x) => {
      if (!requires_grad(x)) return null;
      const g = found[next++];
      return g === null ? null : read_elements(g);
    });
  });
}

interface Slopes {
  middle: Float64Array[];
  low: Float64Array[];
  high: Float64Array[];
}

function difference(op: string, func: Differentiable, inputs: readonly Tensor[], x: Tensor, e: number, eps: number): Slopes {
  const value = element(x, e);
  const at = (moved: number): Float64Array[] => {
    write_element(x, e, moved);
    return outputs_of(op, func(...inputs)).filter((out) => out.dtype.is_floating_point).map(read_elements);
  };
  try {
    const [before, here, after] = [at(value - eps), at(value), at(value + eps)];
    const slope = (a: Float64Array[], b: Float64Array[], width: number): Float64Array[] => a.map((from, o) => from.map((v, r) => (b[o][r] - v) / width));
    return { middle: slope(before, after, 2 * eps), low: slope(before, here, eps), high: slope(here, after, eps) };
  } finally {
    write_element(x, e, value);
  }
}

/** vᵀ·J·u for one pseudo-random pair u, v: analytic by one backward, numeric by one difference along u. */
function compare_projection(op: string, func: Differentiable, inputs: readonly Tensor[], { eps, atol, rtol, nondet_tol }: Required<GradcheckOptions>): void {
  const outs = differentiable(op, func(...inputs));
  const seeds = outs.map(pseudo_random);
  const wanted = inputs.filter(requires_grad);
  const run = (): (Tensor | null)[] => grad(differentiable(op, func(...inputs)), wanted, { grad_outputs: seeds, allow_unused: true });
  const [found, again] = [run(), run()];
  wanted.forEach((x, i) => {
    const u = read_elements(pseudo_random(x));
    const scale = Math.hypot(...u) || 1;
    const a = dot(found[i], u) / scale;
    const repeated = dot(again[i], u) / scale;
    if (Math.abs(a - repeated) > nondet_tol) throw new GradcheckError(`${op}: the gradient is not deterministic: input ${i}: ${a}, then ${repeated}`);
    const start = read_elements(x);
    const at = (step: number): number => {
      for (let e = 0; e < x.count; e++) write_element(x, e, start[e] + (step * u[e]) / scale);
      return outputs_of(op, func(...inputs)).filter((out) => out.dtype.is_floating_point).reduce((sum, out, o) => sum + dot(seeds[o], read_elements(out)), 0);
    };
    let numeric: number;
    try {
      const after = at(eps);
      numeric = (after - at(-eps)) / (2 * eps);
    } finally {
      for (let e = 0; e < x.count; e++) write_element(x, e, start[e]);
    }
    if (Math.abs(a - numeric) > atol + rtol * Math.abs(numeric))
      throw new GradcheckError(`${op}: input ${inputs.indexOf(x)} along a random direction: analytic ${a}, numeric ${numeric}; run without fast_mode for the element`);
  });
}

function dot(g: Tensor | null, u: Float64Array): number {
  return g === null ? 0 : read_elements(g).reduce((sum, v, i) => sum + v * u[i], 0);
}

/** Values in (0.1, 1.1) that depend on the element's position alone. */
function pseudo_random(like: Tensor): Tensor {
  const out = ones(like.shape, { dtype: like.dtype });
  for (let i = 0; i < out.count; i++) write_element(out, i, 0.1 + ((i * 0.618_033_988_749_895 + 0.25) % 1));
  return out;
}

function differentiable(op: string, result: Result): Tensor[] {
  const outs = outputs_of(op, result).filter((out) => out.dtype.is_floating_point && requires_grad(out));
  if (outs.length === 0) throw new GradcheckError(`${op}: no output of the function requires grad`);
  return outs;
}

function outputs_of(op: string, result: Result): Tensor[] {
  const list = result instanceof Tensor ? [result] : [...result];
  for (const each of list) if (!(each instanceof Tensor)) fail_type(op, 'the result of the function', 'a Tensor or an array of Tensors', each);
  return list;
}

function as_inputs(op: string, inputs: Tensor | readonly Tensor[]): Tensor[] {
  const list = inputs instanceof Tensor ? [inputs] : inputs;
  if (!Array.isArray(list) || !list.every((each) => each instanceof Tensor)) fail_type(op, 'inputs', 'a Tensor or an array of Tensors', inputs);
  return [...list];
}

function index_text(t: Tensor, flat: number): string {
  return shape_text(index_of(t.shape, flat));
}

