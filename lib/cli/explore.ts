import { once } from 'node:events';
import { fail } from '../errors';
import { explore, explore_page } from '../explore';
import { write_whole } from '../viz/write';
import { read_arguments } from './arguments';
import type { Command } from './command';

const OP = 'cresset explore';

const help = `
cresset explore [options]

Serves one page on this machine: activations and their derivatives, evaluated by the kernels as the sliders move, and a small
network that learns with them. Ctrl-C ends it.

  --port N     default: one that is free
  --out FILE   write the activations as one HTML file instead, which needs no server
`;

async function run(args: readonly string[]): Promise<void> {
  const { positionals, values } = read_arguments(OP, args, { port: 'text', out: 'text' });
  if (positionals.length > 0) fail(OP, `expected options only, got ${JSON.stringify(positionals[0])}`);
  const [port, out] = ['port', 'out'].map((name) => values.get(name)?.[0]);
  if (out === undefined) await serve(port);
  else if (port !== undefined) fail(OP, '--port serves the page and --out writes it; give one of them');
  else write(out);
}

function write(file: string): void {
  write_whole(OP, file, explore_page());
  console.log(`${file}: the activations in one page`);
}

async function serve(port = '0'): Promise<void> {
  if (!/^\d+$/.test(port) || Number(port) > 65_535)
    fail(OP, `expected --port to be a number from 0 to 65535, got ${JSON.stringify(port)}`);
  const explorer = await explore({ port: Number(port) });
  console.log(`${explorer.url}  (Ctrl-C ends it)`);
  await Promise.race(['SIGINT', 'SIGTERM', 'SIGHUP'].map((signal) => once(process, signal)));
  await explorer.close();
}

export const explore_command: Command = { help, run };
