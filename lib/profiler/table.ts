import { bytes_text, check_integer, check_options, fail, misspelled } from '../errors';
import type { EventAverage } from './averages';
import { type MachineLimits, machine_limits } from './limits';

const SORT_KEYS = [
  'self_cpu_time_total',
  'cpu_time_total',
  'cpu_time',
  'count',
  'bytes',
  'flops',
  'allocations',
  'self_cpu_memory_usage',
] as const;
/** A column by which {@link Profile.table} can sort. */
export type SortKey = (typeof SORT_KEYS)[number];

/** Options of {@link Profile.table}. */
export interface TableOptions {
  /** The column that orders the rows, largest first. Default 'self_cpu_time_total'. */
  sort_by?: SortKey;
  /** At most so many rows. Default 100. */
  row_limit?: number;
  /** Longer names are cut. Default 55. */
  max_name_column_width?: number;
}

interface Column {
  title: string;
  text: (row: EventAverage) => string;
}

/** The rows as text, in the manner of PyTorch's `key_averages().table()`. */
export function table_of(rows: readonly EventAverage[], duration: number, options: TableOptions = {}): string {
  const { sort_by, row_limit, max_name_column_width } = judge(options);
  const limits = rows.some((row) => row.bytes > 0) ? machine_limits() : null;
  const columns = columns_of(duration, limits, max_name_column_width);
  const shown = rows.toSorted((a, b) => b[sort_by] - a[sort_by]).slice(0, row_limit);
  const cells = shown.map((row) => columns.map(({ text }) => text(row)));
  const widths = columns.map(({ title }, i) => Math.max(title.length, ...cells.map((line) => line[i].length)));
  const line = (texts: readonly string[]): string =>
    texts.map((text, i) => (i === 0 ? text.padEnd(widths[i]) : text.padStart(widths[i]))).join('  ');
  const rule = widths.map((width) => '-'.repeat(width)).join('  ');
  return [
    rule,
    line(columns.map(({ title }) => title)),
    rule,
    ...cells.map(line),
    rule,
    ...footer(rows, duration, limits),
    '',
  ].join('\n');
}

function judge(options: TableOptions): Required<TableOptions> {
  const judged = check_options<Required<TableOptions>>('table', options, {
    sort_by: 'self_cpu_time_total',
    row_limit: 100,
    max_name_column_width: 55,
  });
  if (!SORT_KEYS.includes(judged.sort_by)) fail('table', misspelled('sort_by', String(judged.sort_by), SORT_KEYS));
  check_integer('table', 'row_limit', judged.row_limit, 1);
  check_integer('table', 'max_name_column_width', judged.max_name_column_width, 8);
  return judged;
}

function columns_of(duration: number, limits: MachineLimits | null, name_width: number): Column[] {
  const share = (time: number): string => (duration > 0 ? `${((100 * time) / duration).toFixed(2)}%` : '0.00%');
  return [
    {
      title: 'Name',
      text: ({ key }) => (key.length > name_width ? `${key.slice(0, name_width - 3)}...` : key),
    },
    { title: 'Self CPU %', text: (row) => share(row.self_cpu_time_total) },
    { title: 'Self CPU', text: (row) => time_text(row.self_cpu_time_total) },
    { title: 'CPU total %', text: (row) => share(row.cpu_time_total) },
    { title: 'CPU total', text: (row) => time_text(row.cpu_time_total) },
    { title: 'CPU time avg', text: (row) => time_text(row.cpu_time) },
    { title: '# of Calls', text: (row) => String(row.count) },
    { title: 'Bytes', text: ({ bytes }) => (bytes > 0 ? bytes_text(bytes) : '') },
    { title: 'Rate', text: rate_text },
    { title: '% of limit', text: (row) => limit_text(row, limits) },
    { title: 'Allocations', text: ({ allocations }) => (allocations > 0 ? String(allocations) : '') },
    {
      title: 'Allocated',
      text: ({ self_cpu_memory_usage: bytes }) => (bytes > 0 ? bytes_text(bytes) : ''),
    },
  ];
}

/** `1.234us`, `1.234ms`, `1.234s`, as PyTorch writes times. */
export function time_text(microseconds: number): string {
  if (microseconds >= 1e6) return `${(microseconds / 1e6).toFixed(3)}s`;
  return microseconds >= 1e3 ? `${(microseconds / 1e3).toFixed(3)}ms` : `${microseconds.toFixed(3)}us`;
}

/** Arithmetic where a kernel counts it, else memory. */
function rate_text({ bytes, flops, self_cpu_time_total: time }: EventAverage): string {
  if (time === 0 || bytes === 0) return '';
  return flops > 0 ? `${(flops / time / 1e3).toFixed(1)} GFLOP/s` : `${(bytes / time / 1e3).toFixed(1)} GB/s`;
}

/** The least time that the machine needs for so many bytes and operations, against the time taken. */
function limit_text(row: EventAverage, limits: MachineLimits | null): string {
  if (limits === null || row.bytes === 0 || row.self_cpu_time_total === 0) return '';
  const arithmetic = (row.flops - row.double_flops) / limits.float32 + row.double_flops / limits.float64;
  const least = row.flops > 0 ? arithmetic : row.bytes / limits.copy;
  return `${((100 * least * 1e6) / row.self_cpu_time_total).toFixed(0)}%`;
}

function footer(rows: readonly EventAverage[], duration: number, limits: MachineLimits | null): string[] {
  const collector = rows.find(({ category }) => category === 'collector');
  const lines = [`Time total: ${time_text(duration)}`];
  lines.push(
    collector === undefined
      ? 'Collector: did not run'
      : `Collector: ${time_text(collector.cpu_time_total)} in ${collector.count} collection${collector.count === 1 ? '' : 's'}`,
  );
  if (limits !== null)
    lines.push(
      `Limits: copy ${(limits.copy / 1e9).toFixed(1)} GB/s, product ${(limits.float32 / 1e9).toFixed(0)} GFLOP/s ` +
        `(float64: ${(limits.float64 / 1e9).toFixed(0)})`,
    );
  return lines;
}
