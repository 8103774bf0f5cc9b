const BARS = '▁▂▃▄▅▆▇█';

/** Numbers as bars of text, 0 at the bottom and `most` (default: the largest) at the top; `·` where there is none. */
export function sparkline(values: readonly (number | null)[], most?: number): string {
  const top = most ?? Math.max(...values.map((value) => value ?? 0));
  return values
    .map((value) => {
      if (value === null || !Number.isFinite(value)) return '·';
      const level = top > 0 ? Math.min(1, Math.max(0, value / top)) : 0;
      return BARS[Math.min(BARS.length - 1, Math.floor(level * BARS.length))];
    })
    .join('');
}

/** How many shares lie in each tenth from 0 to 1; null where none does. */
export function tenths(shares: readonly number[]): (number | null)[] {
  const bins: (number | null)[] = Array.from({ length: 10 }, () => null);
  for (const share of shares) {
    const bin = Math.min(9, Math.floor(share * 10));
    bins[bin] = (bins[bin] ?? 0) + 1;
  }
  return bins;
}

/** At most `width` values, each the mean of its part of the list. */
export function condense(values: readonly (number | null)[], width: number): (number | null)[] {
  if (values.length <= width) return [...values];
  return Array.from({ length: width }, (_, i) => {
    const part = values
      .slice(Math.floor((i * values.length) / width), Math.floor(((i + 1) * values.length) / width))
      .filter((value) => value !== null);
    return part.length === 0 ? null : part.reduce((sum, each) => sum + each, 0) / part.length;
  });
}
