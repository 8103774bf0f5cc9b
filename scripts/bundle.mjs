// Bundles lib into dist: one file an entry of package.json's exports and bin and what they share in dist/chunks, because
// a hundred small files take twice as long to require. Beside each NAME.js lies a NAME.mjs that re-exports it, so that
// `import` and `require` share one native state. The types are tsc's.
import { chmodSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { rolldown } from 'rolldown';
import ts from 'typescript';

const root = resolve(import.meta.dirname, '..');
const { exports, bin } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const entries = Object.values(exports).flatMap((entry) => (entry.import ? [entry] : []));
const commands = Object.values(bin);
const name_of = (file) => basename(file, '.js');
const time = (file) => statSync(join(root, file), { throwIfNoEntry: false })?.mtimeMs ?? 0;

const page = join(root, 'lib/explore/page');
const page_time = Math.max(
  ...readdirSync(page, { recursive: true }).map((name) => time(join('lib/explore/page', name))),
);

const is_current = ({ import: esm, require: cjs }) =>
  Math.min(time(esm.default), time(cjs.default)) >=
  Math.max(time('dist/types/.tsbuildinfo'), time('package.json'), time('scripts/bundle.mjs'), page_time);
const exists = (file) => time(file) > 0;
if (!entries.every(is_current) || !commands.every(exists)) {
  await bundle();
  await bundle_page();
  write_esm_wrappers();
}

/** An operation's record says how it is tested; users need not load that. Blanks keep the lines of the source map. */
function without_test_data(code) {
  const blank = ({ pos, end }) => {
    const to = code[end] === ',' ? end + 1 : end;
    code = code.slice(0, pos) + code.slice(pos, to).replace(/[^\n]/g, ' ') + code.slice(to);
  };
  const visit = (node) => {
    if (ts.isPropertyAssignment(node) && /^(samples|errors|reference)$/.test(node.name.text)) blank(node);
    else ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('', code, ts.ScriptTarget.Latest));
  return { code, map: null, moduleType: 'ts' };
}

/** Rolldown takes a file without exports for CommonJS, and wraps it and all that it imports. */
function as_module(code, id) {
  if (/^export (let|var) /m.test(code))
    throw new Error(`bundle: ${id} exports a binding that can change; see exports_at_once`);
  return { code: `${code}\nexport {};\n`, map: null, moduleType: 'ts' };
}

/**
 * Rolldown exports each name by itself and by a getter, for bindings that change. lib exports none, and all in one literal takes a tenth off
 * `require('cresset')`. They are the last lines, so the source map stays right.
 */
function exports_at_once(code) {
  const names = [];
  const collect = (_, name, value) => names.push(`\t${name}: ${value},\n`) && '';
  const rest = code
    .replace(
      /^Object\.defineProperty\(exports, "([\w$]+)", \{\s*enumerable: true,\s*get: function ?\(\) \{\s*return ([\w.$]+);\s*\}\s*\}\);\n?/gm,
      collect,
    )
    .replace(/^exports\.([\w$]+) = ([\w.$]+);\n?/gm, collect);
  const [other] = rest.match(/^(exports\.|Object\.defineProperty\(exports, ").*/m) ?? [];
  if (other !== undefined) throw new Error(`bundle: an export of another form: ${other}`);
  if (names.length === 0) return null;
  return { code: `${rest.trimEnd()}\nObject.assign(exports, {\n${names.join('')}});\n`, map: null };
}

async function bundle() {
  const name = ({ require: cjs }) => name_of(cjs.default);
  const build = await rolldown({
    input: {
      ...Object.fromEntries(entries.map((entry) => [name(entry), join(root, 'lib', `${name(entry)}.ts`)])),
      ...Object.fromEntries(commands.map((file) => [name_of(file), join(root, 'lib', `${name_of(file)}.ts`)])),
      'chunks/data_worker': join(root, 'lib/utils/data/worker/main.ts'),
      'chunks/explore_worker': join(root, 'lib/explore/training/worker.ts'),
      // For the scripts that pack.
      'chunks/platform': join(root, 'lib/native/machine.ts'),
    },
    platform: 'node',
    // Imports at run time name their file as it will be.
    resolve: { extensionAlias: { '.js': ['.ts'] } },
    external: /^[^./]/,
    plugins: [
      { name: 'records', transform: { filter: { id: /lib\/ops\/.*\.ts$/ }, handler: without_test_data } },
      { name: 'modules', transform: { filter: { id: /lib\/.*\.ts$/ }, handler: as_module } },
      { name: 'exports', renderChunk: exports_at_once },
    ],
    cwd: root,
  });
  rmSync(join(root, 'dist/chunks'), { recursive: true, force: true });
  await build.write({
    dir: join(root, 'dist'),
    format: 'cjs',
    chunkFileNames: 'chunks/[name].js',
    sourcemap: true,
    comments: false,
    externalLiveBindings: false,
  });
  await build.close();
  for (const file of commands) chmodSync(join(root, file), 0o755);
}

/** The page of `cresset explore`: style and script inside one HTML file. */
async function bundle_page() {
  const build = await rolldown({ input: join(page, 'main.ts'), platform: 'browser', cwd: root });
  const { output } = await build.generate({ format: 'iife', minify: true, comments: false });
  await build.close();
  const read = (name) => readFileSync(join(page, name), 'utf8');
  const source = read('index.html');
  const styles = [...source.matchAll(/<link rel="stylesheet" href="(.*)">\n/g)];
  const style = styles.map(([, name]) => read(name)).join('');
  const html = styles
    .reduce((text, [link]) => text.replace(link, ''), source)
    .replace('</head>', () => `<style>${style}</style>\n</head>`)
    .replace('<script src="main.ts"></script>', () => `<script>${output[0].code}</script>`);
  writeFileSync(join(root, 'dist/chunks/explore_page.html'), html);
}

function write_esm_wrappers() {
  const declarations = entries.map(({ require: cjs }) => join(root, cjs.types));
  const program = ts.createProgram(declarations, { module: ts.ModuleKind.Node16, types: ['node'] });
  entries.forEach((entry, i) => {
    const source = `./${entry.require.default.split('/').pop()}`;
    const names = value_exports(program, declarations[i]);
    // Renamed on the way, because an exported name may be a reserved word (`var`).
    const bindings = names.map((name) => `  ${name}: $${name},`).join('\n');
    const exported = names.map((name) => `  $${name} as ${name},`).join('\n');
    const code = `import cjs from '${source}';\nconst {\n${bindings}\n} = cjs;\nexport {\n${exported}\n};\nexport default cjs;\n`;
    const types = `import * as cjs from '${source}';\nexport * from '${source}';\nexport default cjs;\n`;
    writeFileSync(join(root, entry.import.default), code);
    writeFileSync(join(root, entry.import.types), types);
  });
}

function value_exports(program, file) {
  const checker = program.getTypeChecker();
  const module = checker.getSymbolAtLocation(program.getSourceFile(file));
  const is_value = (symbol) => {
    const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
    return (target.flags & ts.SymbolFlags.Value) !== 0;
  };
  return checker
    .getExportsOfModule(module)
    .filter((symbol) => is_value(symbol) && symbol.name !== 'default')
    .map((symbol) => symbol.name)
    .sort();
}
