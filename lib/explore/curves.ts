// The tensors' methods come with it.
import '../index';
import type { Module } from '../nn';
import { linspace } from '../ops/create';
import type { Tensor } from '../tensor/tensor';
import { find_activation } from '../viz/catalog';
import { evaluate } from '../viz/evaluate';
import { type Choice, type CurveRequest, POINTS } from './protocol';

/** The module a page has chosen, in evaluation: RReLU would draw its slopes in training. */
export function build({ name, values }: Choice): Module {
  // Two sliders can cross; the bounds between them are meant.
  const given = name === 'rrelu' ? [...values].sort((a, b) => a - b) : values;
  return find_activation('explore', name).make(...given);
}

/** y and dy/dx over `linspace(-range, range, points)`, by the kernels and by autograd. */
export function sample(choice: Choice, range: number, points = POINTS): Record<'x' | 'y' | 'yp', Float32Array> {
  const x = linspace(-range, range, points);
  const { y, yp } = evaluate('explore', x, build(choice));
  const values = (tensor: Tensor): Float32Array => tensor.copy_to(new Float32Array(points));
  return { x: values(x), y: values(y), yp: values(yp) };
}

/** The answer to a request, as its type says. */
export function sample_all({ range, curves }: CurveRequest): Float32Array<ArrayBuffer> {
  const out = new Float32Array((1 + 2 * curves.length) * POINTS);
  curves.forEach((choice, i) => {
    const { x, y, yp } = sample(choice, range);
    if (i === 0) out.set(x);
    out.set(y, (1 + 2 * i) * POINTS);
    out.set(yp, (2 + 2 * i) * POINTS);
  });
  return out;
}
