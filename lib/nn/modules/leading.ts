import { is_options } from '../../arguments';

/**
 * The arguments that a constructor cannot do without, by place or by name, and what is given besides: `Linear(2, 3)`,
 * `Linear(2, { out_features: 3 })`, `Linear({ in_features: 2, out_features: 3 })`. Their values are not judged yet.
 */
export function leading<T extends readonly unknown[]>(
  given: readonly unknown[],
  names: { readonly [K in keyof T]: string },
): { required: T; rest: readonly unknown[] } {
  const required = given.slice(0, names.length);
  const last = required[required.length - 1];
  if (given.length > names.length || !is_options(last))
    return { required: required as unknown as T, rest: given.slice(names.length) };
  required.pop();
  const options: Record<string, unknown> = { ...last };
  for (const name of names.slice(required.length)) {
    required.push(options[name]);
    delete options[name];
  }
  return { required: required as unknown as T, rest: [options] };
}
