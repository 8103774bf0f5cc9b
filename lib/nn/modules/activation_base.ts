import { type Given, positional } from '../../arguments';
import { check_boolean, check_number } from '../../errors';
import type { InplaceOption } from '../../ops/activation_family';
import { Module } from '../module';

/** What the modules of activations share. */

/** An activation whose one option is to write into its input: `new ReLU6(true)`, `new ReLU6({ inplace: true })`. */
export abstract class InplaceActivation extends Module {
  readonly inplace: boolean;

  constructor(...given: Given<InplaceOption, [inplace: 'inplace']>) {
    super();
    const { name } = new.target;
    this.inplace = check_boolean(name, 'inplace', positional(name, given, { inplace: false }).inplace);
  }

  override extra_repr(): string {
    return this.inplace ? 'inplace=True' : '';
  }
}

/** `alpha=1.0, inplace=True`: numbers by name, and the flag where it is set. */
export function parameters_repr(numbers: Readonly<Record<string, number>>, inplace = false): string {
  const parts = Object.entries(numbers).map(([name, value]) => `${name}=${python_number(value)}`);
  return [...parts, ...(inplace ? ['inplace=True'] : [])].join(', ');
}

/** Judges numbers by their names. */
export function check_numbers<T extends Readonly<Record<string, unknown>>>(
  op: string,
  numbers: T,
): Record<keyof T, number> {
  return Object.fromEntries(
    Object.entries(numbers).map(([name, value]) => [name, check_number(op, name, value)]),
  ) as Record<keyof T, number>;
}

/** As Python writes a float: `1.0`, `1e-05`, `inf`. */
export function python_number(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  const magnitude = Math.abs(value);
  if (magnitude !== 0 && (magnitude < 1e-4 || magnitude >= 1e16)) {
    const [digits, exponent] = value.toExponential().split('e');
    return `${digits}e${exponent[0]}${exponent.slice(1).padStart(2, '0')}`;
  }
  if (Object.is(value, -0)) return '-0.0';
  return Number.isInteger(value) ? `${value}.0` : String(value);
}
