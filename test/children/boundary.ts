import * as torch from 'cresset';
import { addon } from '../../lib/native/addon';
import { op_records, type TensorSpec } from '../../lib/ops/define';

/**
 * Throws garbage at the addon: `kernels SEED CALLS [NAME]` runs every kernel (or one) with random numbers, `functions SEED CALLS` calls every exported
 * function with random values. A line is printed before each batch, so the last one names what hung or crashed.
 */

const [mode, seed, calls, only] = process.argv.slice(2);
const out = (line: string): boolean => process.stdout.write(`${line}\n`);

/** A small generator (mulberry32), so that a failure can be repeated. */
let state = 0;
function random(): number {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
}
const below = (n: number): number => Math.floor(random() * n);
const pick = <T>(list: readonly T[]): T => list[below(list.length)];

/** Blocks of the allocator and of the user; around the latter lies memory that must not change. */
const CANARY = 0xa5;
const MARGIN = 4096;
const owners: object[] = [];
const ids: number[] = [];
const surroundings: { whole: Uint8Array; from: number; to: number }[] = [];

for (const bytes of [1, 8, 64, 100, 1024, 4096, 65536]) {
  const owner = {};
  owners.push(owner);
  ids.push(addon.allocate(owner, bytes));
  const whole = new Uint8Array(bytes + 2 * MARGIN).fill(CANARY);
  const view = whole.subarray(MARGIN, MARGIN + bytes).fill(0);
  owners.push(view);
  ids.push(addon.adopt(view, view));
  surroundings.push({ whole, from: MARGIN, to: MARGIN + bytes });
}

function check_surroundings(context: string): void {
  for (const { whole, from, to } of surroundings)
    for (let i = 0; i < whole.length; i++)
      if ((i < from || i >= to) && whole[i] !== CANARY) {
        out(`${context} wrote outside a block: byte ${i - from} of ${to - from}`);
        process.exit(3);
      }
}

const wild = [
  0,
  1,
  -1,
  2,
  3,
  4,
  5,
  7,
  8,
  16,
  17,
  64,
  255,
  0.5,
  -0.5,
  NaN,
  Infinity,
  -Infinity,
  -0,
  2 ** 31,
  2 ** 32,
  2 ** 40,
  2 ** 46,
  2 ** 53,
  -(2 ** 53),
  1e308,
  1e-320,
];
const small = [0, 0, 1, 1, 1, 2, 2, 3, 4, 5, 8];
const sizes = [0, 1, 2, 3, 4, 7, 8, 16, 25, 100];

/** Mostly numbers that could be meant, since pure noise fails at the first check. */
function argument(): number {
  const kind = random();
  if (kind < 0.3) return pick(small);
  if (kind < 0.45) return pick(sizes);
  if (kind < 0.75) return pick(ids);
  if (kind < 0.85) return pick(wild);
  if (kind < 0.9) return below(20000);
  return random() * 4 - 2;
}

const SHAPES = [[], [3], [8], [2, 3], [4, 1, 2], [0, 2], [16]];

/** What most kernels begin with: dtype, shape or counts, then operands with offsets and strides. */
function structured(): number[] {
  const list = [below(6)];
  const shape = pick(SHAPES);
  if (random() < 0.5) list.push(shape.length, ...shape);
  else for (let i = 1 + below(5); i > 0; i--) list.push(pick(sizes));
  const strides = random() < 0.5 ? shape.length : 0;
  for (let i = 1 + below(6); i > 0; i--) {
    list.push(pick(ids), pick([0, 0, 0, 1, 2, 7, 300]));
    for (let j = 0; j < strides; j++) list.push(pick([0, 1, 1, 2, 3, -1, 8]));
  }
  for (let i = below(12); i > 0; i--) list.push(argument());
  if (random() < 0.3) list[below(list.length)] = pick(wild);
  return list;
}

const dtypes = { int64: torch.int64, int32: torch.int32, uint8: torch.uint8, bool: torch.bool };

/** Calls that were meant, kernel by kernel: arguments as our own operations send them, and which of them are ids. */
const corpus = new Map<number, { list: number[]; id: boolean[] }[]>();

function record_corpus(): void {
  const seen = new Set<number>();
  const { run, allocate } = addon;
  // Ids from here on are larger than any size in a sample.
  const fillers = Array.from({ length: 3000 }, () => ({}));
  for (const each of fillers) allocate(each, 1);
  addon.allocate = (storage, bytes) => {
    const id = allocate(storage, bytes);
    seen.add(id);
    return id;
  };
  addon.run = (index, length) => {
    const list = [...addon.arguments.subarray(0, length)];
    const known = corpus.get(index) ?? [];
    corpus.set(index, known);
    if (known.length < 200) known.push({ list, id: list.map((value) => seen.has(value)) });
    return run(index, length);
  };
  for (const each of op_records())
    for (const { args } of each.samples()) {
      try {
        const result = (each.call as (...a: unknown[]) => unknown)(...args.map(realized));
        for (const t of Array.isArray(result) ? result : [result])
          if (t instanceof torch.Tensor && t.requires_grad) t.backward();
      } catch {}
    }
  train(torch.optim.SGD, { lr: 0.1, momentum: 0.9, nesterov: true });
  train(torch.optim.Adam, { amsgrad: true });
  Object.assign(addon, { run, allocate });
}

function realized(arg: unknown): unknown {
  if (Array.isArray(arg)) return arg.map(realized);
  if (arg === null || typeof arg !== 'object' || !('shape' in arg)) return arg;
  const { shape, dtype = 'float' } = arg as TensorSpec;
  return dtype === 'float'
    ? torch.full(shape, 0.5, { requires_grad: true })
    : torch.ones(shape, { dtype: dtypes[dtype] });
}

function train(
  optimizer: new (parameters: Iterable<torch.Tensor>, options: object) => torch.optim.Optimizer,
  options: object,
): void {
  const model = new torch.nn.Sequential(new torch.nn.Linear(5, 3), new torch.nn.LeakyReLU(), new torch.nn.Linear(3, 4));
  const opt = new optimizer(model.parameters(), options);
  const target = torch.tensor([0n, 1n]);
  for (let i = 0; i < 2; i++) {
    opt.zero_grad();
    torch.nn.functional.cross_entropy(model.forward(torch.ones([2, 5])), target).backward();
    opt.step();
  }
}

/** Huge counts over operands that stand still: immediates, and strides of 0. */
function stretch(list: number[], id: readonly boolean[]): void {
  list.forEach((_, i) => {
    if (random() < (id[i] ? 0.2 : 0.3)) list[i] = 0;
  });
  list[1 + below(Math.min(list.length, 6))] = pick([2 ** 27, 2 ** 40]);
}

/** A recorded call on our blocks, with up to three numbers changed. */
function mutated(index: number): number[] | null {
  const known = corpus.get(index);
  if (known === undefined) return null;
  const { list, id } = pick(known);
  const changed = list.map((value, i) => (id[i] ? pick(ids) : value));
  for (let i = below(4); i > 0; i--) changed[below(changed.length)] = argument();
  if (random() < 0.1) stretch(changed, id);
  return changed;
}

function fuzz_kernels(): void {
  record_corpus();
  addon.kernels.forEach((name, index) => {
    if (only !== undefined && only !== name) return;
    out(name);
    state = Number(seed) + index;
    let accepted = 0;
    let slowest = 0;
    let slow: number[] = [];
    for (let i = 0; i < Number(calls); i++) {
      const list =
        (random() < 0.5 ? mutated(index) : null) ??
        (random() < 0.4 ? Array.from({ length: below(40) }, argument) : structured());
      if (random() < 0.02) list.length = Math.min(list.length, below(4));
      list.forEach((value, at) => {
        addon.arguments[at] = value;
      });
      const start = process.cpuUsage().user;
      if (addon.run(index, list.length) === 0) accepted++;
      const took = (process.cpuUsage().user - start) / 1000;
      if (took > slowest) [slowest, slow] = [took, list];
      if (i % 256 === 0) check_surroundings(`${name}, call ${i}`);
    }
    check_surroundings(name);
    out(`  ${accepted} accepted`);
    // Work is bounded, but may be some 10^8 elements of a block that stands still.
    if (slowest > 20_000) {
      out(`${name} took ${slowest.toFixed(0)} ms of processor time with ${slow}`);
      process.exitCode = 4;
    }
  });
}

const shared = new SharedArrayBuffer(256);
const detached = new Float32Array(4);
structuredClone(detached.buffer, { transfer: [detached.buffer] });

function any_value(): unknown {
  return pick<() => unknown>([
    () => undefined,
    () => null,
    () => argument(),
    () => pick(wild),
    () => pick(ids),
    () => 'text',
    () => 7n,
    () => true,
    () => Symbol.iterator,
    () => ({}),
    () => [1, 2, 3],
    () => () => 1,
    () => pick(owners),
    () => new Float32Array(below(20)),
    () => new Float64Array(below(20)),
    () => new Float32Array(shared, 4 * below(16), below(16)),
    () => new Uint8Array(below(20)),
    () => new BigInt64Array(3),
    () => new Uint16Array(3),
    () => new DataView(new ArrayBuffer(8)),
    () => new ArrayBuffer(8),
    () => detached,
    () => new Proxy({}, {}),
  ])();
}

function fuzz_functions(): void {
  state = Number(seed);
  const functions = Object.entries(addon).filter(([, value]) => typeof value === 'function') as [
    string,
    (...args: unknown[]) => unknown,
  ][];
  for (const [name, call] of functions) {
    out(name);
    for (let i = 0; i < Number(calls); i++) {
      const args = Array.from({ length: below(6) }, any_value);
      // A run that could be meant is the other mode's business, and sizes that the machine has are granted.
      if (name === 'run' && typeof args[0] === 'number') args[1] = pick(wild);
      if (['allocate', 'raw_alloc'].includes(name))
        for (const [at, value] of args.entries())
          if (typeof value === 'number' && value > 2 ** 20 && value < 2 ** 45) args[at] = 2 ** 50;
      try {
        call(...args);
      } catch (error) {
        if (!(error instanceof Error)) throw error;
      }
      if (i % 256 === 0) addon.sweep(1);
    }
    check_surroundings(name);
  }
  addon.set_num_threads(2);
  out('done');
}

if (mode === 'kernels') fuzz_kernels();
else fuzz_functions();
const { maxRSS } = process.resourceUsage();
out(`peak ${Math.round(maxRSS / 1024)} MB`);
if (maxRSS > 2 ** 20) process.exitCode = 5;
if (ids.length === 0) out(String(owners.length));
