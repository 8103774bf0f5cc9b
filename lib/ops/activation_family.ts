import { positional } from '../arguments';
import { check_boolean, fail } from '../errors';
import { bool, type DType, float32 } from '../tensor/dtype';
import { check_tensor, type Tensor } from '../tensor/tensor';
import { type OpRecord, op, type Sample } from './define';
import { type UnarySpec, unary_record } from './unary';

/** How activations are declared: elementwise functions whose parameters may also be named, and that may write into their input. */

/** Options of activations that can overwrite their input. */
export interface InplaceOption {
  /** Write the result into the input. Default false. */
  inplace?: boolean;
}

export interface ActivationSpec<P extends readonly number[]> extends UnarySpec<P> {
  /** In place as a last argument and a form of its own (`elu`), as a form only (`tanh`), or not at all (`softplus`). Default: argument. */
  inplace?: 'argument' | 'form' | 'none';
  /** Numbers computed from the parameters that must fit the dtype too, by their formulas. */
  derived?: (...parameters: P) => Readonly<Record<string, number>>;
  /** Parameters of the samples, where they have no defaults. */
  standard?: P;
}

type Form = (input: Tensor, ...given: readonly unknown[]) => Tensor;

const FLOAT32_OVERFLOW = 2 ** 128 - 2 ** 103;

/** A finite number that would be infinite in the dtype is an error, as in PyTorch. */
export function check_fits(op: string, name: string, value: unknown, dtype: DType): void {
  if (dtype !== float32 || typeof value !== 'number') return;
  if (Number.isFinite(value) && Math.abs(value) >= FLOAT32_OVERFLOW) fail(op, `${name} ${value} does not fit ${dtype}`);
}

const inplace_forms = new WeakMap<object, Form>();

/** Declares an activation: `f(x, ...parameters, inplace?)` or `f(x, { ... })`. */
export function activation<F extends (...args: never) => Tensor, P extends readonly number[] = []>(
  spec: ActivationSpec<P>,
): F {
  const { name, inplace = 'argument', standard, integers = 'refuse' } = spec;
  const record = unary_record<P>({ ...spec, integers });
  const parameters = (spec.parameters ?? []) as readonly (readonly [string, number | undefined])[];
  const defaults: Record<string, unknown> = Object.fromEntries(parameters);
  const call = record.call as Form;
  const write = record.inplace as unknown as Form;

  const judged = (label: string, given: readonly unknown[], names: Record<string, unknown>, input: Tensor) => {
    const { inplace: into_input = false, ...numbers } = positional(label, given, names);
    const values = Object.values(numbers);
    parameters.forEach(([parameter], i) => {
      check_fits(label, parameter, values[i], input.dtype);
    });
    if (values.every((value) => typeof value === 'number'))
      for (const [of, value] of Object.entries(spec.derived?.(...(values as unknown as P)) ?? {}))
        check_fits(label, of, value, input.dtype);
    return { into_input: check_boolean(label, 'inplace', into_input), values };
  };
  const check_input = (label: string, input: Tensor): void => {
    check_tensor(label, 'input', input);
    if (integers === 'keep' && input.dtype === bool) fail(label, `expected a tensor of numbers, got ${input.dtype}`);
  };
  const out_of_place: Form = (input, ...given) => {
    check_input(name, input);
    if (given.length === 0) return call(input);
    const names = inplace === 'argument' ? { ...defaults, inplace: false } : defaults;
    const { into_input, values } = judged(name, given, names, input);
    return into_input ? write(input, ...values) : call(input, ...values);
  };
  const in_place_form: Form = (input, ...given) => {
    check_input(`${name}_`, input);
    return write(input, ...judged(`${name}_`, given, defaults, input).values);
  };
  inplace_forms.set(out_of_place, in_place_form);
  return op({
    ...record,
    call: out_of_place,
    inplace: inplace === 'none' ? undefined : in_place_form,
    samples: () => (standard === undefined ? record.samples() : completed(record, standard)),
    errors: () => [
      { args: [1], message: /expected input to be a Tensor, got 1/ },
      ...(integers === 'refuse'
        ? [
            {
              args: [{ shape: [2], dtype: 'int64' }],
              message: /expected a tensor of a floating point dtype, got torch.int64/,
            },
          ]
        : []),
      ...(record.errors?.() ?? []),
    ],
  } as OpRecord<Form>) as unknown as F;
}

/** The in-place form of an activation declared above. */
export function in_place<F extends (...args: never) => Tensor>(of: (...args: never) => Tensor): F {
  return inplace_forms.get(of) as unknown as F;
}

function completed(record: { samples: () => readonly Sample[] }, standard: readonly number[]): Sample[] {
  return record
    .samples()
    .map((each) => (each.args.length === 1 ? { ...each, args: [...each.args, ...standard] } : each));
}
