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

  at(index: number): Parameter {
    check_integer('ParameterList', 'index', index);
    const { length } = this;
    return (
      this[index < 0 ? index + length : index] ??
      fail_range('ParameterList', `index ${index} is out of range for ${length} parameters`)
    );
  }

  append(value: Tensor): this {
    const { length } = this;
    this[length] = as_parameter('ParameterList', length, value);
    return this;
  }

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
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ParameterDict.html
 */
export class ParameterDict extends Module {
  constructor(values: Readonly<Record<string, Tensor>> | Iterable<readonly [string, Tensor]> = {}) {
    super();
    this.update(values);
  }

  get(name: string): Parameter {
    const found = own_parameters(this).find(([key]) => key === name);
    return found === undefined ? fail('ParameterDict', `no parameter is named ${JSON.stringify(name)}`) : found[1];
  }

  set(name: string, value: Tensor): this {
    this.register_parameter(name, as_parameter('ParameterDict', JSON.stringify(name), value));
    return this;
  }

  has(name: string): boolean {
    return own_parameters(this).some(([key]) => key === name);
  }

  get length(): number {
    return own_parameters(this).length;
  }

  update(values: Readonly<Record<string, Tensor>> | Iterable<readonly [string, Tensor]>): this {
    for (const [name, value] of named_entries<Tensor>('ParameterDict', values)) this.set(name, value);
    return this;
  }

  pop(name: string): Parameter {
    const removed = this.get(name);
    Reflect.deleteProperty(this, name);
    return removed;
  }

  keys(): string[] {
    return own_parameters(this).map(([key]) => key);
  }

  values(): Parameter[] {
    return own_parameters(this).map(([, parameter]) => parameter);
  }

  entries(): [string, Parameter][] {
    return own_parameters(this);
  }

  *[Symbol.iterator](): IterableIterator<string> {
    yield* this.keys();
  }

  override extra_repr(): string {
    return list_parameters(this, tensor_type);
  }
}
