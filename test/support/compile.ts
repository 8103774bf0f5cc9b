import * as ts from 'typescript';

/** A program of files of this repository, or of files that import `cresset`, under the settings that users have. */
export function compile(paths: readonly string[]): ts.Program {
  return ts.createProgram(paths, {
    target: ts.ScriptTarget.ES2023,
    lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts'],
    types: ['node', 'jest'],
    module: ts.ModuleKind.Node16,
    moduleResolution: ts.ModuleResolutionKind.Node16,
    esModuleInterop: true,
    strict: true,
    skipLibCheck: true,
    noEmit: true,
  });
}
