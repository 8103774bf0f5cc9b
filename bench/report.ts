import { availableParallelism, cpus, loadavg } from 'node:os';
import type { Case, Duel } from './case';
import type { Info } from './contender';
import type { DuelResult } from './runner';

/** How results are shown: one line of a table, or one line of JSON, a case. */

export interface Measured {
  value: string;
  target: string;
  met: boolean;
  figures: Record<string, number>;
}

export interface Row {
  name: string;
  ours: string;
  peer: string;
  ratio: string;
  target: string;
  met: string;
}

const columns: { key: keyof Row; title: string; width: number }[] = [
  { key: 'name', title: 'case', width: 53 },
  { key: 'ours', title: 'ours', width: 12 },
  { key: 'peer', title: 'peer', width: 36 },
  { key: 'ratio', title: 'ratio', width: 7 },
  { key: 'target', title: 'target', width: 8 },
  { key: 'met', title: 'met', width: 3 },
];

export function heading(infos: readonly Info[]): string {
  const machine = `${cpus()[0]?.model ?? 'unknown CPU'}, ${availableParallelism()} threads, Node ${process.versions.node}, ${new Date().toISOString().slice(0, 10)}, load ${loadavg()[0].toFixed(1)}`;
  const contenders = infos.map((info) =>
    [info.name, info.isa, info.blas, `${info.threads} threads`].filter(Boolean).join(', '),
  );
  return [
    machine,
    ...contenders.map((line) => `  ${line}`),
    '',
    row_text(Object.fromEntries(columns.map((c) => [c.key, c.title])) as unknown as Row),
  ].join('\n');
}

export function row_text(row: Row): string {
  return columns
    .map(({ key, width }) => row[key].padEnd(width))
    .join('  ')
    .trimEnd();
}

export function duel_row(duel: Duel, result: DuelResult): Row {
  const rate = duel.compare === 'rate';
  return {
    name: duel.name,
    ours: amount_text(duel, result.ours),
    peer: result.peer === null ? `no ${duel.peer} here` : `${amount_text(duel, result.peer)} (${result.best})`,
    ratio: result.ratio === null ? '–' : result.ratio.toFixed(2),
    target: `${rate ? '≥' : '≤'} ${result.target}`,
    met: result.ratio === null ? '–' : is_met(duel, result) ? 'yes' : 'NO',
  };
}

export function measured_text(name: string, result: Measured): string {
  return `${name.padEnd(columns[0].width)}  ${result.value}; target: ${result.target}: ${result.met ? 'yes' : 'NO'}`;
}

export function duel_json(duel: Duel, result: DuelResult): object {
  return {
    case: duel.name,
    ours_seconds: result.ours,
    peer: result.best ?? duel.peer,
    peer_seconds: result.peer,
    compare: duel.compare,
    ratio: result.ratio,
    target: result.target,
    met: result.ratio === null ? null : is_met(duel, result),
  };
}

export function measured_json(of: Case, result: Measured): object {
  return { case: of.name, ...result.figures, target: result.target, met: result.met };
}

function is_met(duel: Duel, { ratio, target }: DuelResult): boolean {
  return duel.compare === 'time' ? ratio! <= target : ratio! >= target;
}

/** A rate where the case has an amount, else a time. */
function amount_text({ amount }: Duel, seconds: number): string {
  if (amount === undefined || amount.unit === 'B') return time_text(seconds);
  return `${si(amount.count / seconds)}${amount.unit}/s`;
}

function time_text(seconds: number): string {
  if (seconds < 1e-3) return `${(seconds * 1e6).toFixed(2)} µs`;
  return seconds < 1 ? `${(seconds * 1e3).toFixed(2)} ms` : `${seconds.toFixed(2)} s`;
}

function si(value: number): string {
  for (const [factor, prefix] of [
    [1e9, 'G'],
    [1e6, 'M'],
    [1e3, 'k'],
  ] as const)
    if (value >= factor) return `${(value / factor).toFixed(1)} ${prefix}`;
  return `${value.toFixed(1)} `;
}
