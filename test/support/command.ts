import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** Runs `cresset` as it is built, in a process of its own. */

const script = join(__dirname, '../../dist/cli.js');

export function command(...args: string[]): ChildProcess {
  return spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Waits for its end: the exit code, and all that it printed meanwhile. */
export async function end_of(child: ChildProcess): Promise<{ code: number | null; said: string }> {
  let said = '';
  for (const stream of [child.stdout!, child.stderr!])
    stream.setEncoding('utf8').on('data', (part: string) => {
      said += part;
    });
  const [code] = await once(child, 'close');
  return { code, said };
}
