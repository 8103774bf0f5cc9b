import { set_around_node } from '../autograd/engine';
import { addon } from '../native/addon';
import { watch_kernels } from '../native/run';
import * as nn from '../nn';
import { Module } from '../nn/module';
import { keep_trust } from '../nn/trust';
import * as optim from '../optim';
import { Optimizer } from '../optim/optimizer';
import { set_around_reclaim } from '../tensor/collector';
import type { Recorder } from './recorder';

/**
 * Where a profiler looks in. Kernels and nodes of backward pass a place that asks whether somebody watches; methods of modules and optimizers
 * are exchanged for ones that take the time, and put back.
 */

type Undo = () => void;
type Method = (this: object, ...given: unknown[]) => unknown;

export interface SeamOptions {
  with_modules: boolean;
}

/** Returns what puts everything back. */
export function watch(recorder: Recorder, options: SeamOptions): Undo {
  const labels = addon.kernels.map((name) => recorder.label(name, 'kernel'));
  watch_kernels((run) => (kernel, length) => {
    const start = recorder.now();
    const status = run(kernel, length);
    recorder.kernel(labels[kernel], start, recorder.now());
    return status;
  });
  set_around_node(({ name }, run) => recorder.during(name, 'backward', null, run));
  const undo = [
    () => watch_kernels(null),
    () => set_around_node(null),
    watch_collector(recorder),
    ...prototypes(optim, Optimizer, 'step').map((prototype) =>
      exchange(prototype, 'step', (step) => around(recorder, 'optimizer', step, optimizer_name)),
    ),
  ];
  if (options.with_modules) undo.push(watch_modules(recorder));
  return () => {
    for (const each of undo.reverse()) each();
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
