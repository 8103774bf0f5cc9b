import { check_boolean, check_number, fail, fail_range, fail_type } from '../errors';

/** Options that optimizers share, and how they are judged. */

/**
 * Options with which PyTorch chooses among its implementations. There is one here, with one native call a step, and it is fused: `foreach` and
 * `fused` are accepted and change nothing, `capturable` and `differentiable` cannot be true.
 */
export interface ImplementationOptions {
  foreach: boolean | null;
  fused: boolean | null;
  capturable: boolean;
  differentiable: boolean;
}

/** What schedulers keep in a group, as in PyTorch; they may be given with a group and are saved with it. */
export interface ScheduledValues {
  initial_lr?: number;
  max_lr?: number;
  min_lr?: number;
  swa_lr?: number;
  base_momentum?: number;
  max_momentum?: number;
}

export const SCHEDULED = ['initial_lr', 'max_lr', 'min_lr', 'swa_lr', 'base_momentum', 'max_momentum'];

/** Takes the values of schedulers out of the options of a group. */
export function split_scheduled(op: string, given: Readonly<Record<string, unknown>>) {
  const options = { ...given };
  const scheduled: Record<string, number> = {};
  for (const name of SCHEDULED) {
    if (options[name] !== undefined) scheduled[name] = check_number(op, name, options[name]);
    delete options[name];
  }
  return { options, scheduled: scheduled as ScheduledValues };
}

export function check_implementation(op: string, options: object): void {
  const { foreach, fused, capturable, differentiable } = options as Partial<ImplementationOptions>;
  for (const [name, value] of Object.entries({ foreach, fused }))
    if (value !== undefined && value !== null && typeof value !== 'boolean')
      fail_type(op, name, 'a boolean or null', value);
  if (foreach === true && fused === true) fail(op, 'foreach and fused cannot both be true');
  if (capturable !== undefined && check_boolean(op, 'capturable', capturable))
    fail(op, 'capturable is for CUDA graphs, which do not exist here; leave it false');
  if (differentiable !== undefined && check_boolean(op, 'differentiable', differentiable))
    fail(op, 'a step cannot be differentiated; leave differentiable false and write the update with tensor operations');
}

export function check_at_least_zero(op: string, name: string, value: unknown): void {
  const number = check_number(op, name, value);
  if (!(number >= 0) || !Number.isFinite(number))
    fail_range(op, `expected ${name} to be a finite number of at least 0, got ${number}`);
}

/** Checks several options by their names. */
export function check_all_at_least_zero(op: string, values: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(values)) check_at_least_zero(op, name, value);
}

export function check_flags(op: string, flags: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(flags)) check_boolean(op, name, value);
}

export function check_betas(op: string, betas: unknown): void {
  if (!Array.isArray(betas) || betas.length !== 2) fail_type(op, 'betas', 'a pair of numbers', betas);
  betas.forEach((beta, i) => {
    const number = check_number(op, `betas[${i}]`, beta);
    if (!(number >= 0 && number < 1)) fail_range(op, `expected betas[${i}] in [0, 1), got ${number}`);
  });
}
