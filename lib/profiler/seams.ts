import { Run } from '../autograd/engine';
import { addon } from '../native/addon';
import * as nn from '../nn';
import { Module } from '../nn/module';
import { keep_trust } from '../nn/trust';
import * as optim from '../optim';
import { Optimizer } from '../optim/optimizer';
import { set_around_reclaim } from '../tensor/collector';
import { float64 } from '../tensor/dtype';
import type { Recorder } from './recorder';

/**
 * Where a profiler looks in. Functions that all calls pass are exchanged for ones that take the time, and put back afterwards; while no
 * profiler runs there is nothing to ask, so it costs nothing.
 */

type Undo = () => void;
type Method = (this: object, ...given: unknown[]) => unknown;

export interface SeamOptions {
  with_modules: boolean;
  profile_memory: boolean;
}

/** Returns what puts everything back. */
export function watch(recorder: Recorder, options: SeamOptions): Undo {
  const undo = [
    watch_kernels(recorder),
    watch_allocations(recorder, options.profile_memory),
    watch_collector(recorder),
    exchange(
      Run.prototype,
      'step',
      (step) =>
        function (this: object, ...given) {
          const { name } = (given[0] as { node: { name: string } }).node;
          return recorder.during(name, 'backward', null, () => Reflect.apply(step, this, given));
        },
    ),
    ...prototypes(optim, Optimizer, 'step').map((prototype) =>
      exchange(prototype, 'step', (step) => around(recorder, 'optimizer', step, optimizer_name)),
    ),
  ];
  if (options.with_modules) undo.push(watch_modules(recorder));
  return () => {
    for (const each of undo.reverse()) each();
  };
}

function watch_kernels(recorder: Recorder): Undo {
  const { run, kernels } = addon;
  const labels = kernels.map((name) => recorder.label(name, 'kernel'));
  addon.run = (kernel, length) => {
    const start = recorder.now();
    const status = run(kernel, length);
    const end = recorder.now();
    recorder.kernel(labels[kernel], start, end, addon.work(0), addon.work(1), addon.work(2) === float64.code);
    return status;
  };
  return () => {
    addon.run = run;
  };
}

function watch_allocations(recorder: Recorder, profile_memory: boolean): Undo {
  const { allocate } = addon;
  addon.allocate = (storage, nbytes) => {
    const id = allocate(storage, nbytes);
    recorder.allocation(nbytes);
    if (profile_memory) {
      // Arguments of a kernel are written after the last allocation: the array is free for the figures.
      addon.stats();
      recorder.sample_memory(addon.arguments[0]);
    }
    return id;
  };
  return () => {
    addon.allocate = allocate;
  };
}

function watch_collector(recorder: Recorder): Undo {
  const before = set_around_reclaim((work) => recorder.during('collector', 'collector', null, work));
  return () => {
    set_around_reclaim(before);
  };
}

function watch_modules(recorder: Recorder): Undo {
  const undo: Undo[] = [];
  keep_trust(() => {
    for (const prototype of prototypes(nn, Module, 'forward'))
      undo.push(exchange(prototype, 'forward', (forward) => around(recorder, 'module', forward, module_name)));
  });
  return () =>
    keep_trust(() => {
      for (const each of undo) each();
    });
}

/** Every prototype on the way from the classes of a namespace up to their base that has a method of its own of this name. */
function prototypes(namespace: object, base: Function, method: string): object[] {
  const found = new Set<object>();
  for (const each of Object.values(namespace) as unknown[]) {
    if (typeof each !== 'function') continue;
    for (
      let prototype: object | null = each.prototype ?? null;
      prototype instanceof base;
      prototype = Object.getPrototypeOf(prototype)
    )
      if (Object.hasOwn(prototype, method)) found.add(prototype);
  }
  return [...found];
}

function exchange(target: object, name: string, make: (original: Method) => Method): Undo {
  const own = Object.getOwnPropertyDescriptor(target, name)!;
  Object.defineProperty(target, name, { ...own, value: make(own.value as Method) });
  return () => Object.defineProperty(target, name, own);
}

function around(
  recorder: Recorder,
  category: 'module' | 'optimizer',
  method: Method,
  name: (subject: object) => string,
): Method {
  return function (this: object, ...given) {
    const run = (): unknown => Reflect.apply(method, this, given);
    return recorder.within(this) ? run() : recorder.during(name(this), category, this, run);
  };
}

/** `nn.Linear` for a class of ours, the bare name for a user's. */
function module_name({ constructor }: object): string {
  return `${Reflect.get(nn, constructor.name) === constructor ? 'nn.' : ''}${constructor.name}`;
}

const optimizer_name = (optimizer: object): string => `Optimizer.step#${optimizer.constructor.name}.step`;
