import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { format } from 'node:util';
import * as torch from 'cresset';
import { expect } from 'expect';
import * as ts from 'typescript';
import { compile } from '../support/compile';
import { type Example, mismatch, program_of, read_examples } from '../support/doc_examples';

/**
 * Compiles every example of the documentation under `strict`, runs it, and prints what is wrong as JSON. With an argument only those of files whose
 * name contains it: `node -r ./test/support/register.js test/children/doc_examples.ts docs/quick-start`.
 */

interface Outcome {
  examples: number;
  compared: number;
  problems: string[];
}

const outcome: Outcome = { examples: 0, compared: 0, problems: [] };

function complain({ file, line }: Example, offset: number, what: string): void {
  outcome.problems.push(`${file}:${line + offset}: ${what}`);
}

// --- Types: against the declarations that users get -----------------------------------------------

const home = join(__dirname, '../../build/doc_examples');

function check_types(examples: readonly Example[]): void {
  rmSync(home, { recursive: true, force: true });
  mkdirSync(home, { recursive: true });
  const paths = examples.map((example, i) => {
    const path = join(home, `${i}.ts`);
    writeFileSync(path, program_of(example, false));
    return path;
  });
  const program = compile(paths);
  for (const [i, path] of paths.entries()) {
    const source = program.getSourceFile(path)!;
    for (const { start, messageText } of [
      ...program.getSyntacticDiagnostics(source),
      ...program.getSemanticDiagnostics(source),
    ])
      complain(
        examples[i],
        source.getLineAndCharacterOfPosition(start!).line,
        ts.flattenDiagnosticMessageText(messageText, ' '),
      );
  }
}

// --- Values ---------------------------------------------------------------------------------------

const load = createRequire(__filename);
const loud = console.log;

/** What the examples of cresset/jest need. */
Object.assign(globalThis, { expect, test: (_name: string, body: () => void) => body() });

async function run(example: Example): Promise<void> {
  const compare = (line: number, problem: string | null): void => {
    outcome.compared++;
    if (problem !== null) complain(example, line, problem);
  };
  const check_value = (line: number, wanted: string, actual: unknown): void => compare(line, mismatch(actual, wanted));
  const check_printed = (line: number, wanted: string, ...printed: unknown[]): void => {
    const text = format(...printed);
    compare(line, text === wanted ? null : `printed ${text}, the comment says ${wanted}`);
  };
  const { outputText } = ts.transpileModule(program_of(example, true), {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2023, esModuleInterop: true },
  });
  torch.manual_seed(0);
  console.log = () => {};
  try {
    const body = new Function('require', 'exports', '__value', '__printed', `return (async () => {${outputText}\n})()`);
    await body(load, {}, check_value, check_printed);
  } catch (error) {
    complain(example, 0, error instanceof Error ? error.message : String(error));
  } finally {
    console.log = loud;
  }
}

async function main(): Promise<void> {
  const wanted = process.argv[2] ?? '';
  const examples = read_examples().filter(({ file }) => file.includes(wanted));
  outcome.examples = examples.length;
  check_types(examples);
  const scratch = mkdtempSync(join(tmpdir(), 'cresset-doc-examples-'));
  process.chdir(scratch);
  for (const example of examples) await run(example);
  process.chdir(home);
  rmSync(scratch, { recursive: true, force: true });
  console.log(JSON.stringify(outcome));
}

main();
