// npm run prebuilds [-- PLATFORM...]: the addon for every platform of platforms.mjs, from this machine, into
// prebuilds/PLATFORM. The same sources give the same bytes, wherever the checkout lies; prebuilds/SHA256SUMS says which.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { setPriority } from 'node:os';
import { dirname, join } from 'node:path';
import { platforms } from './platforms.mjs';
import { sources_hash, stamp as stamp_addon, write_sums } from './prebuilt.mjs';
import { find_zig } from './zig.mjs';

const require = createRequire(import.meta.url);
const { root, flags, sources, include_dirs, link } = require('./native_settings.cjs');
const jobs = Number(process.env.CRESSET_JOBS ?? 2);

const names = process.argv.slice(2);
const unknown = names.filter((name) => !(name in platforms));
if (unknown.length > 0) fail(`unknown platform ${unknown.join(', ')}; there are ${Object.keys(platforms).join(', ')}`);
const zig = find_zig();
const launcher = zig_launcher();
for (const name of names.length > 0 ? names : Object.keys(platforms)) await build(name);
write_sums();

async function build(name) {
  const { system, target } = platforms[name];
  const folder = join(root, 'build/prebuild', name);
  const hash = sources_hash();
  const compile = [
    ...['c++', '-target', target, ...flags.compile, ...flags.compile_prebuilt, `-ffile-prefix-map=${root}=.`],
    ...flags.defines.map((define) => `-D${define}`),
    ...include_dirs.map((directory) => `-I${directory}`),
  ];
  const hot = hot_sources();
  const stamp = JSON.stringify([zig.version, compile, [...hot]]);
  const same_flags = existsSync(join(folder, 'stamp')) && readFileSync(join(folder, 'stamp'), 'utf8') === stamp;
  if (!same_flags) rmSync(folder, { recursive: true, force: true });
  const objects = sources.map((source) => join(folder, `${source}.o`));
  for (const object of objects) mkdirSync(dirname(object), { recursive: true });
  writeFileSync(join(folder, 'stamp'), stamp);

  const headers_time = newest(join(root, 'native'), /\.(h|inc)$/);
  const waiting = sources
    .map((source, i) => ({ source, object: objects[i] }))
    .filter(({ source, object }) => time(object) < Math.max(time(join(root, source)), headers_time));
  const compile_next = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift())
      await run_zig([...compile, ...(hot.get(next.source) ?? []), '-c', next.source, '-o', next.object]);
  };
  await Promise.all(Array.from({ length: jobs }, compile_next));

  const output = join(root, 'prebuilds', name, 'cresset.node');
  mkdirSync(dirname(output), { recursive: true });
  const imports = system === 'win' ? [await node_import_library(folder)] : [];
  const undefined_symbols = system === 'mac' ? ['-undefined', 'dynamic_lookup'] : [];
  // A shared object's name ends in .node, and the linkers leave files of their own beside it.
  const linked = join(folder, 'cresset.node');
  // -Os is for the libraries that zig brings along.
  const order = ['c++', '-target', target, '-shared', '-s', '-Os', '-o', linked, ...objects, ...imports];
  await run_zig([...order, ...link(system), ...undefined_symbols]);
  writeFileSync(output, readFileSync(linked));
  stamp_addon(name, hash);
  console.log(`${name}: ${(statSync(output).size / 1e6).toFixed(2)} MB`);
}

/** Kernels that are slow when built for size, and their flags. */
function hot_sources() {
  const hot = new Map(
    flags.compile_prebuilt_hot.flatMap((group) => group.sources.map((source) => [`native/${source}`, group.flags])),
  );
  for (const source of hot.keys())
    if (!sources.includes(source)) fail(`native/flags.json names ${source}: no such source`);
  return hot;
}

/** What the linker needs to know about node.exe: the names of Node-API. */
async function node_import_library(folder) {
  const { def_paths } = require('node-api-headers');
  const symbols = Object.values(def_paths).flatMap((file) => readFileSync(file, 'utf8').split('\n').slice(2));
  const definition = join(folder, 'node.def');
  writeFileSync(definition, `NAME NODE.EXE\nEXPORTS\n${symbols.filter(Boolean).join('\n')}\n`);
  const library = join(folder, 'node.lib');
  await run_zig(['dlltool', '-m', 'i386:x86-64', '-d', definition, '-l', library]);
  return library;
}

function run_zig(args) {
  return new Promise((done) => {
    const child = spawn(launcher[0], [...launcher.slice(1), ...args], { cwd: root, stdio: 'inherit' });
    setPriority(child.pid, 5);
    child.on('exit', (status) => (status === 0 ? done() : fail(`zig ${args.join(' ')} failed`)));
  });
}

/** Not through Python at every call, where that is where zig came from. */
function zig_launcher() {
  if (zig.command.length === 1) return zig.command;
  const [python] = zig.command;
  const print = 'import os, ziglang; print(os.path.join(os.path.dirname(ziglang.__file__), "zig"))';
  return [spawnSync(python, ['-c', print], { encoding: 'utf8' }).stdout.trim()];
}

function time(file) {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function newest(folder, pattern) {
  const files = readdirSync(folder, { recursive: true }).filter((file) => pattern.test(file));
  return Math.max(...files.map((file) => time(join(folder, file))));
}

function fail(message) {
  console.error(`prebuilds: ${message}`);
  process.exit(1);
}
