import { spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fail } from '../errors';
import { root } from '../native/machine';
import { read_arguments } from './arguments';
import type { Command } from './command';
import { check_compiler } from './compiler';

const OP = 'cresset build';

const help = `
cresset build [--with node-gyp|cmake-js] [--keep]

Builds the addon for this machine from the sources in the package, where no prebuilt one will do. It goes to build/Release of the
package's folder, where cresset looks first. Nothing is downloaded: the headers are in the package. Needs a C++17 compiler that
knows GNU's vector attributes (g++ 9, clang 10, on Windows clang-cl, or newer; CXX names one), and a build tool:

  node-gyp   npm brings it; needs python3 and make (on Windows Visual Studio)
  cmake-js   where it is installed in your project; needs cmake

  --keep     leaves build/source, where it was built
`;

const tools = { 'node-gyp': 'node-gyp/bin/node-gyp.js', 'cmake-js': 'cmake-js/bin/cmake-js' } as const;
type Tool = keyof typeof tools;

function run(args: readonly string[]): void {
  const given = read_arguments(OP, args, { with: 'text', keep: 'flag' });
  const wanted = given.values.get('with')?.[0];
  if (wanted !== undefined && !Object.hasOwn(tools, wanted))
    fail(OP, `expected --with to be node-gyp or cmake-js, got ${JSON.stringify(wanted)}`);
  if (!existsSync(join(root, 'dist/source')))
    fail(OP, 'this is a checkout, not an installed package; run `npm run build:native`');
  check_compiler(OP);
  const { tool, script } = find_tool(wanted as Tool | undefined);
  const work = lay_out();
  const command = tool === 'node-gyp' ? node_gyp_arguments(work) : ['rebuild'];
  console.log(`${OP}: with ${tool}, in ${work}`);
  const { status } = spawnSync(process.execPath, [script, ...command], { cwd: work, stdio: 'inherit' });
  if (status !== 0) fail(OP, `${tool} failed; what it said stands above`);
  const target = join(root, 'build/Release/cresset.node');
  mkdirSync(dirname(target), { recursive: true });
  copyFileSync(join(work, 'build/Release/cresset.node'), target);
  if (!given.flags.has('keep')) rmSync(work, { recursive: true });
  console.log(`${OP}: ${target}`);
}

function find_tool(wanted: Tool | undefined): { tool: Tool; script: string } {
  for (const tool of wanted ? [wanted] : (Object.keys(tools) as Tool[])) {
    for (const place of places()) {
      try {
        return { tool, script: createRequire(place).resolve(tools[tool]) };
      } catch {
        // Not there.
      }
    }
  }
  return fail(OP, `found no ${wanted ?? 'node-gyp or cmake-js'}; install it in your project`);
}

/** The project of the user, and npm, which carries node-gyp. */
function places(): string[] {
  const npm = [
    process.env.npm_execpath,
    join(dirname(process.execPath), '../lib/node_modules/npm/bin/npm-cli.js'),
    join(dirname(process.execPath), 'node_modules/npm/bin/npm-cli.js'),
  ];
  return [
    join(process.cwd(), 'package.json'),
    ...npm.filter((file) => file !== undefined && existsSync(file)),
  ] as string[];
}

/** The layout of a checkout, as far as a build needs it; the package's own folder holds no binding.gyp, or npm would run it. */
function lay_out(): string {
  const work = join(root, 'build/source');
  rmSync(work, { recursive: true, force: true });
  cpSync(join(root, 'dist/source'), work, { recursive: true });
  cpSync(join(root, 'native'), join(work, 'native'), { recursive: true });
  writeFileSync(join(work, 'package.json'), '{ "name": "cresset", "binary": { "napi_versions": [9] } }\n');
  return work;
}

function node_gyp_arguments(work: string): string[] {
  const args = ['rebuild', '--loglevel=error', '--jobs=max'];
  // On Windows node-gyp also wants Node's import library, which it keeps with the headers it has fetched.
  return process.platform === 'win32'
    ? args
    : [...args, `--nodedir=${join(work, 'scripts')}`, '--force-process-config'];
}

export const build: Command = { help, run };
