/** Progress of an epoch on stderr: a bar that redraws itself on a terminal, a line a quarter elsewhere. */
export class Progress {
  private readonly started = performance.now();
  private done = 0;
  private drawn = 0;

  constructor(
    private readonly title: string,
    private readonly total: number,
    private readonly unit: string,
  ) {}

  advance(count: number, values: Record<string, number>): void {
    const before = this.done;
    this.done += count;
    const last = this.done >= this.total;
    if (process.stderr.isTTY) {
      const now = performance.now();
      if (!last && now - this.drawn < 50) return;
      this.drawn = now;
      process.stderr.write(`\r\x1b[K${this.title} ${this.bar(24)} ${this.text(values)}${last ? '\n' : ''}`);
    } else if (last || Math.floor((4 * before) / this.total) !== Math.floor((4 * this.done) / this.total)) {
      process.stderr.write(
        `${this.title} ${String(Math.round((100 * this.done) / this.total)).padStart(3)} % ${this.text(values)}\n`,
      );
    }
  }

  private bar(width: number): string {
    const full = Math.round((width * this.done) / this.total);
    return `${'█'.repeat(full)}${'░'.repeat(width - full)}`;
  }

  private text(values: Record<string, number>): string {
    const rate = (1000 * this.done) / (performance.now() - this.started);
    const list = Object.entries(values).map(([name, value]) => `${name} ${value.toFixed(4)}`);
    return [`${this.done}/${this.total}`, `${Math.round(rate).toLocaleString('en')} ${this.unit}/s`, ...list].join(
      '  ',
    );
  }
}
