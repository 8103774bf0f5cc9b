import { type ParseArgsConfig, parseArgs } from 'node:util';

/** Command-line options of an example: name → default. Numbers must be numbers; `--help` lists them. */
export function read_options<T extends Record<string, number | string>>(program: string, defaults: T): T {
  const options: NonNullable<ParseArgsConfig['options']> = { help: { type: 'boolean' } };
  for (const name of Object.keys(defaults)) options[name] = { type: 'string' };
  try {
    const { values } = parseArgs({ options });
    if (values.help) {
      console.log(
        `${program}\n${Object.entries(defaults)
          .map(([name, value]) => `  --${name} ${value}`)
          .join('\n')}`,
      );
      process.exit(0);
    }
    const result: Record<string, number | string> = { ...defaults };
    for (const [name, given] of Object.entries(values))
      result[name] = typeof defaults[name] === 'number' ? to_number(name, String(given)) : String(given);
    return result as T;
  } catch (error) {
    console.error(`${program}: ${(error as Error).message}`);
    process.exit(2);
  }
}

function to_number(name: string, text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value))
    throw new Error(`expected --${name} to be a number, got ${JSON.stringify(text)}`);
  return value;
}

/** Runs an example; an error becomes one line and exit code 1. */
export function main(program: string, body: () => void | Promise<void>): void {
  Promise.resolve()
    .then(body)
    .catch((error: Error) => {
      console.error(process.env.DEBUG === undefined ? `${program}: ${error.message}` : error);
      process.exitCode = 1;
    });
}
