import { resolve } from 'node:path';
import { expect } from 'expect';

/**
 * `suite.ts [--only PATTERN] FILE…`: runs test files without Jest, which an emulator takes minutes to start. Of Jest it knows what
 * those files use: describe, test, each, hooks and expect. Prints what failed, then a line of JSON: passed, failed, skipped.
 */

type Body = (...args: never[]) => unknown;
interface Test {
  title: string;
  run: () => unknown;
  groups: readonly Group[];
}
interface Group {
  title: string;
  before: Body[];
  before_each: Body[];
  after_each: Body[];
  after: Body[];
}

const group = (title: string): Group => ({ title, before: [], before_each: [], after_each: [], after: [] });
const tests: Test[] = [];
let open: readonly Group[] = [];

function describe(title: string, body: Body): void {
  const outside = open;
  open = [...open, group(title)];
  (body as () => void)();
  open = outside;
}

function test(title: string, body: Body): void {
  tests.push({ title: [...open.map((each) => each.title), title].join(' '), run: body as () => unknown, groups: open });
}

/** `declare.each(table)(title, body)`: a row that is no array is one argument; its first argument tells titles apart. */
function with_each(declare: (title: string, body: Body) => void) {
  const each =
    (table: readonly unknown[]) =>
    (title: string, body: (...args: unknown[]) => unknown): void => {
      for (const row of table) {
        const args = Array.isArray(row) ? row : [row];
        declare(title.replace(/%[a-z]/, String(args[0])), () => body(...args));
      }
    };
  return Object.assign(declare, { each });
}

const hook = (kind: 'before' | 'before_each' | 'after_each' | 'after') => (body: Body) =>
  open[open.length - 1][kind].push(body);

Object.assign(globalThis, {
  describe: with_each(describe),
  test: with_each(test),
  it: with_each(test),
  expect,
  beforeAll: hook('before'),
  beforeEach: hook('before_each'),
  afterEach: hook('after_each'),
  afterAll: hook('after'),
});

async function call(bodies: readonly Body[]): Promise<void> {
  for (const body of bodies) await (body as () => unknown)();
}

async function run({ groups, run }: Test): Promise<void> {
  for (const each of groups) await call(each.before.splice(0));
  try {
    for (const each of groups) await call(each.before_each);
    await run();
  } finally {
    for (const each of [...groups].reverse()) await call(each.after_each);
  }
}

async function main(args: readonly string[]): Promise<void> {
  const only = args[0] === '--only' ? new RegExp(args[1]) : /^/;
  const groups: Group[] = [];
  for (const file of args.slice(args[0] === '--only' ? 2 : 0)) {
    const whole = group('');
    groups.push(whole);
    open = [whole];
    require(resolve(file));
    for (const each of tests) each.title = each.title.trim();
    open = [];
  }
  const chosen = tests.filter(({ title }) => only.test(title));
  const failed: string[] = [];
  for (const each of chosen) {
    try {
      await run(each);
    } catch (error) {
      failed.push(each.title);
      console.log(`✗ ${each.title}\n${error instanceof Error ? error.stack : error}`);
    }
  }
  for (const each of new Set([...chosen.flatMap((each) => each.groups), ...groups])) await call(each.after);
  console.log(JSON.stringify({ passed: chosen.length - failed.length, failed, skipped: tests.length - chosen.length }));
  process.exitCode = failed.length > 0 || chosen.length === 0 ? 1 : 0;
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
