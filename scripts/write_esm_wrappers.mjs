// Writes dist/NAME.mjs and dist/NAME.d.mts for every entry of package.json's exports. They re-export the CommonJS
// module, so that `import` and `require` share one native state.
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import ts from 'typescript';

const root = resolve(import.meta.dirname, '..');
const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const entries = Object.values(exports).flatMap((entry) => (entry.import ? [entry] : []));
const time = (file) => statSync(join(root, file), { throwIfNoEntry: false })?.mtimeMs ?? 0;

const isCurrent = ({ import: esm }) =>
  time(esm.default) >=
  Math.max(time('dist/.tsbuildinfo'), time('package.json'), time('scripts/write_esm_wrappers.mjs'));
if (!entries.every(isCurrent)) writeWrappers();

function writeWrappers() {
  const declarations = entries.map(({ require: cjs }) => join(root, cjs.types));
  const program = ts.createProgram(declarations, { module: ts.ModuleKind.Node16, types: ['node'] });
  entries.forEach((entry, i) => {
    const source = `./${entry.require.default.split('/').pop()}`;
    const names = valueExports(program, declarations[i]);
    // Renamed on the way, because an exported name may be a reserved word (`var`).
    const bindings = names.map((name) => `  ${name}: $${name},`).join('\n');
    const exported = names.map((name) => `  $${name} as ${name},`).join('\n');
    const code = `import cjs from '${source}';\nconst {\n${bindings}\n} = cjs;\nexport {\n${exported}\n};\nexport default cjs;\n`;
    const types = `import * as cjs from '${source}';\nexport * from '${source}';\nexport default cjs;\n`;
    writeFileSync(join(root, entry.import.default), code);
    writeFileSync(join(root, entry.import.types), types);
  });
}

function valueExports(program, file) {
  const checker = program.getTypeChecker();
  const module = checker.getSymbolAtLocation(program.getSourceFile(file));
  const isValue = (symbol) => {
    const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
    return (target.flags & ts.SymbolFlags.Value) !== 0;
  };
  return checker
    .getExportsOfModule(module)
    .filter((symbol) => isValue(symbol) && symbol.name !== 'default')
    .map((symbol) => symbol.name)
    .sort();
}
