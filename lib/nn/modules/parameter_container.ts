import { check_integer, fail, fail_range, fail_type } from '../../errors';
import { type DType, float32, float64 } from '../../tensor/dtype';
import { Tensor } from '../../tensor/tensor';
import { Module } from '../module';
import { Parameter } from '../parameter';
import { own_parameters } from '../tree';
import { named_entries } from './container';

function as_parameter(op: string, name: string | number, value: unknown): Parameter {
  if (value instanceof Parameter) return value;
  return value instanceof Tensor ? new Parameter(value) : fail_type(op, `parameter ${name}`, 'a Tensor', value);
}

/** PyTorch's two kinds of containers name the type of their parameters differently. */
function list_parameters(module: Module, type_of: (dtype: DType) => string): string {
  return own_parameters(module)
    .map(
      ([name, { dtype, shape }]) => `  (${name}): Parameter containing: [${type_of(dtype)} of size ${shape.join('x')}]`,
    )
    .join('\n');
}

const tensor_type = (dtype: DType): string =>
  dtype === float32 ? 'torch.FloatTensor' : dtype === float64 ? 'torch.DoubleTensor' : String(dtype);

/**
 * Holds parameters in a list, so that they are found. Tensors become parameters.
 * @example
 * ```ts
 * const weights = new torch.nn.ParameterList([torch.ones([2]), torch.zeros([3])]);
 * weights.at(1).shape; // [3]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ParameterList.html
 */
export class ParameterList extends Module {
  [index: number]: Parameter;

  constructor(values: Iterable<Tensor> = []) {
    super();
    this.extend(values);
  }

  get length(): number {
    return own_parameters(this).length;
  }

  /** The parameter at this place; negative places count from the end. */
  at(index: number): Parameter {
    check_integer('ParameterList', 'index', index);
    const { length } = this;
    return (
      this[index < 0 ? index + length : index] ??
      fail_range('ParameterList', `index ${index} is out of range for ${length} parameters`)
    );
  }

  /** Adds a parameter at the end. */
  append(value: Tensor): this {
    const { length } = this;
    this[length] = as_parameter('ParameterList', length, value);
    return this;
  }

  /** Adds several parameters at the end. */
  extend(values: Iterable<Tensor>): this {
    if (typeof values !== 'object' || values === null || !(Symbol.iterator in values) || values instanceof Tensor)
      fail_type('ParameterList', 'values', 'an array of Tensors', values);
    for (const value of values) this.append(value);
    return this;
  }

  *[Symbol.iterator](): IterableIterator<Parameter> {
    for (const [, parameter] of own_parameters(this)) yield parameter;
  }

  override extra_repr(): string {
    return list_parameters(this, String);
  }
}

/**
 * Holds parameters by name. Tensors become parameters.
 * @example
 * ```ts
 * const scales = new torch.nn.ParameterDict({ left: torch.ones([2]), right: torch.zeros([2]) });
 * scales.get('left').requires_grad; // true
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ParameterDict.html
 */
export class ParameterDict extends Module {
  constructor(values: Readonly<Record<string, Tensor>> | Iterable<readonly [string, Tensor]> = {}) {
    super();
    this.update(values);
  }

  /** The parameter of this name; an error if there is none. */
  get(name: string): Parameter {
    const found = own_parameters(this).find(([key]) => key === name);
    return found === undefined ? fail('ParameterDict', `no parameter is named ${JSON.stringify(name)}`) : found[1];
  }

  /** Adds a parameter, or replaces the one of this name. */
  set(name: string, value: Tensor): this {
    this.register_parameter(name, as_parameter('ParameterDict', JSON.stringify(name), value));
    return this;
  }

  /** Is there a parameter of this name? */
  has(name: string): boolean {
    return own_parameters(this).some(([key]) => key === name);
  }

  get length(): number {
    return own_parameters(this).length;
  }

  /** Adds all of these parameters. */
  update(values: Readonly<Record<string, Tensor>> | Iterable<readonly [string, Tensor]>): this {
    for (const [name, value] of named_entries<Tensor>('ParameterDict', values)) this.set(name, value);
    return this;
  }

  /** Takes a parameter out and returns it. */
  pop(name: string): Parameter {
    const removed = this.get(name);
    Reflect.deleteProperty(this, name);
    return removed;
  }

  /** The names, in the order in which they were added. */
  keys(): string[] {
    return own_parameters(this).map(([key]) => key);
  }

  /** The parameters, in the order in which they were added. */
  values(): Parameter[] {
    return own_parameters(this).map(([, parameter]) => parameter);
  }

  /** Names and parameters, in the order in which they were added. */
  entries(): [string, Parameter][] {
    return own_parameters(this);
  }

  /** PyTorch's name of {@link entries}. */
  items(): [string, Parameter][] {
    return this.entries();
  }

  *[Symbol.iterator](): IterableIterator<string> {
    yield* this.keys();
  }

  override extra_repr(): string {
    return list_parameters(this, tensor_type);
  }
}
