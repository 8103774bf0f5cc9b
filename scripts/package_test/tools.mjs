// Node versions, package managers and test runners as npm packages, fetched once into build/package-test/tools.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const root = resolve(import.meta.dirname, '../..');
export const workspace = join(root, 'build/package-test');
mkdirSync(workspace, { recursive: true });

/** Installs `wanted` (names as npm takes them) into a folder of its own; gives its node_modules. */
export function fetch_tools(name, wanted) {
  const folder = join(workspace, name);
  const list = join(folder, 'wanted.json');
  if (!existsSync(list) || readFileSync(list, 'utf8') !== JSON.stringify(wanted)) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'package.json'), '{ "private": true }');
    // --force: a Node for another processor is what we want. Its install scripts would only copy it.
    must(folder, 'npm', ['install', '--silent', '--no-audit', '--no-fund', '--force', '--ignore-scripts', ...wanted]);
    writeFileSync(list, JSON.stringify(wanted));
  }
  return join(folder, 'node_modules');
}

export function must(cwd, command, args) {
  const result = spawnSync(command, args, { cwd, encoding: 'utf8', shell: process.platform === 'win32' });
  if (result.status !== 0) throw new Error(`${command} ${args.join(' ')}\n${result.stdout}${result.stderr}`);
  return result;
}

/** Counts what was proved, prints a line for each, and ends the process as a test run does. */
export class Report {
  passed = 0;
  skipped = 0;
  failures = [];

  pass(name) {
    this.passed++;
    console.log(`✓ ${name}`);
  }
  skip(name, reason) {
    this.skipped++;
    console.log(`- ${name}: ${reason}`);
  }
  fail(name, reason) {
    this.failures.push(`${name}\n${reason}`);
    console.log(`✗ ${name}`);
  }
  end() {
    for (const failure of this.failures) console.error(`\nFAILED ${failure}`);
    const skipped = this.skipped > 0 ? `, ${this.skipped} skipped` : '';
    console.log(`${this.passed} passed, ${this.failures.length} failed${skipped}`);
    process.exit(this.failures.length === 0 ? 0 : 1);
  }
}
