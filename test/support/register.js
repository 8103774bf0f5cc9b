// Lets a child process or a worker run our TypeScript sources: `node -r test/support/register.js script.ts`.
const { readFileSync } = require('node:fs');
const Module = require('node:module');
const { join } = require('node:path');
const ts = require('typescript');

const root = join(__dirname, '../..');
const compilerOptions = {
  module: ts.ModuleKind.CommonJS,
  target: ts.ScriptTarget.ES2023,
  esModuleInterop: true,
  inlineSourceMap: true,
};

require.extensions['.ts'] = (module, fileName) => {
  const { outputText } = ts.transpileModule(readFileSync(fileName, 'utf8'), { compilerOptions, fileName });
  module._compile(outputText, fileName);
};

const resolve = Module._resolveFilename;
Module._resolveFilename = function (request, ...rest) {
  const ours = /^cresset(?:\/(.+))?$/.exec(request);
  return ours === null ? resolve.call(this, request, ...rest) : join(root, 'lib', `${ours[1] ?? 'index'}.ts`);
};
