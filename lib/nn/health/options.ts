import { check_integer, fail, fail_type } from '../../errors';
import { Module } from '../module';
import { flat_of } from './kinds';

export interface UnitOptions {
  /** The dimension along which units lie. Default null: told from the layer before. */
  unit_dim?: number | null;
}

export function check_unit_dim(op: string, value: unknown): number | null {
  return value === null ? null : check_integer(op, 'unit_dim', value);
}

/** How many activations the model has; none is an error. */
export function check_measured(op: string, model: unknown): number {
  if (!(model instanceof Module)) fail_type(op, 'model', 'a Module', model);
  const count = model.modules().filter((module) => flat_of(module) !== null).length;
  if (count === 0)
    fail(
      op,
      `${model.constructor.name} has no module that is an activation; those called as functions cannot be seen: use torch.nn.ReLU and its like`,
    );
  return count;
}
