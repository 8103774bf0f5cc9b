// Lets a child process or a worker run our TypeScript sources: `node -r test/support/register.js script.ts`. What was compiled is kept under build/, since
// the compiler would fill the heap of a child that watches its memory.
const { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } = require('node:fs');
const Module = require('node:module');
const { dirname, join, relative } = require('node:path');

const root = join(__dirname, '../..');

function compiled(fileName) {
  const kept = join(root, 'build/children', `${relative(root, fileName)}.${statSync(fileName).mtimeMs}.js`);
  try {
    return readFileSync(kept, 'utf8');
  } catch {
    const ts = require('typescript');
    const compilerOptions = {
      module: ts.ModuleKind.Node16,
      target: ts.ScriptTarget.ES2023,
      esModuleInterop: true,
      inlineSourceMap: true,
    };
    const { outputText } = ts.transpileModule(readFileSync(fileName, 'utf8'), { compilerOptions, fileName });
    mkdirSync(dirname(kept), { recursive: true });
    writeFileSync(`${kept}.${process.pid}`, outputText);
    renameSync(`${kept}.${process.pid}`, kept);
    return outputText;
  }
}

require.extensions['.ts'] = (module, fileName) => module._compile(compiled(fileName), fileName);

const resolve = Module._resolveFilename;
Module._resolveFilename = function (request, ...rest) {
  const ours = /^cresset(?:\/(.+))?$/.exec(request);
  return ours === null ? resolve.call(this, request, ...rest) : join(root, 'lib', `${ours[1] ?? 'index'}.ts`);
};
