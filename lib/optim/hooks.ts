import { fail_type } from '../errors';
import type { RemovableHandle } from '../nn/hooks';

type Kind = 'before_step' | 'after_step' | 'before_save' | 'after_save' | 'before_load' | 'after_load';
type Hook<T> = (optimizer: T, ...given: never[]) => unknown;

/** What a program wants to be called with, in the order in which it was registered. */
export class Hooks<T> {
  private readonly table = new Map<Kind, Hook<T>[]>();

  add(op: string, kind: Kind, hook: Hook<T>): RemovableHandle {
    if (typeof hook !== 'function') fail_type(op, 'hook', 'a function', hook);
    // The same function may be registered twice; each handle takes its own place away.
    const entry: Hook<T> = (...given) => hook(...given);
    this.table.set(kind, [...(this.table.get(kind) ?? []), entry]);
    const remove = (): void => {
      const others = this.table.get(kind)?.filter((each) => each !== entry);
      this.table.set(kind, others ?? []);
    };
    return { remove, [Symbol.dispose]: remove };
  }

  run(kind: Kind, optimizer: T): void {
    for (const hook of this.table.get(kind) ?? []) hook(optimizer);
  }

  /** A value as the hooks leave it. */
  replace<V>(kind: Kind, optimizer: T, value: V): V {
    for (const hook of this.table.get(kind) ?? [])
      value = ((hook as (optimizer: T, value: V) => V | undefined)(optimizer, value) ?? value) as V;
    return value;
  }
}
