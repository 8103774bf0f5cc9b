import { no_grad } from '../autograd/mode';
import { fail } from '../errors';
import type { Module } from '../nn';
import { linspace } from '../ops/create';
import { catalog } from './catalog';
import { type Choice, type CurveRequest, POINTS } from './protocol';

/** The module a page has chosen. */
export function build({ name, values }: Choice): Module {
  const found = catalog.find((entry) => entry.name === name);
  return found === undefined ? fail('explore', `no activation ${name}`) : found.make(...values);
}

/** y and dy/dx over `linspace(-range, range, points)`, by the kernels: forward, and backward of the sum. */
export function sample(
  choice: Choice,
  range: number,
  points = POINTS,
): { x: Float32Array; y: Float32Array; yp: Float32Array } {
  const x = linspace(-range, range, points, { requires_grad: true });
  // Evaluation, because RReLU draws its slopes in training.
  const y = build(choice).eval().forward(x);
  y.sum().backward();
  const values = (tensor: typeof x): Float32Array => no_grad(() => tensor.copy_to(new Float32Array(points)));
  return { x: values(x), y: values(y), yp: values(x.grad!) };
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
