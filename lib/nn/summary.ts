import { no_grad } from '../autograd/mode';
import { bytes_text, check_boolean, check_integer, check_options, fail_type, shape_text } from '../errors';
import { addon } from '../native/addon';
import { Tensor } from '../tensor/tensor';
import type { RemovableHandle } from './hooks';
import type { Module } from './module';
import { own_modules } from './tree';

/** What `model.summary(input)` tells of a model: the shapes, parameters, memory and arithmetic of one forward pass. */

/** Options of `Module.summary`. */
export interface SummaryOptions {
  /** How many levels of modules to list, the model's own not counted. Default: all. */
  depth?: number;
  /** Print the table. Default true. */
  print?: boolean;
}

/** A module in a summary; its figures include those of the modules within it. */
export interface LayerSummary {
  /** Its path, such as `encoder.0`; empty for the model. */
  readonly name: string;
  /** Its class. */
  readonly type: string;
  /** 0 for the model, 1 for what it holds, and so on. */
  readonly depth: number;
  /** Shapes of the tensors of its last output; null where forward never came by. */
  readonly output_shapes: readonly (readonly number[])[] | null;
  /** Bytes of its outputs, over all its calls. */
  readonly output_bytes: number;
  /** Elements of its parameters, each counted once. */
  readonly parameters: number;
  /** Floating point operations of products, convolutions and attention, two for a multiply-add, over all its calls. */
  readonly flops: number;
  /** How often forward came by. */
  readonly calls: number;
}

/**
 * The figures of a model, as `Module.summary` returns them; as text they are the table.
 * @example
 * ```ts
 * const { layers } = new torch.nn.Linear(3, 2).summary(torch.zeros([4, 3]), { print: false });
 * layers[0].output_shapes; // [[4, 2]]
 * ```
 */
export class ModelSummary {
  /** @internal */
  constructor(
    /** In the order of `named_modules()`; the first is the model. */
    readonly layers: readonly LayerSummary[],
    readonly parameters: number,
    readonly trainable_parameters: number,
    readonly parameter_bytes: number,
    /** What the modules without submodules put out. */
    readonly output_bytes: number,
    /** Of one forward pass; 0 without an input. */
    readonly flops: number,
  ) {}

  /** The table. */
  toString(): string {
    const ran = this.layers[0].calls > 0;
    const head = ['layer', 'output', 'parameters', ...(ran ? ['memory', 'FLOPs'] : [])];
    const rows = this.layers.map((layer, i) => [
      branch(this.layers, i) + (layer.depth === 0 ? layer.type : `(${layer.name.split('.').pop()}) ${layer.type}`),
      `${layer.output_shapes?.map(shape_text).join(', ') ?? '–'}${layer.calls > 1 ? ` ×${layer.calls}` : ''}`,
      layer.parameters === 0 ? '–' : layer.parameters.toLocaleString('en'),
      ...(ran ? [layer.calls === 0 ? '–' : bytes_text(layer.output_bytes), flops_text(layer.flops)] : []),
    ]);
    const widths = head.map((_, c) => Math.max(...[head, ...rows].map((row) => row[c].length)));
    const line = (row: readonly string[]): string =>
      row
        .map((cell, c) => (c < 2 ? cell.padEnd(widths[c]) : cell.padStart(widths[c])))
        .join('  ')
        .trimEnd();
    const rule = '─'.repeat(widths.reduce((a, b) => a + b + 2, -2));
    const frozen = this.parameters - this.trainable_parameters;
    return [
      line(head),
      rule,
      ...rows.map(line),
      rule,
      `parameters  ${this.parameters.toLocaleString('en')}, ${bytes_text(this.parameter_bytes)}${frozen === 0 ? '' : `, ${frozen.toLocaleString('en')} of them frozen`}`,
      ...(ran ? [`outputs     ${bytes_text(this.output_bytes)} in the innermost modules`] : []),
      ...(ran ? [`forward     ${flops_text(this.flops)} FLOPs in products, convolutions and attention`] : []),
    ].join('\n');
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}

interface Figures {
  shapes: (readonly number[])[] | null;
  bytes: number;
  flops: number;
  calls: number;
}

/** @internal */
export function summarize(model: Module, input: unknown, options?: SummaryOptions): ModelSummary {
  const { depth, print } = check_options('summary', options, { depth: Number.MAX_SAFE_INTEGER, print: true });
  check_integer('summary', 'depth', depth, 0);
  check_boolean('summary', 'print', print);
  const inputs = input === undefined || input === null ? null : Array.isArray(input) ? (input as unknown[]) : [input];
  const wrong = inputs?.find((each) => !(each instanceof Tensor));
  if (wrong !== undefined) fail_type('summary', 'input', 'a Tensor or a list of Tensors', wrong);
  const figures = new Map<Module, Figures>();
  const layers = tree_of(model);
  for (const { module } of layers) figures.set(module, { shapes: null, bytes: 0, flops: 0, calls: 0 });
  if (inputs !== null) run(model, inputs as Tensor[], figures);
  const summary = collect(
    model,
    layers.filter((layer) => layer.depth <= depth),
    figures,
  );
  if (print) console.log(String(summary));
  return summary;
}

interface Place {
  module: Module;
  name: string;
  depth: number;
}

function tree_of(root: Module): Place[] {
  const places: Place[] = [];
  const seen = new Set<Module>();
  const visit = (module: Module, name: string, depth: number): void => {
    if (seen.has(module)) return;
    seen.add(module);
    places.push({ module, name, depth });
    for (const [key, child] of own_modules(module)) visit(child, name === '' ? key : `${name}.${key}`, depth + 1);
  };
  visit(root, '', 0);
  return places;
}

/** One forward pass without gradients, in evaluation mode so that it leaves no trace in the model. */
function run(model: Module, inputs: readonly Tensor[], figures: ReadonlyMap<Module, Figures>): void {
  const modes = [...figures.keys()].map((module) => [module, module.training] as const);
  const handles: RemovableHandle[] = [];
  const counter = count_flops();
  const begun: number[] = [];
  try {
    for (const [module, figure] of figures) {
      module.training = false;
      handles.push(
        module.register_forward_pre_hook(() => {
          begun.push(counter.flops);
        }),
        module.register_forward_hook((_module, _args, output: unknown) => {
          const tensors = tensors_in(output);
          figure.calls++;
          figure.flops += counter.flops - (begun.pop() ?? 0);
          figure.shapes = tensors.map(({ shape }) => shape);
          figure.bytes += tensors.reduce((sum, each) => sum + each.numel() * each.dtype.itemsize, 0);
        }),
      );
    }
    no_grad(() => model.forward(...inputs));
  } finally {
    for (const handle of handles) handle.remove();
    for (const [module, training] of modes) module.training = training;
    counter.stop();
  }
}

/** Adds up what the kernels say of their work. */
function count_flops(): { flops: number; stop(): void } {
  const { run } = addon;
  const counter = {
    flops: 0,
    stop(): void {
      addon.run = run;
    },
  };
  addon.run = (kernel, length) => {
    const status = run(kernel, length);
    counter.flops += addon.work(1);
    return status;
  };
  return counter;
}

function tensors_in(output: unknown): Tensor[] {
  if (output instanceof Tensor) return [output];
  if (output === null || typeof output !== 'object' || ArrayBuffer.isView(output)) return [];
  return Object.values(output).flatMap(tensors_in);
}

function collect(model: Module, places: readonly Place[], figures: ReadonlyMap<Module, Figures>): ModelSummary {
  const layers = places.map(({ module, name, depth }): LayerSummary => {
    const { shapes, bytes, flops, calls } = figures.get(module)!;
    return {
      name,
      type: module.constructor.name,
      depth,
      output_shapes: shapes,
      output_bytes: bytes,
      parameters: module.parameters().reduce((sum, each) => sum + each.numel(), 0),
      flops,
      calls,
    };
  });
  const parameters = model.parameters();
  const count = (list: readonly Tensor[]): number => list.reduce((sum, each) => sum + each.numel(), 0);
  const innermost = [...figures].filter(([module]) => own_modules(module).length === 0);
  return new ModelSummary(
    layers,
    count(parameters),
    count(parameters.filter((each) => each.requires_grad)),
    parameters.reduce((sum, each) => sum + each.numel() * each.dtype.itemsize, 0),
    innermost.reduce((sum, [, { bytes }]) => sum + bytes, 0),
    figures.get(model)!.flops,
  );
}

/** The lines of the tree that lead to a layer. */
function branch(layers: readonly LayerSummary[], at: number): string {
  const { depth } = layers[at];
  let text = '';
  for (let level = depth; level > 0; level--) {
    const next = layers.slice(at + 1).find((layer) => layer.depth <= level);
    const goes_on = next?.depth === level;
    text = (level === depth ? (goes_on ? '├─ ' : '└─ ') : goes_on ? '│  ' : '   ') + text;
  }
  return text;
}

/** `15.0 M` */
export function flops_text(flops: number): string {
  if (flops === 0) return '–';
  const power = Math.min(4, Math.floor(Math.log10(flops) / 3));
  const scaled = flops / 1000 ** power;
  return power === 0
    ? String(flops)
    : `${scaled.toPrecision(scaled >= 1000 ? 4 : 3)} ${['', 'k', 'M', 'G', 'T'][power]}`;
}
