// npm run test:package: packs, and installs the tarball into empty folders as strangers do, with nothing on the PATH but
// node, the package manager and sh. No compiler is there to hide a missing binary, no line of output may warn. Linux x64
// and arm64: the Node versions and package managers come as npm packages.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { files, runs } from './consumer.mjs';
import { fetch_tools, must, Report, root, workspace } from './tools.mjs';

const node_versions = ['20', '22', '24', '26'];
const managers = {
  'npm 11': { script: 'npm11/bin/npm-cli.js', install: ['install', '--no-audit', '--no-fund'] },
  'npm 11 --ignore-scripts': {
    script: 'npm11/bin/npm-cli.js',
    install: ['install', '--no-audit', '--no-fund', '--ignore-scripts'],
  },
  'npm 12': { script: 'npm12/bin/npm-cli.js', install: ['install', '--no-audit', '--no-fund'] },
  pnpm: { script: 'pnpm/bin/pnpm.cjs', install: ['add'] },
  yarn: { script: 'yarn/bin/yarn.js', install: ['add', '--no-progress'] },
};
// Yarn 1 says so of every project without a licence field, and pnpm of its own newer versions.
const harmless = /No license field|Update available/;
const complaint = /\bwarn|deprecat|blocked|ignored build|allow-scripts|approve/i;

const report = new Report();
const tools = fetch_tools('tools', [
  ...node_versions.map((version) => `node${version}@npm:node-linux-${process.arch}@${version}`),
  ...['npm11@npm:npm@11', 'npm12@npm:npm@12', 'pnpm@10', 'yarn@1', 'vitest@3'],
]);
const tarball = pack();
for (const manager of Object.keys(managers)) prove_manager(manager);
for (const version of node_versions) prove_node(version);
report.end();

function pack() {
  const [packed] = JSON.parse(must(root, 'npm', ['pack', '--json', '--pack-destination', workspace]).stdout);
  return join(workspace, packed.filename);
}

/** One installation by `manager` under Node 24, then a program that uses it. */
function prove_manager(manager) {
  const folder = install(manager, '24');
  if (folder) try_run(`${manager}, CommonJS`, folder, '24', ['train.cjs'], 'trained');
  if (folder) try_run(`${manager}, ESM`, folder, '24', ['train.mjs'], 'trained');
}

function prove_node(version) {
  const folder = install('npm 11', version);
  if (!folder) return;
  const exact = JSON.parse(readFileSync(join(tools, `node${version}/package.json`), 'utf8')).version;
  for (const { name, args, says, stderr } of runs(exact, tool))
    try_run(`Node ${exact}, ${name}`, folder, version, args, says, stderr);
}

function install(manager, version) {
  const { script, install: command } = managers[manager];
  const folder = join(workspace, 'consumers', `${manager.replace(/\W+/g, '_')}_node${version}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, 'home'), { recursive: true });
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
  const { status, output } = alone(folder, version, [tool(script), ...command, tarball]);
  return note(`${manager} installs under Node ${version}`, status === 0, output) ? folder : undefined;
}

function try_run(name, folder, version, args, says, whole_output = false) {
  const { status, stdout, output } = alone(folder, version, args);
  note(name, status === 0 && (whole_output ? output : stdout).includes(says), output);
}

/** Runs node on `args` where nothing else can be found. */
function alone(cwd, version, args) {
  const bin = join(cwd, 'home/bin');
  const node = join(tools, `node${version}/bin/node`);
  mkdirSync(bin, { recursive: true });
  for (const [name, target] of [
    ['node', node],
    ['sh', '/bin/sh'],
  ])
    link(target, join(bin, name));
  const env = { PATH: bin, HOME: join(cwd, 'home'), CI: 'true', NO_COLOR: '1', NO_UPDATE_NOTIFIER: '1' };
  for (const name of Object.keys(process.env).filter((key) =>
    /^(npm_config_(registry|cafile)|NODE_EXTRA_CA_CERTS|https?_proxy)$/i.test(key),
  ))
    env[name] = process.env[name];
  const { status, stdout, stderr } = spawnSync(node, args, { cwd, env, encoding: 'utf8', timeout: 120_000 });
  return { status, stdout, output: `${stdout}${stderr}` };
}

function link(target, path) {
  rmSync(path, { force: true });
  symlinkSync(target, path);
}

function note(name, worked, output) {
  const lines = output.split('\n').filter((line) => complaint.test(line) && !harmless.test(line));
  const good = worked && lines.length === 0;
  if (good) report.pass(name);
  else report.fail(`${name}${lines.length > 0 ? ': it warns' : ''}`, output);
  return good;
}

function tool(script) {
  const [name] = script.split('/');
  return join(['typescript', 'jest'].includes(name) ? join(root, 'node_modules') : tools, script);
}
