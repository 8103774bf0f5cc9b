import { types } from 'node:util';
import { addon, WORK } from '../native/addon';
import { float64 } from '../tensor/dtype';

/** What happened while a profiler ran: events on one time line, those within others known to them. */

/** What an event stands for: a native kernel, a module's forward, a node of backward, an optimizer's step, a collection, a range of the user's. */
export type EventCategory = 'kernel' | 'module' | 'backward' | 'optimizer' | 'collector' | 'range';

/** One thing that took time. Times are in microseconds, from the beginning of the profile. */
export interface ProfilerEvent {
  /** Of the kernel, module, node or range. */
  readonly name: string;
  /** What kind of event it is. */
  readonly category: EventCategory;
  /** Microseconds since the profiler began. */
  readonly start: number;
  /** In microseconds. */
  readonly duration: number;
  /** The time of the events directly within it. */
  readonly inner: number;
  /** Whether it runs within an event of its own name and category. */
  readonly repeated: boolean;
  /** Kernels: the bytes of the operands, each counted once. */
  readonly bytes: number;
  /** Kernels whose arithmetic sets the pace: floating point operations. */
  readonly flops: number;
  /** Whether those are in double precision. */
  readonly double: boolean;
  /** Tensors allocated for it, and their bytes; in events within it not counted. */
  readonly allocations: number;
  /** The bytes of the tensors allocated. */
  readonly allocated: number;
}

/** The bytes that all tensors of the process held at a time. */
export interface MemorySample {
  /** Microseconds since the profiler began. */
  readonly time: number;
  /** Bytes in use then. */
  readonly allocated: number;
}

interface Open {
  readonly row: number;
  readonly label: number;
  readonly subject: object | null;
}

/** An event's numbers lie in a row: objects would keep the collector busy, whose time is to be measured. */
const LABEL = 0;
const START = 1;
const DURATION = 2;
const INNER = 3;
const REPEATED = 4;
const BYTES = 5;
const FLOPS = 6;
const DOUBLE = 7;
const ALLOCATIONS = 8;
const ALLOCATED = 9;
const ROW = 10;

export class Recorder {
  readonly memory: MemorySample[] = [];
  private readonly labels: { name: string; category: EventCategory }[] = [];
  private readonly label_of = new Map<string, number>();
  private rows = new Float64Array(4096 * ROW);
  private used = 0;
  private readonly open: Open[] = [];
  private readonly began = performance.now();
  /** What had been allocated when it was last given to an event: an operation makes its outputs before its kernel runs. */
  private allocations = addon.work(WORK.allocations);
  private allocated = addon.work(WORK.allocated);

  /** @param profile_memory samples the memory in use whenever it may have grown */
  constructor(private readonly profile_memory: boolean) {}

  now(): number {
    return (performance.now() - this.began) * 1000;
  }

  /** Is the innermost event this object's? Then a call of a base class's method is no event of its own. */
  within(subject: object): boolean {
    return this.open[this.open.length - 1]?.subject === subject;
  }

  /** Runs `body` within an event; one that returns a promise lasts until that is settled. */
  during<T>(name: string, category: EventCategory, subject: object | null, body: () => T): T {
    const row = this.begin(this.label(name, category), subject);
    let result: T;
    try {
      result = body();
    } catch (error) {
      this.end(row);
      throw error;
    }
    if (!types.isPromise(result)) {
      this.end(row);
      return result;
    }
    return result.finally(() => this.end(row)) as T;
  }

  /** The number of a name, for {@link kernel}. */
  label(name: string, category: EventCategory): number {
    const key = `${category} ${name}`;
    const known = this.label_of.get(key);
    if (known !== undefined) return known;
    this.label_of.set(key, this.labels.length);
    return this.labels.push({ name, category }) - 1;
  }

  /** A kernel that has just run. */
  kernel(label: number, start: number, end: number): void {
    const row = this.add(label, start);
    const { rows } = this;
    rows[row + DURATION] = end - start;
    rows[row + BYTES] = addon.work(WORK.bytes);
    rows[row + FLOPS] = addon.work(WORK.operations);
    rows[row + DOUBLE] = addon.work(WORK.dtype) === float64.code ? 1 : 0;
    this.give_allocations(row);
    if (this.open.length > 0) rows[this.open[this.open.length - 1].row + INNER] += end - start;
  }

  /** All events, in the order in which they began. */
  events(): ProfilerEvent[] {
    return Array.from({ length: this.used / ROW }, (_, i) => {
      const row = this.rows.subarray(i * ROW, (i + 1) * ROW);
      return {
        ...this.labels[row[LABEL]],
        start: row[START],
        duration: row[DURATION],
        inner: row[INNER],
        repeated: row[REPEATED] === 1,
        bytes: row[BYTES],
        flops: row[FLOPS],
        double: row[DOUBLE] === 1,
        allocations: row[ALLOCATIONS],
        allocated: row[ALLOCATED],
      };
    });
  }

  private begin(label: number, subject: object | null): number {
    this.settle_allocations();
    const row = this.add(label, this.now());
    if (this.open.some((each) => each.label === label)) this.rows[row + REPEATED] = 1;
    this.open.push({ row, label, subject });
    return row;
  }

  private end(row: number): void {
    this.settle_allocations();
    const duration = this.now() - this.rows[row + START];
    this.rows[row + DURATION] = duration;
    // Asynchronous ranges may end in another order than they began.
    const at = this.open.findLastIndex((each) => each.row === row);
    this.open.splice(at, 1);
    if (at > 0) this.rows[this.open[at - 1].row + INNER] += duration;
  }

  private add(label: number, start: number): number {
    if (this.used === this.rows.length) {
      const larger = new Float64Array(2 * this.used);
      larger.set(this.rows);
      this.rows = larger;
    }
    const row = this.used;
    this.used += ROW;
    this.rows[row + LABEL] = label;
    this.rows[row + START] = start;
    return row;
  }

  /** What no kernel followed belongs to the event around it. */
  private settle_allocations(): void {
    if (this.open.length > 0) this.give_allocations(this.open[this.open.length - 1].row);
  }

  private give_allocations(row: number): void {
    const allocations = addon.work(WORK.allocations);
    if (allocations === this.allocations) return;
    const allocated = addon.work(WORK.allocated);
    this.rows[row + ALLOCATIONS] += allocations - this.allocations;
    this.rows[row + ALLOCATED] += allocated - this.allocated;
    this.allocations = allocations;
    this.allocated = allocated;
    if (this.profile_memory) this.memory.push({ time: this.now(), allocated: addon.work(WORK.in_use) });
  }
}
