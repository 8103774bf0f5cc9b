import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { misspelled } from '../errors';
import { root } from '../native/machine';
import { commands } from './commands';

/** Runs a command line without `node` and `cresset`; returns the exit code: 0, or 2 where something was wrong. */
export async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    console.log(usage());
    return name === undefined ? 2 : 0;
  }
  if (name === '--version') {
    console.log(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version);
    return 0;
  }
  try {
    if (!Object.hasOwn(commands, name))
      throw new Error(`cresset: ${misspelled('command', name, Object.keys(commands))}`);
    const command = await commands[name].load();
    if (rest.includes('--help') || rest.includes('-h')) {
      console.log(command.help.trim());
      return 0;
    }
    return (await command.run(rest)) ?? 0;
  } catch (error) {
    const { message, stack } = error as Error;
    console.error(process.env.DEBUG ? stack : message);
    return 2;
  }
}

function usage(): string {
  const width = Math.max(...Object.keys(commands).map((name) => name.length));
  const lines = Object.entries(commands).map(([name, { summary }]) => `  cresset ${name.padEnd(width)}  ${summary}`);
  return [
    'cresset: neural networks in Node.js',
    '',
    ...lines,
    '',
    'cresset COMMAND --help tells what a command takes; cresset --version which cresset this is.',
  ].join('\n');
}
