/** A long row of numbers in bounded space: when it is full, neighbours are averaged. */
export class History {
  private values: number[] = [];
  private stride = 1;
  private sum = 0;
  private count = 0;

  constructor(private readonly most = 1000) {}

  add(value: number): void {
    this.sum += value;
    if (++this.count < this.stride) return;
    this.values.push(this.sum / this.stride);
    this.sum = 0;
    this.count = 0;
    if (this.values.length < this.most) return;
    this.values = Array.from({ length: this.most / 2 }, (_, i) => (this.values[2 * i] + this.values[2 * i + 1]) / 2);
    this.stride *= 2;
  }

  get y(): readonly number[] {
    return this.values;
  }

  /** The step in the middle of each value's span. */
  get x(): number[] {
    return this.values.map((_, i) => i * this.stride + (this.stride + 1) / 2);
  }
}
