/** How an error names a value it received: `"0.1" (string)`, `[1, 2] (Array)`, `Tensor float32 [2, 3]`. */
export function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === 'string') return `${JSON.stringify(value)} (string)`;
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'function') return `${value.name || 'anonymous'} (function)`;
  if (typeof value !== 'object') return String(value);
  if (Array.isArray(value)) {
    const text = JSON.stringify(value, (_, v) => (typeof v === 'bigint' ? `${v}n` : v)) ?? '[…]';
    return `${text.length > 60 ? `${text.slice(0, 57)}…]` : text} (Array)`;
  }
  if ('shape' in value && 'dtype' in value) return `Tensor ${value.dtype} ${shape_text(value.shape as number[])}`;
  return `an object of class ${value.constructor?.name ?? 'null'}`;
}

export function shape_text(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`;
}

/** `1.5 GiB` */
export function bytes_text(bytes: number): string {
  const unit = bytes < 1024 ? 0 : Math.min(5, Math.floor(Math.log2(bytes) / 10));
  return `${unit === 0 ? bytes : (bytes / 1024 ** unit).toFixed(1)} ${['bytes', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'][unit]}`;
}

/** The one form of every error: `op: rule`. */
export function fail(op: string, rule: string): never {
  throw new Error(`${op}: ${rule}`);
}

export function fail_type(op: string, name: string, expected: string, received: unknown): never {
  throw new TypeError(`${op}: expected ${name} to be ${expected}, got ${describe(received)}`);
}

export function fail_range(op: string, rule: string): never {
  throw new RangeError(`${op}: ${rule}`);
}

export function check_number(op: string, name: string, value: unknown): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  return fail_type(op, name, 'a number', value);
}

export function check_integer(op: string, name: string, value: unknown, low = -Infinity, high = Infinity): number {
  if (typeof value !== 'number' || !Number.isInteger(value)) return fail_type(op, name, 'an integer', value);
  if (value < low || value > high) {
    const bound = high === Infinity ? `at least ${low}` : `between ${low} and ${high}`;
    throw new RangeError(`${op}: expected ${name} to be ${bound}, got ${value}`);
  }
  return value;
}

export function check_boolean(op: string, name: string, value: unknown): boolean {
  return typeof value === 'boolean' ? value : fail_type(op, name, 'a boolean', value);
}

/** A user's options object: no unknown names, `undefined` values fall back to the defaults. */
export function check_options<T extends object>(op: string, given: unknown, defaults: T): T {
  if (given === undefined || given === null) return { ...defaults };
  if (typeof given !== 'object' || Array.isArray(given)) return fail_type(op, 'options', 'an object', given);
  const result = { ...defaults };
  for (const [key, value] of Object.entries(given)) {
    if (!(key in defaults)) throw new TypeError(`${op}: ${misspelled('option', key, Object.keys(defaults))}`);
    if (value !== undefined) (result as Record<string, unknown>)[key] = value;
  }
  return result;
}

/** `Misspelled option "slop": did you mean "slope"? (options: slope, inplace)` */
export function misspelled(kind: string, name: string, known: readonly string[]): string {
  const best = nearest(name, known);
  const hint = best === undefined ? '' : `: did you mean "${best}"?`;
  return `Misspelled ${kind} ${JSON.stringify(name)}${hint} (known: ${known.join(', ')})`;
}

export function nearest(name: string, known: readonly string[]): string | undefined {
  let best: string | undefined;
  let least = Math.max(2, Math.ceil(name.length / 2)) + 1;
  for (const candidate of known) {
    const distance = edit_distance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < least) {
      least = distance;
      best = candidate;
    }
  }
  return best;
}

function edit_distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
    row = next;
  }
  return row[b.length];
}
