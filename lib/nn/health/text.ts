/** Rows of text under a heading; the first `left` columns begin at the left, the others end at the right. */
export function text_table(heading: readonly string[], rows: readonly (readonly string[])[], left: number): string {
  const widths = heading.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i].length)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => (i < left ? cell.padEnd(widths[i]) : cell.padStart(widths[i])))
      .join('  ')
      .trimEnd();
  return [line(heading), widths.map((width) => '-'.repeat(width)).join('  '), ...rows.map(line)].join('\n');
}

/** `12.3 %` */
export function percent_text(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** Four digits, or `–` for none. */
export function number_text(value: number | null): string {
  if (value === null) return '–';
  if (value === 0 || !Number.isFinite(value)) return String(value);
  const magnitude = Math.abs(value);
  return magnitude >= 1e-3 && magnitude < 1e5 ? String(Number(value.toPrecision(4))) : value.toExponential(2);
}
