import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import * as ts from 'typescript';

/**
 * The code blocks of TSDoc, README.md and docs/*.md. An expression followed by a comment that reads as a value, `x.tolist(); // [1, 2]`, must have that
 * value; a `console.log` must print it. Numbers are compared to the decimals written. A block that cannot run is fenced as ```ts fragment.
 */

export interface Example {
  file: string;
  /** Of the first line of code. */
  line: number;
  /** As written, without the comment's stars. */
  code: string;
}

const root = join(__dirname, '../..');

/** What a block takes for granted; it follows the block's imports. */
const given: Record<string, string> = {
  'README.md':
    'const loader = new torch.utils.data.DataLoader(new torch.utils.data.TensorDataset(torch.randn([32, 784]), torch.randint(10, [32])), { batch_size: 16 });',
};

function files(): string[] {
  const under = (folder: string, end: string): string[] =>
    (readdirSync(join(root, folder), { recursive: true }) as string[])
      .filter((file) => file.endsWith(end))
      .map((file) => join(folder, file));
  return ['README.md', ...under('docs', '.md'), ...under('lib', '.ts')].sort();
}

function examples_of(file: string): Example[] {
  const lines = readFileSync(join(root, file), 'utf8').split('\n');
  const bare = lines.map((line) => (file.endsWith('.md') ? line : (/^\s*\*(?: |$)(.*)$/.exec(line)?.[1] ?? null)));
  const found: Example[] = [];
  let start = -1;
  let language: string | null = null;
  for (const [i, line] of bare.entries()) {
    const fence = line === null ? null : /^```(.*)$/.exec(line);
    if (fence === null) continue;
    if (language === null) [start, language] = [i + 1, fence[1].trim()];
    else {
      if (/^(ts|js|typescript|javascript)$/.test(language))
        found.push({ file, line: start + 1, code: bare.slice(start, i).join('\n') });
      language = null;
    }
  }
  if (language !== null) throw new Error(`${file}: the fence in line ${start} is never closed`);
  return found;
}

export function read_examples(): Example[] {
  return files().flatMap(examples_of);
}

/** Lines with `@example` that no code follows, and fences of code that is in no known language. */
export function misplaced(): string[] {
  return files().flatMap((file) => {
    const lines = readFileSync(join(root, file), 'utf8').split('\n');
    return lines.flatMap((line, i) => {
      const unfenced = /^\s*\* @example/.test(line) && !/^\s*\* ```ts( fragment)?$/.test(lines[i + 1]);
      const unknown = /^\s*\*? ?```(?!(ts( fragment)?|js|sh|cpp|py|json|text)?$)/.test(line);
      return unfenced || unknown ? [`${file}:${i + 1}: ${line.trim()}`] : [];
    });
  });
}

// --- Making a block a program that checks itself --------------------------------------------------

const value_start = /^(?:[[{'"\d-]|true\b|false\b|null\b|undefined\b|NaN\b|Infinity\b|tensor\(|torch\.)/;

interface Edit {
  from: number;
  to: number;
  text: string;
}

function is_log(node: ts.Expression): node is ts.CallExpression {
  return ts.isCallExpression(node) && node.expression.getText() === 'console.log';
}

/** Replaces an expression by a call that compares it with its comment. */
function checks(source: ts.SourceFile): Edit[] {
  const text = source.text;
  const edits: Edit[] = [];
  const visit = (node: ts.Node): void => {
    ts.forEachChild(node, visit);
    if (!ts.isExpressionStatement(node)) return;
    const comment = ts.getTrailingCommentRanges(text, node.end)?.[0];
    if (comment === undefined) return;
    const wanted = text.slice(comment.pos + 2, comment.end).trim();
    if (!value_start.test(wanted)) return;
    const line = source.getLineAndCharacterOfPosition(node.getStart()).line;
    const { expression } = node;
    const inside = is_log(expression) ? expression.arguments.map((each) => each.getText()).join(', ') : '';
    const call = is_log(expression)
      ? `__printed(${line}, ${JSON.stringify(wanted)}, ${inside});`
      : `__value(${line}, ${JSON.stringify(wanted)}, ${expression.getText()});`;
    edits.push({ from: node.getStart(), to: node.end, text: call });
  };
  visit(source);
  return edits;
}

/** The TypeScript of an example, with its imports; `checked` adds the comparisons. Lines stay where they are. */
export function program_of({ file, code }: Example, checked: boolean): string {
  const source = ts.createSourceFile('example.ts', code, ts.ScriptTarget.ES2023, true);
  const imports = source.statements.filter(ts.isImportDeclaration);
  const edits = checked ? checks(source) : [];
  if (given[file] !== undefined) {
    const at = imports[imports.length - 1]?.end ?? 0;
    edits.push({ from: at, to: at, text: given[file] });
  }
  let text = code;
  for (const edit of edits.sort((a, b) => b.from - a.from))
    text = text.slice(0, edit.from) + edit.text + text.slice(edit.to);
  const has_torch = imports.some((each) => each.importClause?.namedBindings?.getText() === '* as torch');
  return `${has_torch ? '' : "import * as torch from 'cresset'; "}export {}; ${text}\n`;
}

// --- Values ---------------------------------------------------------------------------------------

/** Where `actual` is not what the comment says, in words; null where it is. Numbers agree if they round to what is written. */
export function mismatch(actual: unknown, wanted: string): string | null {
  const { statements } = ts.createSourceFile('comment.ts', `(${wanted})`, ts.ScriptTarget.ES2023, true);
  const { diagnostics } = ts.transpileModule(`(${wanted})`, { reportDiagnostics: true });
  const [first] = statements;
  if (
    diagnostics!.length > 0 ||
    statements.length !== 1 ||
    !ts.isExpressionStatement(first) ||
    !ts.isParenthesizedExpression(first.expression)
  )
    return `the comment "${wanted}" does not read as a value`;
  return is_value(actual, first.expression.expression) ? null : `got ${inspect(actual)}, the comment says ${wanted}`;
}

function is_value(actual: unknown, literal: ts.Expression): boolean {
  const text = literal.getText();
  if (ts.isArrayLiteralExpression(literal)) {
    const items = Array.isArray(actual) || ArrayBuffer.isView(actual) ? Array.from(actual as Iterable<unknown>) : null;
    const { elements } = literal;
    return items?.length === elements.length && elements.every((each, i) => is_value(items[i], each));
  }
  if (ts.isObjectLiteralExpression(literal)) {
    const fields = literal.properties.filter(ts.isPropertyAssignment);
    const own = actual as Record<string, unknown>;
    const names = fields.map((each) => (each.name as ts.Identifier).text);
    if (typeof actual !== 'object' || actual === null || String(Object.keys(actual)) !== String(names)) return false;
    return fields.every((each, i) => is_value(own[names[i]], each.initializer));
  }
  if (ts.isStringLiteral(literal)) return actual === literal.text;
  if (typeof actual === 'string') return false;
  if (typeof actual === 'bigint') return text === `${actual}n`;
  if (typeof actual === 'number') return same_number(actual, text);
  return String(actual) === text;
}

function same_number(actual: number, text: string): boolean {
  const decimals = /^-?\d+\.(\d{3,})$/.exec(text)?.[1].length;
  if (decimals === undefined) return Object.is(actual, Number(text)) || actual === Number(text);
  return Math.abs(actual - Number(text)) <= 0.5000001 * 10 ** -decimals;
}
