import { check_boolean, check_number, check_options, fail, fail_type } from '../errors';
import { ones, zeros, zeros_like } from '../ops/create';
import { clone, detach } from '../ops/views';
import { float64 } from '../tensor/dtype';
import { overlaps_itself, Tensor } from '../tensor/tensor';
import { grad } from './api';
import { element, read_elements, write_element } from './elements';
import { type Disagreement, report } from './gradcheck_report';
import { requires_grad } from './node';

/** Options of {@link gradcheck}. */
export interface GradcheckOptions {
  /** Step of the central difference. Default 1e-6. */
  eps?: number;
  /** Default 1e-5. */
  atol?: number;
  /** Default 1e-3. */
  rtol?: number;
  /** Throw (default) or return false. */
  raise_exception?: boolean;
  /** How far two analytic gradients of the same point may differ. Default 0. */
  nondet_tol?: number;
  /** Compare one projection instead of every element; where it differs, the elements are compared to name one. */
  fast_mode?: boolean;
}

type Result = Tensor | readonly Tensor[];
/** A function of tensors that gives one tensor or several. */
export type Differentiable = (...inputs: Tensor[]) => Result;
type Settings = Required<GradcheckOptions>;

const standard: Settings = {
  eps: 1e-6,
  atol: 1e-5,
  rtol: 1e-3,
  raise_exception: true,
  nondet_tol: 0,
  fast_mode: false,
};

/**
 * A gradient that is not what the central difference says.
 * @example
 * ```ts
 * const x = torch.tensor([3], { dtype: torch.float64, requires_grad: true });
 * try {
 *   torch.autograd.gradcheck((x) => x.mul(x.detach()), [x]);
 * } catch (error) {
 *   error instanceof torch.autograd.GradcheckError; // true
 * }
 * ```
 */
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
export function gradcheck(
  func: Differentiable,
  inputs: Tensor | readonly Tensor[],
  options?: GradcheckOptions,
): boolean {
  return check('gradcheck', func, as_inputs('gradcheck', inputs), judge('gradcheck', options));
}

/**
 * The same for the gradients of the gradients: what is checked is the function that takes the inputs and `grad_outputs` (by default some
 * fixed values) to the first gradients.
 * @example
 * ```ts
 * const x = torch.tensor([-1, 2], { dtype: torch.float64, requires_grad: true });
 * torch.autograd.gradgradcheck((x) => x.mul(x).mul(x), [x]); // true
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.autograd.gradcheck.gradgradcheck.html
 */
export function gradgradcheck(
  func: Differentiable,
  inputs: Tensor | readonly Tensor[],
  grad_outputs?: Tensor | readonly Tensor[] | null,
  options?: GradcheckOptions,
): boolean {
  const op = 'gradgradcheck';
  const settings = judge(op, options);
  const list = as_inputs(op, inputs);
  check_inputs(op, list);
  const outs = differentiable(op, func(...list));
  if (outs.length === 0) fail(op, 'no output of the function requires grad');
  const given = grad_outputs == null ? outs.map(direction_like) : as_inputs(op, grad_outputs);
  if (given.length !== outs.length) fail(op, `expected ${outs.length} grad_outputs, got ${given.length}`);
  const seeds = given.map((seed) => (requires_grad(seed) ? seed : leaf(seed)));
  const first = (...args: Tensor[]): Tensor[] => {
    const xs = args.slice(0, list.length);
    const found = grad(differentiable(op, func(...xs)), xs.filter(requires_grad), {
      grad_outputs: args.slice(list.length),
      create_graph: true,
      allow_unused: true,
    });
    return found.filter((g) => g !== null);
  };
  return check(op, first, [...list, ...seeds], settings);
}

function judge(op: string, options: GradcheckOptions | undefined): Settings {
  const settings = check_options(op, options, standard);
  for (const name of ['eps', 'atol', 'rtol', 'nondet_tol'] as const) check_number(op, name, settings[name]);
  for (const name of ['raise_exception', 'fast_mode'] as const) check_boolean(op, name, settings[name]);
  if (!(settings.eps > 0)) fail(op, `expected eps to be positive, got ${settings.eps}`);
  return settings;
}

function check_inputs(op: string, inputs: readonly Tensor[]): void {
  const wanted = inputs.filter(requires_grad);
  if (wanted.length === 0) fail(op, 'no input requires grad');
  inputs.forEach((x, i) => {
    if (!requires_grad(x)) return;
    if (overlaps_itself(x)) fail(op, `input ${i} is expanded: several of its elements share memory; clone() it first`);
    if (x.dtype !== float64)
      process.emitWarning(`${op}: input ${i} is ${x.dtype}; central differences need torch.float64`);
  });
}

function check(op: string, func: Differentiable, inputs: readonly Tensor[], settings: Settings): boolean {
  check_inputs(op, inputs);
  const test: Test = { op, func, inputs, ...settings };
  try {
    const outs = differentiable(op, func(...inputs));
    if (outs.length === 0) compare_constant(test);
    else {
      if (settings.fast_mode) compare_projection(test);
      else compare_elements(test, outs);
      check_zero_gradient(test);
    }
    return true;
  } catch (error) {
    if (error instanceof GradcheckError && !settings.raise_exception) return false;
    throw error;
  }
}

interface Test extends Settings {
  op: string;
  func: Differentiable;
  inputs: readonly Tensor[];
}

/** Every element of every output against every element of every input. */
function compare_elements(test: Test, outs: readonly Tensor[]): void {
  const { op, func, inputs, eps, atol, rtol } = test;
  const analytic = outs.map((out) => jacobian_rows(out, inputs));
  const again = differentiable(op, func(...inputs)).map((out) => jacobian_rows(out, inputs));
  const found: Disagreement[] = [];
  let compared = 0;
  inputs.forEach((x, input) => {
    if (!requires_grad(x)) return;
    for (let e = 0; e < x.count; e++) {
      const [before, after] = [values_at(test, x, e, -eps), values_at(test, x, e, eps)];
      outs.forEach((out, output) => {
        for (let r = 0; r < out.count; r++) {
          const a = analytic[output][r][input]?.[e] ?? 0;
          check_deterministic(test, input, a, again[output][r][input]?.[e] ?? 0);
          const numeric = (after[output][r] - before[output][r]) / (2 * eps);
          compared++;
          if (close(a, numeric, atol, rtol)) continue;
          const here = values_at(test, x, e, 0)[output][r];
          const sides = [(here - before[output][r]) / eps, (after[output][r] - here) / eps] as const;
          found.push({ input, x, at: e, output, out, to: r, analytic: a, numeric, sides });
        }
      });
    }
  });
  if (found.length > 0) throw new GradcheckError(report(test, found, compared));
}

/** The numbers are close as `torch.allclose` has it; equal infinities are, NaN never is. */
function close(analytic: number, numeric: number, atol: number, rtol: number): boolean {
  return analytic === numeric || Math.abs(analytic - numeric) <= atol + rtol * Math.abs(numeric);
}

function check_deterministic({ op, nondet_tol }: Test, input: number, a: number, b: number): void {
  if (Math.abs(a - b) > nondet_tol || Number.isNaN(a) !== Number.isNaN(b))
    throw new GradcheckError(
      `${op}: the gradient is not deterministic: input ${input}: ${a}, then ${b} at the same point (nondet_tol ${nondet_tol})`,
    );
}

/** A function without a differentiable output must not depend on its inputs. */
function compare_constant(test: Test): void {
  test.inputs.forEach((x, input) => {
    if (!requires_grad(x)) return;
    for (let e = 0; e < x.count; e++) {
      const [before, after] = [values_at(test, x, e, -test.eps, true), values_at(test, x, e, test.eps, true)];
      if (before.some((values, o) => values.some((value, r) => value !== after[o][r] && !Number.isNaN(value))))
        throw new GradcheckError(
          `${test.op}: no output requires grad, though the values depend on input ${input}: was the graph cut by detach() or no_grad()?`,
        );
    }
  });
}

/** A backward that does not use its incoming gradient would pass where that is one. */
function check_zero_gradient({ op, func, inputs }: Test): void {
  const outs = differentiable(op, func(...inputs));
  const found = grad(outs, inputs.filter(requires_grad), {
    grad_outputs: outs.map((out) => zeros_like(detach(out))),
    allow_unused: true,
  });
  if (found.some((g) => g !== null && read_elements(g).some((value) => value !== 0 && !Number.isNaN(value))))
    throw new GradcheckError(
      `${op}: the gradient is not zero where the incoming gradient is: a backward rule does not multiply by it`,
    );
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

/** The differentiable outputs (or all) with one element of an input moved by `step`. */
function values_at({ op, func, inputs }: Test, x: Tensor, e: number, step: number, all = false): Float64Array[] {
  const value = element(x, e);
  write_element(x, e, value + step);
  try {
    const result = func(...inputs);
    return (all ? outputs_of(op, result) : differentiable(op, result)).map(read_elements);
  } finally {
    write_element(x, e, value);
  }
}

/** vᵀ·J·u for one pair u, v: analytic by one backward, numeric by one difference along u. */
function compare_projection(test: Test): void {
  const { op, func, inputs, eps, atol, rtol } = test;
  const outs = differentiable(op, func(...inputs));
  const seeds = outs.map(direction_like);
  const wanted = inputs.filter(requires_grad);
  const analytic = (): (Tensor | null)[] =>
    grad(differentiable(op, func(...inputs)), wanted, { grad_outputs: seeds, allow_unused: true });
  const [found, again] = [analytic(), analytic()];
  wanted.forEach((x, i) => {
    if (x.count === 0) return;
    const u = read_elements(direction_like(x));
    const norm = Math.hypot(...u);
    const input = inputs.indexOf(x);
    const a = dot(found[i], u) / norm;
    check_deterministic(test, input, a, dot(again[i], u) / norm);
    const start = read_elements(x);
    const move = (step: number): void => {
      for (let e = 0; e < x.count; e++) write_element(x, e, start[e] + (step * u[e]) / norm);
    };
    const projected = (step: number): number => {
      move(step);
      return differentiable(op, func(...inputs)).reduce((sum, out, o) => sum + dot(seeds[o], read_elements(out)), 0);
    };
    let numeric: number;
    try {
      numeric = (projected(eps) - projected(-eps)) / (2 * eps);
    } finally {
      move(0);
    }
    if (close(a, numeric, atol, rtol)) return;
    compare_elements(test, outs);
    throw new GradcheckError(
      `${op}: input ${input} along a direction: analytic ${a}, numeric ${numeric}; every element by itself is within the tolerance`,
    );
  });
}

function dot(g: Tensor | null, u: Tensor | Float64Array): number {
  if (g === null) return 0;
  const [a, b] = [g, u].map((each) => (each instanceof Tensor ? read_elements(each) : each));
  return a.reduce((sum, value, i) => sum + value * b[i], 0);
}

/** Values in (0.1, 1.1) that depend on the element's position alone. */
function direction_like(like: Tensor): Tensor {
  const out = ones(like.shape, { dtype: like.dtype });
  for (let i = 0; i < out.count; i++) write_element(out, i, 0.1 + ((i * 0.618_033_988_749_895 + 0.25) % 1));
  return out;
}

function leaf(from: Tensor): Tensor {
  const made = clone(detach(from));
  made.leaf_requires_grad = true;
  return made;
}

function differentiable(op: string, result: Result): Tensor[] {
  return outputs_of(op, result).filter(requires_grad);
}

function outputs_of(op: string, result: Result): Tensor[] {
  const list = result instanceof Tensor ? [result] : result;
  if (!Array.isArray(list) || !list.every((each) => each instanceof Tensor))
    fail_type(op, 'the result of the function', 'a Tensor or an array of Tensors', result);
  return [...list];
}

function as_inputs(op: string, inputs: Tensor | readonly Tensor[]): Tensor[] {
  const list = inputs instanceof Tensor ? [inputs] : inputs;
  if (!Array.isArray(list) || !list.every((each) => each instanceof Tensor))
    fail_type(op, 'inputs', 'a Tensor or an array of Tensors', inputs);
  return [...list];
}
