import { check_number, fail, fail_type, shape_text } from '../errors';
import { tensor } from '../ops/create';
import { cast_to } from '../ops/operand';
import { clone } from '../ops/views';
import { same_shape } from '../tensor/shape';
import { Tensor } from '../tensor/tensor';
import { SCHEDULED, type ScheduledValues } from './options';

/** What an optimizer remembers of one parameter; LBFGS keeps lists. */
export type ParamStateValue = Tensor | number | null | (Tensor | number | null)[];
/** What an optimizer remembers of one parameter, by PyTorch's names. */
export type ParamState = Record<string, ParamStateValue>;

/** PyTorch's structure: parameters are numbered through all groups in order. */
export interface OptimizerState<Options = Record<string, unknown>> {
  /** What is remembered of each parameter, by its number. */
  state: Record<number, ParamState>;
  /** The options of each group, and its parameters' numbers. */
  param_groups: (Options & ScheduledValues & { params: number[] })[];
}

/** Numbers here, which PyTorch keeps in 0-dim tensors: of the default dtype, so exported. */
const COUNTERS = new Set(['step', 'mu_product']);
/** Numbers here, which PyTorch's LBFGS keeps in 0-dim tensors or as they come. */
const SCALARS = new Set([...COUNTERS, 't', 'ro', 'al', 'H_diag']);

export function exported(own: ParamState): ParamState {
  return Object.fromEntries(
    Object.entries(own).map(([name, value]): [string, ParamStateValue] => {
      if (COUNTERS.has(name) && typeof value === 'number') return [name, tensor(value)];
      return [name, Array.isArray(value) ? [...value] : value];
    }),
  );
}

/** A copy of one parameter's state; tensors must be of this shape, and take the parameter's dtype. */
export function imported(op: string, param: Tensor, shape: readonly number[], own: unknown): ParamState {
  if (typeof own !== 'object' || own === null) fail_type(op, 'the state of a parameter', 'an object', own);
  const one = (name: string, value: unknown): Tensor | number | null => {
    if (value === null || value === undefined) return null;
    if (!(value instanceof Tensor)) return check_number(op, name, value);
    if (SCALARS.has(name)) return value.item();
    if (!same_shape(value.shape, shape))
      fail(op, `${name} has shape ${shape_text(value.shape)}, its parameter ${shape_text(param.shape)}`);
    return clone(cast_to(value.detach(), param.dtype));
  };
  return Object.fromEntries(
    Object.entries(own).map(([name, value]: [string, unknown]) => [
      name,
      Array.isArray(value) ? value.map((each) => one(name, each)) : one(name, value),
    ]),
  );
}

/** Options of PyTorch's that have no meaning here (`param_names`, …) are left out. */
export function known_options<T extends object>(given: object, defaults: T): Partial<T> & ScheduledValues {
  return Object.fromEntries(
    Object.entries(given).filter(([name]) => name in defaults || SCHEDULED.includes(name)),
  ) as Partial<T> & ScheduledValues;
}
