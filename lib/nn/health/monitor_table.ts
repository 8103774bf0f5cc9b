import type { ActivationRecord, LayerRecord } from './records';
import { condense, sparkline } from './sparkline';
import { number_text, percent_text, text_table } from './text';

const WIDTH = 16;

/** The last record of every activation, and bars for its course since the first. */
export function monitor_table(records: readonly ActivationRecord[], advice: readonly string[]): string {
  if (records.length === 0) return 'nothing recorded yet\n';
  const names = [...new Set(records.flatMap(({ layers }) => layers.map(({ name }) => name)))];
  const with_slopes = records.some(({ layers }) => layers.some(({ slopes }) => slopes.length > 0));
  const heading = ['Activation', 'Kind', 'After', 'Units', 'Dead', 'Dead over time', 'Negative', 'Zero', 'Saturated'];
  heading.push('Grad out', 'Grad in', 'Grad in over time');
  if (with_slopes) heading.push('Slopes', 'Slopes over time');
  const rows = names.map((name) => row_of(courses(records, name), with_slopes));
  const [first, last] = [records[0].step, records[records.length - 1].step];
  const summary = `${records.length} recorded step${records.length === 1 ? '' : 's'}, from ${first} to ${last}`;
  return `${[text_table(heading, rows, 3), '', summary, ...advice].join('\n')}\n`;
}

function courses(records: readonly ActivationRecord[], name: string): (LayerRecord | null)[] {
  return records.map(({ layers }) => layers.find((layer) => layer.name === name) ?? null);
}

function row_of(course: readonly (LayerRecord | null)[], with_slopes: boolean): string[] {
  const last = course.findLast((each) => each !== null)!;
  const bars = (value: (layer: LayerRecord) => number | null, most?: number): string =>
    sparkline(
      condense(
        course.map((each) => (each === null ? null : value(each))),
        WIDTH,
      ),
      most,
    ).padEnd(Math.min(WIDTH, course.length));
  const row = [
    last.name,
    last.kind,
    last.after ?? '–',
    String(last.units),
    String(last.dead),
    bars(({ dead }) => dead, last.units),
    percent_text(last.negative),
    percent_text(last.zero),
    percent_text(last.saturated),
    number_text(last.grad_out),
    number_text(last.grad_in),
    bars(({ grad_in }) => grad_in),
  ];
  if (!with_slopes) return row;
  const { slopes } = last;
  if (slopes.length === 0) return [...row, '', ''];
  const ranges = slopes.map(({ min, max }) =>
    min === max ? number_text(min) : `${number_text(min)} … ${number_text(max)}`,
  );
  return [...row, ranges.join(', '), bars((layer) => layer.slopes[0]?.mean ?? null)];
}
