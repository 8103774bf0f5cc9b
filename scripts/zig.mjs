// Finds zig, whose compiler builds for every platform from one machine: CRESSET_ZIG, `zig`, or the PyPI package ziglang.
import { spawnSync } from 'node:child_process';

const way_out =
  'install zig, or `python3 -m pip install ziglang` (into a virtual environment, named by CRESSET_ZIG="VENV/bin/python -m ziglang")';

/** The command as a list of words, and its version. */
export function find_zig() {
  const named = process.env.CRESSET_ZIG;
  const candidates = named ? [named.split(' ')] : [['zig'], ['python3', '-m', 'ziglang']];
  for (const command of candidates) {
    const { status, stdout } = spawnSync(command[0], [...command.slice(1), 'version'], { encoding: 'utf8' });
    if (status === 0) return { command, version: stdout.trim() };
  }
  throw new Error(`no zig found (tried ${candidates.map((words) => `\`${words.join(' ')}\``).join(', ')}); ${way_out}`);
}
