import { spawnSync } from 'node:child_process';

/** How much longer a fresh process takes that requires cresset, against one that does nothing. */

const ROUNDS = 15;

function milliseconds(code: string): number {
  const start = process.hrtime.bigint();
  const { status } = spawnSync(process.execPath, ['-e', code], { stdio: 'ignore' });
  if (status !== 0) throw new Error(`startup: node -e ${JSON.stringify(code)} ended with ${status}`);
  return Number(process.hrtime.bigint() - start) / 1e6;
}

const root = JSON.stringify(process.cwd());
const nothing: number[] = [];
const required: number[] = [];
for (let i = 0; i < ROUNDS; i++) {
  nothing.push(milliseconds('0'));
  required.push(milliseconds(`require(${root})`));
}
const median = (values: number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1];
const more = median(required) - median(nothing);
process.stdout.write(
  `${JSON.stringify({
    value: `${more.toFixed(1)} ms more than node -e 0 (${median(nothing).toFixed(1)} ms)`,
    target: '≤ 60 ms more',
    met: more <= 60,
    figures: { more, nothing: median(nothing) },
  })}\n`,
);
