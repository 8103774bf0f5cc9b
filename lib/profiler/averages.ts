import type { EventCategory, ProfilerEvent } from './recorder';

/** All events of one name and category together. Times are in microseconds, under PyTorch's names. */
export interface EventAverage {
  /** The name of the events. */
  readonly key: string;
  /** What kind of events they are. */
  readonly category: EventCategory | 'other';
  /** How many there were. */
  count: number;
  /** Without the events within. */
  self_cpu_time_total: number;
  /** With them; an event within one of its own name counts once. */
  cpu_time_total: number;
  /** `cpu_time_total / count`. */
  cpu_time: number;
  /** Kernels: bytes of the operands; floating point operations, and those of them in double precision. */
  bytes: number;
  /** Floating point operations of all of them. */
  flops: number;
  /** Those of them in double precision. */
  double_flops: number;
  /** Tensors allocated, and their bytes. */
  allocations: number;
  /** The bytes of the tensors allocated. */
  self_cpu_memory_usage: number;
}

export function averages_of(events: readonly ProfilerEvent[], duration: number): EventAverage[] {
  const rows = new Map<string, EventAverage>();
  let known = 0;
  for (const event of events) {
    const id = `${event.category} ${event.name}`;
    let row = rows.get(id);
    if (row === undefined) rows.set(id, (row = new_row(event.name, event.category)));
    const self = Math.max(0, event.duration - event.inner);
    known += self;
    row.count++;
    row.self_cpu_time_total += self;
    if (!event.repeated) row.cpu_time_total += event.duration;
    row.bytes += event.bytes;
    row.flops += event.flops;
    if (event.double) row.double_flops += event.flops;
    row.allocations += event.allocations;
    row.self_cpu_memory_usage += event.allocated;
  }
  const rest = new_row('(other JavaScript)', 'other');
  rest.count = 1;
  rest.self_cpu_time_total = rest.cpu_time_total = Math.max(0, duration - known);
  const list = [...rows.values(), rest];
  for (const row of list) row.cpu_time = row.cpu_time_total / row.count;
  return list;
}

function new_row(key: string, category: EventAverage['category']): EventAverage {
  return {
    key,
    category,
    count: 0,
    self_cpu_time_total: 0,
    cpu_time_total: 0,
    cpu_time: 0,
    bytes: 0,
    flops: 0,
    double_flops: 0,
    allocations: 0,
    self_cpu_memory_usage: 0,
  };
}
