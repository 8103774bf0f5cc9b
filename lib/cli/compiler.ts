import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fail } from '../errors';

/** What the kernels ask of a compiler: C++17, and GNU's way to say for which instruction set a function is. */
const probe = `
#include <optional>
#if !defined(__GNUC__) && !defined(__clang__)
#error "this compiler is neither GNU's nor clang"
#endif
inline __attribute__((always_inline)) std::optional<int> one() { return 1; }
#if defined(__x86_64__) || defined(_M_X64)
#include <immintrin.h>
__attribute__((target("avx512f"))) __m512 twice(__m512 x) { return _mm512_add_ps(x, x); }
#endif
int main() { return *one(); }
`;

/** Refuses a compiler that would fail after minutes, or build something else. */
export function check_compiler(op: string): void {
  const candidates = compilers();
  const found = candidates.find((command) => spawnSync(command[0], [...command.slice(1), '--version']).status === 0);
  if (found === undefined)
    fail(op, `found no C++ compiler (tried ${names(candidates)}); install ${advice()}, or name one in CXX`);
  const folder = mkdtempSync(join(tmpdir(), 'cresset-compiler-'));
  try {
    const source = join(folder, 'probe.cc');
    writeFileSync(source, probe);
    const standard = process.platform === 'win32' ? '/std:c++17' : '-std=c++17';
    const { status, stderr } = spawnSync(found[0], [...found.slice(1), standard, '-c', source], {
      cwd: folder,
      encoding: 'utf8',
    });
    if (status === 0) return;
    const first = stderr.split('\n').find((line) => /error/.test(line)) ?? stderr.split('\n')[0];
    fail(op, `${names([found])} will not do (${first.trim()}); install ${advice()}, or name one in CXX`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function compilers(): string[][] {
  if (process.env.CXX) return [process.env.CXX.trim().split(/\s+/)];
  // cl.exe does not know vector attributes.
  if (process.platform === 'win32') return [['clang-cl']];
  return [['c++'], ['g++'], ['clang++']];
}

function names(commands: readonly (readonly string[])[]): string {
  return commands.map((words) => words.join(' ')).join(', ');
}

function advice(): string {
  return process.platform === 'win32' ? 'clang-cl (a part of Visual Studio)' : 'g++ 9 or clang 10 or newer';
}
