import { shape_text } from '../errors';
import type { Tensor } from '../tensor/tensor';
import { element, index_of } from './elements';
import { edge_of, type Node } from './node';

/** What gradcheck says about gradients that differ. */

export interface Disagreement {
  input: number;
  x: Tensor;
  /** The element of x, in row-major order, and that of out. */
  at: number;
  output: number;
  out: Tensor;
  to: number;
  analytic: number;
  numeric: number;
  /** The slopes on the left and on the right of the point. */
  sides: readonly [number, number];
}

interface Settings {
  op: string;
  eps: number;
  atol: number;
  rtol: number;
}

const MOST_LINES = 5;

/** One line for one element; a list that starts with the first ones for several. */
export function report(settings: Settings, found: readonly Disagreement[], compared: number): string {
  const { op, eps, atol, rtol } = settings;
  const lines = found.slice(0, MOST_LINES).map((each) => line_of(each, settings));
  if (found.length === 1) return `${op}: ${lines[0]}`;
  const head = `${op}: ${found.length} of ${compared} derivatives differ (eps ${eps}, atol ${atol}, rtol ${rtol})`;
  const rest = found.length > lines.length ? [`… and ${found.length - lines.length} more`] : [];
  return [head, ...lines, ...rest].join('\n  ');
}

function line_of(found: Disagreement, { eps }: Settings): string {
  const { input, x, at, output, out, to, analytic, numeric, sides } = found;
  const value = element(x, at);
  const place = `input ${input}, element ${index_text(x, at)} (x = ${value}), output ${output}, element ${index_text(out, to)}`;
  const kinked = has_rectifier(out) && (Math.abs(value) < eps || differ(sides));
  const hint = kinked ? '; near the kink at 0, where a rectifier has no derivative: move x away from it' : '';
  return `${place}: analytic ${analytic}, numeric ${numeric}, difference ${Math.abs(analytic - numeric)}${hint}`;
}

/** Slopes on both sides of a point that rounding and curvature do not explain: a kink, perhaps behind another layer. */
function differ([left, right]: readonly [number, number]): boolean {
  return Math.abs(right - left) > 1e-3 * Math.max(Math.abs(left), Math.abs(right), 1e-3);
}

const rectifier = /relu|hardtanh|threshold|clamp|abs|shrink|maximum|minimum|where/i;

function has_rectifier(out: Tensor): boolean {
  const stack: (Node | null)[] = [edge_of(out)];
  const seen = new Set<Node>();
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (node === null || seen.has(node)) continue;
    if (rectifier.test(node.name)) return true;
    seen.add(node);
    stack.push(...node.next);
  }
  return false;
}

function index_text(t: Tensor, flat: number): string {
  return shape_text(index_of(t.shape, flat));
}
