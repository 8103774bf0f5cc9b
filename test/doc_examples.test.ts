import { run_child } from './support/child';
import { mismatch, misplaced, program_of } from './support/doc_examples';

/** The examples of the documentation compile, run, and give what their comments say. */

test('every example of TSDoc, README.md and docs/ is right', () => {
  const { examples, compared, problems } = JSON.parse(run_child('doc_examples.ts'));
  expect(problems).toEqual([]);
  expect(examples).toBeGreaterThan(60);
  expect(compared).toBeGreaterThan(60);
});

test('every @example has code, every fence a known language', () => {
  expect(misplaced()).toEqual([]);
});

describe('the comparison itself', () => {
  test('finds values that are not what the comment says', () => {
    expect(mismatch([1, [2, NaN]], '[1, [2, NaN]]')).toBeNull();
    expect(mismatch(new Float32Array([1, 2]), '[1, 2]')).toBeNull();
    expect(mismatch({ a: 'x', b: null }, "{ a: 'x', b: null }")).toBeNull();
    expect(mismatch([1n, -2], '[1n, -2]')).toBeNull();
    expect(mismatch([1, 3], '[1, 2]')).toBe('got [ 1, 3 ], the comment says [1, 2]');
    expect(mismatch([1], '[1, 2]')).not.toBeNull();
    expect(mismatch({ a: 1 }, '{ b: 1 }')).not.toBeNull();
    expect(mismatch('1', '1')).not.toBeNull();
    expect(mismatch([1], '[1, twice')).toMatch(/does not read as a value/);
  });

  test('compares numbers to the decimals written, whole and short ones exactly', () => {
    expect(mismatch(0.12344718, '0.1234')).toBeNull();
    expect(mismatch(0.1236, '0.1234')).not.toBeNull();
    expect(mismatch(0.5004, '0.5')).not.toBeNull();
    expect(mismatch(-0.25, '-0.25')).toBeNull();
  });

  test('stands where the expression stood, on its line', () => {
    const code = "const x = 1; // prose\nx + 1; // 2\nconsole.log('a', x); // 'a' 1\nx; // nothing to compare";
    expect(program_of({ file: 'a.md', line: 1, code }, true)).toBe(
      "import * as torch from 'cresset'; export {}; const x = 1; // prose\n" +
        '__value(1, "2", x + 1); // 2\n' +
        "__printed(2, \"'a' 1\", 'a', x); // 'a' 1\n" +
        'x; // nothing to compare\n',
    );
  });
});
