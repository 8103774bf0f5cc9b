/** Numbers as a reader likes them. */

/** The shortest decimal that is this float32, with a real minus sign: what the kernel said, to the bit. */
export function exact(value: number): string {
  if (!Number.isFinite(value)) return minus(String(value));
  for (let digits = 1; digits < 9; digits++) {
    const text = Number(value.toPrecision(digits));
    if (Math.fround(text) === value) return minus(String(text));
  }
  return minus(String(Number(value.toPrecision(9))));
}

/** With so many decimals as the step of a slider needs, at most three. */
export function stepped(value: number, step: number): string {
  const digits = [0, 1, 2].find((digits) => Number(step.toFixed(digits)) === step) ?? 3;
  return minus(value.toFixed(digits));
}

/** With at most so many decimals. */
export function rounded(value: number, digits: number): string {
  return minus(String(Number(value.toFixed(digits))));
}

export function percent(share: number, digits = 0): string {
  return `${(100 * share).toFixed(digits)} %`;
}

function minus(text: string): string {
  return text === '-0' ? '0' : text.replaceAll('-', '−');
}

/** Round numbers from low to high, about so many. */
export function ticks(low: number, high: number, about: number): number[] {
  const raw = (high - low) / about;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = power * ([1, 2, 5, 10].find((m) => m * power >= raw * 0.999) ?? 10);
  const first = Math.ceil(low / step - 1e-6);
  const count = Math.floor(high / step + 1e-6) - first + 1;
  return Array.from({ length: count }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

export function tick_text(value: number): string {
  return minus(String(Number(value.toPrecision(6))));
}
