import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import * as torch from 'cresset';

/** Runs PyTorch's samples of its modules (test/golden/modules.py) on ours: made by name, loaded by name, compared with what PyTorch computed. */

interface TensorText {
  dtype: 'float' | 'int64' | 'bool';
  shape: number[];
  /** Numbers times `steps`; as texts where some are not finite. */
  values: (number | string)[];
  steps?: number;
  /** Whether PyTorch computed its gradient. */
  grad?: true;
}

type Result = Omit<TensorText, 'values'> & { values?: number[]; bytes?: string };

export interface ParitySample {
  module: string;
  make: unknown[];
  /** How PyTorch prints it. */
  text: string;
  source: string;
  title: string;
  training: boolean;
  args: unknown[];
  kwargs: Record<string, unknown>;
  state: Record<string, TensorText>;
  outputs: Result[];
  input_gradients: (Result | null)[];
  gradients: Record<string, Result>;
  /** What the forward pass changed in the state. */
  after: Record<string, Result>;
  /** How far PyTorch's own float32 is from its float64, where that is far: differences of nearly equal numbers. */
  rounding?: number;
}

export interface Golden {
  torch: string;
  /** Modules of PyTorch's own samples that cresset does not have. */
  beyond: string[];
  samples: ParitySample[];
}

export function read_golden(): Golden {
  return JSON.parse(gunzipSync(readFileSync(join(__dirname, '../golden/modules.json.gz'))).toString()) as Golden;
}

type Make = new (...args: unknown[]) => torch.nn.Module<unknown>;

const dtypes = { float32: torch.float32, float64: torch.float64, int64: torch.int64, bool: torch.bool };
const modules = torch.nn as unknown as Record<string, Make | undefined>;
const functions = torch.nn.functional as unknown as Record<string, unknown>;

export function is_implemented(name: string): boolean {
  return modules[name] !== undefined;
}

// --- Reading a sample ---------------------------------------------------------------------------

const special: Record<string, number> = { inf: Infinity, '-inf': -Infinity, nan: NaN };

function number(text: number | string): number {
  return typeof text === 'number' ? text : (special[text] ?? Number(text));
}

function read_tensor(text: TensorText, float: torch.DType): torch.Tensor {
  const values = text.values.map((value) => number(value) / (text.steps ?? 1));
  const dtype = text.dtype === 'float' ? float : dtypes[text.dtype];
  return torch.tensor(Float64Array.from(values)).reshape(text.shape).to(dtype).detach();
}

/** Turns what modules.py wrote into arguments; the tensors that want a gradient are added to `leaves`. */
function read(value: unknown, float: torch.DType, leaves: torch.Tensor[] = []): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((each) => read(each, float, leaves));
  if ('dtype' in value) {
    const tensor = read_tensor(value as TensorText, float);
    if ((value as TensorText).grad) leaves.push(tensor.requires_grad_());
    return tensor;
  }
  if ('number' in value) return number(value.number as string);
  if ('function' in value) return functions[value.function as string];
  if ('module' in value) return make(value as Pick<ParitySample, 'module' | 'make'>, float);
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, read(each, float, leaves)]));
}

function make(sample: Pick<ParitySample, 'module' | 'make'>, float: torch.DType): torch.nn.Module<unknown> {
  const Module = modules[sample.module]!;
  return new Module(...sample.make.map((each) => read(each, float))).to(float);
}

function wanted(result: Result): { shape: number[]; values: ArrayLike<number> } {
  if (result.bytes === undefined) return { shape: result.shape, values: result.values! };
  const bytes = Buffer.from(result.bytes, 'base64');
  return { shape: result.shape, values: new Float32Array(new Uint8Array(bytes).buffer) };
}

// --- Comparing ----------------------------------------------------------------------------------

/** Errors count relative to the largest element, and as if that were at least this. */
const FLOOR = 0.01;

/** How far it is from PyTorch's value; infinite where shapes or non-finite elements differ. */
function distance(actual: torch.Tensor, result: Result): number {
  const { shape, values } = wanted(result);
  if (String(actual.shape) !== String(shape)) return Infinity;
  const got = actual.detach().to(torch.float64).contiguous().clone().typed_array() as Float64Array;
  const finite = Array.from(values).filter(Number.isFinite);
  const scale = finite.reduce((most, value) => Math.max(most, Math.abs(value)), FLOOR);
  return got.reduce((most, value, i) => {
    if (Object.is(value, values[i]) || value === values[i]) return most;
    const error = Math.abs(value - values[i]) / scale;
    return Math.max(most, Number.isNaN(error) ? Infinity : error);
  }, 0);
}

function flat(value: unknown): torch.Tensor[] {
  if (value instanceof torch.Tensor) return [value];
  // Arrays, and records such as { values, indices }, in the order of their keys.
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(flat) : [];
}

/** The gradient that flows into an output, as in modules.py. */
function upstream(output: torch.Tensor): torch.Tensor {
  const values = Float64Array.from({ length: output.numel() }, (_, i) => (((7 * i + 3) % 11) - 5) / 4);
  return torch.tensor(values).reshape(output.shape).to(output.dtype);
}

/** How a module prints, beside how PyTorch prints it; whole numbers without the ".0" by which Python tells floats, sizes as tuples. */
export function printed(sample: ParitySample): [ours: string, theirs: string] {
  const plain = (text: string): string => text.replace(/(\d)\.0\b/g, '$1').replace(/torch\.Size\(\[(.*?)\]\)/g, '($1)');
  return [plain(String(make(sample, torch.float32))), plain(sample.text)];
}

export type Errors = Record<string, number>;

/** The distance of every output, gradient and buffer from PyTorch's, by name. */
export function run_sample(sample: ParitySample, float: torch.DType): Errors {
  const module = make(sample, float).train(sample.training);
  module.load_state_dict(
    Object.fromEntries(Object.entries(sample.state).map(([name, text]) => [name, read_tensor(text, float)])),
  );
  const leaves: torch.Tensor[] = [];
  const args = read(sample.args, float, leaves) as unknown[];
  const kwargs = read(sample.kwargs, float, leaves) as Record<string, unknown>;
  const outputs = flat(module.forward(...args, ...(Object.keys(kwargs).length > 0 ? [kwargs] : [])));

  const errors: Errors = {};
  const compare = (name: string, actual: torch.Tensor | null, result: Result | null): void => {
    if (actual === null || result === null) errors[name] = actual === result ? 0 : Infinity;
    else errors[name] = distance(actual, result);
  };
  errors['number of outputs'] = outputs.length === sample.outputs.length ? 0 : Infinity;
  for (const [i, result] of sample.outputs.entries()) compare(`output ${i}`, outputs[i] ?? null, result);
  for (const [name, tensor] of Object.entries(module.state_dict()))
    compare(`${name} afterwards`, tensor, sample.after[name] ?? stepped(sample.state[name]));

  const roots = outputs.filter((output) => output.requires_grad);
  const parameters = module.named_parameters();
  const sources = [...leaves, ...parameters.map(([, parameter]) => parameter)];
  const found =
    roots.length === 0 || sources.length === 0
      ? []
      : torch.autograd.grad(roots, sources, { grad_outputs: roots.map(upstream), allow_unused: true });
  for (const [i, result] of sample.input_gradients.entries())
    compare(`gradient of input ${i}`, found[i] ?? null, result);
  for (const [i, [name]] of parameters.entries())
    compare(`gradient of ${name}`, found[leaves.length + i] ?? null, sample.gradients[name] ?? null);
  return errors;
}

/** A state as written, as a result to compare with. */
function stepped(text: TensorText): Result {
  return { ...text, values: text.values.map((value) => number(value) / (text.steps ?? 1)) };
}

// --- The report ---------------------------------------------------------------------------------

/** How far results may be from PyTorch's, which were computed in float64 and written as float32. */
export const TOLERANCE = { float32: 2e-5, float64: 2e-7 };
export type FloatName = keyof typeof TOLERANCE;

export interface ModuleReport {
  module: string;
  samples: number;
  passed: number;
  /** The largest error of all samples. */
  error: Record<FloatName, number>;
  failures: string[];
}

/** In float32 no closer than twice as far as PyTorch is itself. */
function tolerance_of({ rounding = 0 }: ParitySample, dtype: FloatName): number {
  return dtype === 'float32' ? Math.max(TOLERANCE.float32, 2 * rounding) : TOLERANCE.float64;
}

function describe_sample(sample: ParitySample): string {
  const { module, make, title, training, kwargs } = sample;
  const shown = JSON.stringify(make).replace(/\{"dtype"[^}]*\}/g, 'Tensor');
  const named = Object.keys(kwargs).length > 0 ? ` with ${Object.keys(kwargs)}` : '';
  return `${module}(${shown.slice(1, -1)})${named} ${training ? 'in training' : 'in evaluation'} ${title}`.trimEnd();
}

export function run_module(name: string, samples: readonly ParitySample[]): ModuleReport {
  const report: ModuleReport = { module: name, samples: 0, passed: 0, error: { float32: 0, float64: 0 }, failures: [] };
  for (const sample of samples.filter(({ module }) => module === name)) {
    const problems = (['float32', 'float64'] as const).flatMap((dtype) => {
      try {
        const errors = Object.entries(run_sample(sample, dtypes[dtype]));
        const worst = errors.reduce((most, [, error]) => Math.max(most, error), 0);
        report.error[dtype] = Math.max(report.error[dtype], worst);
        const wrong = errors.filter(([, error]) => error > tolerance_of(sample, dtype));
        return wrong.map(([what, error]) => `${what} in ${dtype} is off by ${error.toExponential(1)}`);
      } catch (error) {
        report.error[dtype] = Infinity;
        return [`${dtype}: ${error instanceof Error ? error.message : String(error)}`];
      }
    });
    report.samples++;
    if (problems.length === 0) report.passed++;
    else report.failures.push(`${describe_sample(sample)}: ${problems.join('; ')}`);
  }
  return report;
}

export function run_all({ samples }: Golden): ModuleReport[] {
  const names = [...new Set(samples.map(({ module }) => module))].sort();
  return names.filter(is_implemented).map((name) => run_module(name, samples));
}
