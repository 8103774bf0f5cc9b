import type { MemorySample, ProfilerEvent } from './recorder';

/** Chrome's trace event format, which chrome://tracing and https://ui.perfetto.dev open. */

export function trace_of(events: readonly ProfilerEvent[], memory: readonly MemorySample[]): object {
  const place = { pid: process.pid, tid: 0 };
  return {
    displayTimeUnit: 'ms',
    traceEvents: [
      { ph: 'M', name: 'process_name', ...place, args: { name: 'cresset' } },
      ...events.map((event) => ({
        ph: 'X',
        cat: event.category,
        name: event.name,
        ...place,
        ts: event.start,
        dur: event.duration,
        args: arguments_of(event),
      })),
      ...memory.map(({ time, allocated }) => ({ ph: 'C', name: 'memory', ...place, ts: time, args: { allocated } })),
    ],
  };
}

function arguments_of({ bytes, flops, allocations, allocated }: ProfilerEvent): object {
  return Object.fromEntries(Object.entries({ bytes, flops, allocations, allocated }).filter(([, value]) => value > 0));
}
