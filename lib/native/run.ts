import { addon } from './addon';

/** Runs a kernel with the arguments at the head of `addon.arguments`; 0 when all went well. */
export type RunKernel = (kernel: number, length: number) => number;

let watcher: RunKernel | null = null;

/** Every native call comes through here. What a profiler puts in between is called at a place of its own: V8 goes on knowing the other. */
export function run_kernel(kernel: number, length: number): number {
  return watcher === null ? addon.run(kernel, length) : watcher(kernel, length);
}

/** Puts something between kernels and their callers, made from the plain way; null takes it away. */
export function watch_kernels(make: ((run: RunKernel) => RunKernel) | null): void {
  watcher = make === null ? null : make((kernel, length) => addon.run(kernel, length));
}
