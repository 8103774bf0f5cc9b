import { no_grad } from '../autograd/mode';
import { check_boolean, check_integer, check_options, fail, shape_text } from '../errors';
import { cat } from '../ops/join';
import { narrow } from '../ops/views';
import { copied_values } from './access';
import { bool, get_default_dtype, int64, type TypedArray } from './dtype';
import { Tensor } from './tensor';

/** Tensors as text, to the letter as PyTorch prints them. */

/** Options of {@link set_printoptions}. */
export interface PrintOptions {
  /** Digits after the point. Default 4. */
  precision?: number;
  /** Tensors of more elements are summarised. Default 1000. */
  threshold?: number;
  /** Elements shown at each end of a summarised dimension. Default 3. */
  edgeitems?: number;
  /** Characters a line. Default 80. */
  linewidth?: number;
  /** `default`, `short` (2 digits, 2 edge items) or `full` (never summarised); the other options come after it. */
  profile?: 'default' | 'short' | 'full' | null;
  /** Always or never in scientific notation; null decides by the values. Default null. */
  sci_mode?: boolean | null;
}

declare module './tensor' {
  interface Tensor {
    /** The text PyTorch prints. `console.log` shows it too; in a subclass, that of its own `toString`. */
    toString(): string;
  }
}

interface Style {
  precision: number;
  threshold: number;
  edgeitems: number;
  linewidth: number;
  sci_mode: boolean | null;
}

const profiles: Readonly<Record<string, Omit<Style, 'sci_mode'>>> = {
  default: { precision: 4, threshold: 1000, edgeitems: 3, linewidth: 80 },
  short: { precision: 2, threshold: 1000, edgeitems: 2, linewidth: 80 },
  full: { precision: 4, threshold: Infinity, edgeitems: 3, linewidth: 80 },
};

let style: Style = { ...profiles.default, sci_mode: null };

/**
 * How tensors are printed from now on.
 * @example
 * ```ts
 * torch.set_printoptions({ precision: 2 });
 * torch.tensor([1.23456]).toString(); // 'tensor([1.23])'
 * torch.set_printoptions({ profile: 'default' });
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.set_printoptions.html
 */
export function set_printoptions(options: PrintOptions): void {
  const op = 'set_printoptions';
  const given = check_options(op, options, {
    precision: null as number | null,
    threshold: null as number | null,
    edgeitems: null as number | null,
    linewidth: null as number | null,
    profile: null as string | null,
    sci_mode: null as boolean | null,
  });
  const next = { ...style };
  if (given.profile !== null) {
    if (!Object.hasOwn(profiles, given.profile))
      fail(op, `expected profile to be "default", "short" or "full", got ${JSON.stringify(given.profile)}`);
    Object.assign(next, profiles[given.profile]);
  }
  if (given.precision !== null) next.precision = check_integer(op, 'precision', given.precision, 0, 60);
  if (given.threshold !== null)
    next.threshold = given.threshold === Infinity ? Infinity : check_integer(op, 'threshold', given.threshold, 0);
  if (given.edgeitems !== null) next.edgeitems = check_integer(op, 'edgeitems', given.edgeitems, 0);
  if (given.linewidth !== null) next.linewidth = check_integer(op, 'linewidth', given.linewidth, 1);
  next.sci_mode = given.sci_mode === null ? null : check_boolean(op, 'sci_mode', given.sci_mode);
  style = next;
}

/** `inf` and the like, which every notation writes the same way. */
function special(x: number): string | null {
  if (Number.isNaN(x)) return 'nan';
  if (Number.isFinite(x)) return null;
  return x > 0 ? 'inf' : '-inf';
}

const sign_of = (x: number): string => (x < 0 || Object.is(x, -0) ? '-' : '');
/** So many digits more show for certain whether the double lies exactly between two results. */
const EXTRA_DIGITS = 30;

/** toFixed rounds ties up, PyTorch (as C) to even. */
function fixed(x: number, digits: number): string {
  const size = Math.abs(x);
  if (size >= 1e21) return `${sign_of(x)}${BigInt(size)}${digits > 0 ? `.${'0'.repeat(digits)}` : ''}`;
  return sign_of(x) + even_tie(size.toFixed(digits), size.toFixed(digits + EXTRA_DIGITS), digits);
}

function scientific(x: number, digits: number): string {
  const size = Math.abs(x);
  const [exact, power] = size.toExponential(digits + EXTRA_DIGITS).split('e');
  const [rounded, rounded_power] = size.toExponential(digits).split('e');
  const exponent = Number(rounded_power);
  const mantissa = power === rounded_power ? even_tie(rounded, exact, digits) : rounded;
  return `${sign_of(x)}${mantissa}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
}

/** Given a decimal rounded up at ties and its exact expansion: the one rounded to even. */
function even_tie(rounded: string, exact: string, digits: number): string {
  const point = exact.indexOf('.');
  const cut = point + 1 + digits;
  if (!/^50*$/.test(exact.slice(cut))) return rounded;
  const below = digits === 0 ? exact.slice(0, point) : exact.slice(0, cut);
  return Number(below[below.length - 1]) % 2 === 0 ? below : rounded;
}

/** Chooses a notation and a width for a set of values. */
class Formatter {
  private readonly write: (value: number | bigint) => string;
  readonly width: number;

  constructor(values: TypedArray, dtype: Tensor['dtype']) {
    if (!dtype.is_floating_point) {
      this.write = dtype === bool ? (value) => (value ? 'True' : 'False') : String;
      this.width = longest(values, this.write);
      return;
    }
    const numbers = (values as Float64Array).filter((x) => Number.isFinite(x) && x !== 0);
    const { precision } = style;
    const whole = numbers.every((x) => Number.isInteger(x));
    let least = Infinity;
    let most = 0;
    for (const x of numbers) {
      least = Math.min(least, Math.abs(x));
      most = Math.max(most, Math.abs(x));
    }
    const in_powers = numbers.length > 0 && (style.sci_mode ?? (most / least > 1000 || most > 1e8 || least < 1e-4));
    let finite: (x: number) => string;
    if (in_powers) finite = (x) => scientific(x, precision);
    else if (whole) finite = (x) => `${fixed(x, 0)}.`;
    else finite = (x) => fixed(x, precision);
    this.write = (x) => special(x as number) ?? finite(x as number);
    this.width = longest(numbers, this.write);
  }

  format(value: number | bigint): string {
    return this.write(value).padStart(this.width);
  }
}

function longest(values: Iterable<number | bigint>, write: (value: number | bigint) => string): number {
  let width = 1;
  for (const value of values) width = Math.max(width, write(value).length);
  return width;
}

const is_cut = (size: number, summarised: boolean): boolean => summarised && size > 2 * style.edgeitems;

/** The elements a summary shows: both ends of every long dimension. */
function shown_part(x: Tensor): Tensor {
  return no_grad(() =>
    x.shape.reduce((part, size, d) => {
      if (!is_cut(size, true)) return part;
      return cat([narrow(part, d, 0, style.edgeitems), narrow(part, d, size - style.edgeitems, style.edgeitems)], d);
    }, x),
  );
}

function contents(x: Tensor, indent: number): string {
  const summarised = x.count > style.threshold;
  const values = copied_values('toString', summarised ? shown_part(x) : x);
  const formatter = new Formatter(values, x.dtype);
  let at = 0;

  const vector = (size: number, from: number): string => {
    if (summarised && style.edgeitems === 0) return '[...]';
    const cut = is_cut(size, summarised);
    const items = Array.from({ length: cut ? 2 * style.edgeitems : size }, () => formatter.format(values[at++]));
    if (cut) items.splice(style.edgeitems, 0, ' ...');
    const per_line = Math.max(1, Math.floor((style.linewidth - from) / (formatter.width + 2)));
    const lines: string[] = [];
    for (let i = 0; i < items.length; i += per_line) lines.push(items.slice(i, i + per_line).join(', '));
    return `[${lines.join(`,\n${' '.repeat(from + 1)}`)}]`;
  };
  const block = (d: number, from: number): string => {
    const size = x.shape[d];
    if (d === x.ndim - 1) return vector(size, from);
    const cut = is_cut(size, summarised);
    const slices = Array.from({ length: cut ? 2 * style.edgeitems : size }, () => block(d + 1, from + 1));
    if (cut) slices.splice(style.edgeitems, 0, '...');
    return `[${slices.join(`,${'\n'.repeat(x.ndim - 1 - d)}${' '.repeat(from + 1)}`)}]`;
  };
  return x.ndim === 0 ? formatter.format(values[0]) : block(0, indent);
}

function size_text(shape: readonly number[]): string {
  return shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
}

/** What `toString()` gives for a tensor whose class does not say otherwise. */
function tensor_text(x: Tensor): string {
  const { name } = x.constructor;
  const prefix = name === 'Tensor' || name === 'Parameter' ? 'tensor(' : `${name}(`;
  if (x.storage.released) return `${prefix}disposed, shape=${shape_text(x.shape)})`;
  const suffixes: string[] = [];
  const usual = x.dtype === get_default_dtype();
  if (x.count === 0) {
    if (x.ndim !== 1) suffixes.push(`size=${size_text(x.shape)}`);
    if (!usual) suffixes.push(`dtype=${x.dtype}`);
  } else {
    if (style.edgeitems === 0) suffixes.push(`size=${size_text(x.shape)}`);
    if (!usual && x.dtype !== int64 && x.dtype !== bool) suffixes.push(`dtype=${x.dtype}`);
  }
  if (x.grad_fn !== null) suffixes.push(`grad_fn=<${x.grad_fn.name}>`);
  else if (x.requires_grad) suffixes.push('requires_grad=True');
  return with_suffixes(prefix + (x.count === 0 ? '[]' : contents(x, prefix.length)), suffixes, prefix.length);
}

function with_suffixes(text: string, suffixes: readonly string[], indent: number): string {
  // One more than its length, as PyTorch counts.
  let last = text.length - text.lastIndexOf('\n') + 1;
  for (const suffix of suffixes) {
    if (last + suffix.length + 2 > style.linewidth) {
      text += `,\n${' '.repeat(indent)}${suffix}`;
      last = indent + suffix.length;
    } else {
      text += `, ${suffix}`;
      last += suffix.length + 2;
    }
  }
  return `${text})`;
}

const inspect = Symbol.for('nodejs.util.inspect.custom');
const methods = {
  toString(this: Tensor): string {
    return tensor_text(this);
  },
  [inspect](this: Tensor): string {
    return this.toString();
  },
};
for (const key of ['toString', inspect] as const)
  Object.defineProperty(Tensor.prototype, key, {
    configurable: true,
    writable: true,
    value: methods[key as 'toString'],
  });
