/** V8's heap and collector. Node's module `v8` brings all of `stream` along, a tenth of `require('cresset')`: it is loaded when first needed. */

const v8 = () => process.getBuiltinModule('node:v8');

/** With options a minor collection, without a major one: Node 20 takes any options, `{ type: 'major' }` too, for minor. */
export type Collect = (options?: { type: 'minor'; execution: 'sync' }) => void;

/** Null where the runtime does not hand its collector out; CRESSET_COLLECTOR=0 behaves so. */
export function find_collector(): Collect | null {
  if (process.env.CRESSET_COLLECTOR === '0') return null;
  try {
    v8().setFlagsFromString('--expose-gc');
    return process.getBuiltinModule('node:vm').runInNewContext('gc') as Collect;
  } catch {
    return null;
  }
}

/** Bytes that may still be allocated in JavaScript's heap. V8 ends the process when it is full. */
export function heap_left(): number {
  const { heap_size_limit, used_heap_size } = v8().getHeapStatistics();
  return heap_size_limit - used_heap_size;
}
