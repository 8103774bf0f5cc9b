import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as torch from 'cresset';
import * as ts from 'typescript';
import { left_out } from './support/call_values';
import { type Call, calls_of, signatures_of, spaces } from './support/calls';
import { compile } from './support/compile';

/**
 * Every constructor and function that PyTorch has too is called in the ways its signature there allows: by place, by name, and the first by place
 * and the rest by name. What runs must compile; what is wrong must do neither.
 */

const home = join(__dirname, '../build/calls');
const file = join(home, 'calls.ts');

function all_calls(): Call[] {
  return spaces.flatMap((space) => {
    const path = space === 'torch' ? [] : space.split('.');
    const holder = path.reduce<object>((at, name) => Reflect.get(at, name), torch);
    const prefix = ['torch', ...path].join('.');
    return signatures_of(space)
      .filter(([name]) => name in holder && !left_out.includes(name))
      .flatMap(([name, signature]) => {
        const start = `${/^[A-Z]/.test(name) ? 'new ' : ''}${prefix}.${name}`;
        return calls_of(name, start, signature);
      });
  });
}

/** What the compiler says of each call, null where it has no objection. */
function compiled(calls: readonly Call[]): (string | null)[] {
  rmSync(home, { recursive: true, force: true });
  mkdirSync(home, { recursive: true });
  writeFileSync(file, `import * as torch from 'cresset';\n${calls.map(({ text }) => `${text};`).join('\n')}\n`);
  const program = compile([file]);
  const source = program.getSourceFile(file)!;
  const said = new Array<string | null>(calls.length).fill(null);
  for (const { start, messageText } of program.getSemanticDiagnostics(source))
    said[source.getLineAndCharacterOfPosition(start!).line - 1] = ts.flattenDiagnosticMessageText(messageText, ' ');
  return said;
}

/** What it throws, null where it runs. */
function run({ text }: Call): string | null {
  try {
    new Function('torch', text)(torch);
    return null;
  } catch (error) {
    return String(error);
  }
}

test('calls that PyTorch allows compile and run; wrong ones do neither', () => {
  const calls = all_calls();
  const types = compiled(calls);
  const surprises = calls.flatMap((call, i) => {
    const [type, thrown] = [types[i], run(call)];
    if (call.valid) return type === null && thrown === null ? [] : [{ call: call.text, type, thrown }];
    const refused = thrown !== null || call.only_types;
    return type !== null && refused ? [] : [{ call: call.text, type: type ?? 'compiles', thrown: thrown ?? 'runs' }];
  });
  expect(surprises).toEqual([]);
  expect(calls.filter(({ valid }) => valid).length).toBeGreaterThan(1000);
  expect(calls.filter(({ valid }) => !valid).length).toBeGreaterThan(1000);
});
