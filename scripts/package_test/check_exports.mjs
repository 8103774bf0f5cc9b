// npm run check:exports: publint and @arethetypeswrong/cli on the tarball, as its users' compilers and bundlers see it.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fetch_tools, must, root, workspace } from './tools.mjs';

const tools = fetch_tools('lint', ['publint@0.3', '@arethetypeswrong/cli@0.18']);
const [{ filename }] = JSON.parse(must(root, 'npm', ['pack', '--json', '--pack-destination', workspace]).stdout);
const tarball = join(workspace, filename);
const run = (script, ...args) =>
  console.log(must(root, process.execPath, [join(tools, script), ...args]).stdout.trim());
run('publint/src/cli.js', 'run', tarball, '--strict');
// node10 knows no `exports`: there the subpaths are out of reach, and Node itself is older than ours.
run('@arethetypeswrong/cli/dist/index.js', tarball, '--profile', 'node16');
rmSync(tarball);
