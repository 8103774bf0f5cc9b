import { reusable } from '../autograd/engine';
import { is_grad_enabled } from '../autograd/mode';
import { type Node, record, requires_grad, tracks } from '../autograd/node';
import { check_number, fail } from '../errors';
import { type MapKernel, map_kernel } from '../native/map';
import { type DType, get_default_dtype } from '../tensor/dtype';
import { allocate, check_tensor, type Tensor } from '../tensor/tensor';
import {
  check_inplace,
  type ErrorSample,
  type OpRecord,
  op,
  type Reference,
  record_inplace,
  type Sample,
  sample,
} from './define';
import { backward_name, cast_to, contiguous_copy, past } from './operand';

/** Elementwise functions of one tensor: everything about a record that can be derived from a scalar formula. */

type Scalar = number;

export interface Common {
  name: string;
  /** The native functor, or a function that chooses one; default: the functor of the same name. */
  kernel?: string | MapKernel;
  samples?: () => readonly Sample[];
  errors?: () => readonly ErrorSample[];
  methods?: readonly string[];
  tolerance?: number;
}

export interface UnarySpec<P extends readonly Scalar[]> extends Common {
  /** Names and defaults of the numbers that follow the tensor. */
  parameters?: { readonly [K in keyof P]: readonly [name: string, standard: number | undefined] };
  /** What the kernels take where it is not the parameters themselves. */
  kernel_parameters?: (...parameters: P) => readonly number[];
  /** The same of the backward kernel; default those of the kernel. */
  backward_parameters?: (...parameters: P) => readonly number[];
  /** Judges the parameters, after their types. */
  check?: (...parameters: P) => void;
  /** Integers are computed as floats (`exp`), refused (`leaky_relu`), or kept (`neg`). Default: to_float. */
  integers?: 'to_float' | 'refuse' | 'keep';
  /** The result's dtype where it is not the computation's: comparisons give bool. */
  result?: DType;
  /** dx from g, written with differentiable operations, so that it serves double backward too. */
  gradient?: (g: Tensor, x: Tensor, y: Tensor, ...parameters: P) => Tensor;
  /** What `gradient` and `backward_kernel` read; default the input. */
  saves?: 'input' | 'output' | 'nothing';
  /** A functor (g, saved, parameters…) → dx, used when no second graph is wanted. */
  backward_kernel?: string;
  reference: (x: number, ...parameters: P) => number;
  /** Where the samples lie, and what they must not touch (kinks). */
  range?: readonly [number, number];
  avoid?: readonly number[];
  /** Parameters for the samples besides the defaults. */
  sample_parameters?: readonly P[];
}

/** The kernel of a record. */
export function functor({ name, kernel = name }: Common): MapKernel {
  return typeof kernel === 'string' ? map_kernel(kernel) : kernel;
}

/** The dtype an elementwise function computes in. */
function computation_dtype(name: string, x: Tensor, integers: 'to_float' | 'refuse' | 'keep' = 'to_float'): DType {
  if (x.dtype.is_floating_point || integers === 'keep') return x.dtype;
  if (integers === 'refuse') fail(name, `expected a tensor of a floating point dtype, got ${x.dtype}`);
  return get_default_dtype();
}

export type Unary<P extends readonly Scalar[]> = (input: Tensor, ...parameters: Partial<P>) => Tensor;

/** Declares `name(x, ...parameters)` and its in-place twin. */
export function unary<P extends readonly Scalar[] = []>(spec: UnarySpec<P>): Unary<P> {
  return op(unary_record(spec) as never);
}

/** The record of an elementwise function, not yet declared. */
export function unary_record<P extends readonly Scalar[]>(spec: UnarySpec<P>): OpRecord<Unary<P>> {
  const run = functor(spec);
  const backward = spec.backward_kernel === undefined ? null : map_kernel(spec.backward_kernel);
  const saves = spec.saves ?? 'input';
  const defaults = spec.parameters ?? [];
  const node_name = backward_name(spec.name);
  const numbers = spec.kernel_parameters ?? ((...parameters: P) => parameters);
  const backward_numbers = spec.backward_parameters ?? numbers;

  const judge = (given: readonly unknown[]): P => {
    if (given.length > defaults.length) fail(spec.name, `takes ${defaults.length} parameters, got ${given.length}`);
    const parameters = (defaults as readonly (readonly [string, number | undefined])[]).map(([name, standard], i) =>
      check_number(spec.name, name, given[i] === undefined ? standard : given[i]),
    ) as unknown as P;
    spec.check?.(...parameters);
    return parameters;
  };
  const rule = (parameters: P) => (g: Tensor, node: Node) => {
    const saved = saves === 'nothing' ? g : node.saved(0);
    if (backward !== null && !is_grad_enabled()) {
      const gc = g.is_contiguous() ? g : contiguous_copy(g);
      const dx = reusable(gc) ? gc : allocate(gc.shape, gc.dtype);
      backward(g.dtype, dx, saves === 'nothing' ? [gc] : [gc, saved], backward_numbers(...parameters));
      return [dx];
    }
    return [spec.gradient!(g, saved, saved, ...parameters)];
  };

  const call = (input: Tensor, ...given: readonly unknown[]): Tensor => {
    check_tensor(spec.name, 'input', input);
    const parameters = judge(given);
    const x = cast_to(input, computation_dtype(spec.name, input, spec.integers));
    const out = allocate(x.shape, spec.result ?? x.dtype);
    if (x.count > 0) run(x.dtype, out, [x], numbers(...parameters));
    if (spec.gradient !== undefined && tracks(x))
      record(out, node_name, [x], saves === 'nothing' ? [] : [saves === 'input' ? x : out], rule(parameters));
    return out;
  };
  const inplace = (input: Tensor, ...given: readonly unknown[]): Tensor => {
    const name = `${spec.name}_`;
    check_tensor(name, 'input', input);
    const parameters = judge(given);
    if (computation_dtype(name, input, spec.integers) !== input.dtype)
      fail(name, `the result is ${get_default_dtype()} and cannot be stored in a tensor of ${input.dtype}`);
    check_inplace(name, input);
    const history = is_grad_enabled() && requires_grad(input) ? [past(input, saves === 'input')] : [];
    if (input.count > 0) run(input.dtype, input, [input], numbers(...parameters));
    return record_inplace(
      input,
      node_name,
      history,
      saves === 'nothing' ? [] : [saves === 'input' ? (history[0] ?? input) : input],
      rule(parameters),
    );
  };

  const { range, avoid } = spec;
  return {
    name: spec.name,
    call: call as never,
    inplace: spec.result === undefined ? (inplace as never) : undefined,
    differentiable: spec.gradient !== undefined,
    methods: spec.methods,
    tolerance: spec.tolerance,
    errors: spec.errors,
    samples: () => [
      ...[[], [1], [7], [8], [9], [15], [16], [17], [3, 5], [2, 0]].map((shape) => ({
        args: [sample(shape, { range, avoid })],
      })),
      { args: [sample([100_001], { range, avoid })], large: true },
      ...(spec.sample_parameters ?? []).map((parameters) => ({
        args: [sample([4, 9], { range, avoid }), ...parameters],
      })),
      ...(spec.samples?.() ?? []),
    ],
    reference: ((x: Reference, ...given: readonly unknown[]) => {
      const parameters = judge(given);
      return {
        shape: x.shape,
        data: Float64Array.from(x.data as ArrayLike<number>, (v) => spec.reference(v, ...parameters)),
      };
    }) as never,
  };
}
