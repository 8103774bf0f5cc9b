import type { Tensor } from '../tensor/tensor';

/** A line search for the strong Wolfe conditions, after Nocedal and Wright, Numerical Optimization, chapter 3.5. */

/** A point on the line: step length, loss, gradient (null where nobody will read it), and the slope along the line. */
export interface LinePoint {
  readonly t: number;
  readonly loss: number;
  readonly gradient: Tensor;
  readonly slope: number;
}

export interface LineResult extends LinePoint {
  readonly evaluations: number;
}

/** The loss may rise by no less than this share of the slope's promise. */
const DECREASE = 1e-4;
/** The slope must shrink to this share. */
const CURVATURE = 0.9;
/** A bracket that moves no parameter by more than this is not narrowed. */
const SMALLEST = 1e-9;

/** Where the cubic through two points with these slopes is least, within bounds. */
function cubic_minimum(a: LinePoint, b: LinePoint, low = Math.min(a.t, b.t), high = Math.max(a.t, b.t)): number {
  const d1 = a.slope + b.slope - (3 * (a.loss - b.loss)) / (a.t - b.t);
  const square = d1 ** 2 - a.slope * b.slope;
  if (!(square >= 0)) return (low + high) / 2;
  const d2 = Math.sqrt(square);
  const [left, right] = a.t <= b.t ? [a, b] : [b, a];
  const t = right.t - (right.t - left.t) * ((right.slope + d2 - d1) / (right.slope - left.slope + 2 * d2));
  return Math.min(Math.max(t, low), high);
}

/**
 * @param evaluate the point at a step length
 * @param start the point at step length 0, its slope negative
 * @param first the step length to try first
 * @param reach the largest component of the direction
 * @param most how many steps are tried after the first
 */
export function strong_wolfe(
  evaluate: (t: number) => LinePoint,
  start: LinePoint,
  first: number,
  reach: number,
  most: number,
): LineResult {
  const too_high = ({ t, loss }: LinePoint): boolean => loss > start.loss + DECREASE * t * start.slope;
  const flat_enough = ({ slope }: LinePoint): boolean => Math.abs(slope) <= -CURVATURE * start.slope;
  let evaluations = 1;
  let tries = 0;
  const next = (t: number): LinePoint => {
    evaluations++;
    tries++;
    return evaluate(t);
  };

  let before = start;
  let point = evaluate(first);
  let bracket: [LinePoint, LinePoint] | null = null;
  while (tries < most) {
    if (too_high(point) || (tries > 1 && point.loss >= before.loss)) bracket = [before, point];
    else if (flat_enough(point)) return { ...point, evaluations };
    else if (point.slope >= 0) bracket = [before, point];
    if (bracket !== null) break;
    const { t } = point;
    const further = cubic_minimum(before, point, t + 0.01 * (t - before.t), t * 10);
    before = point;
    point = next(further);
  }
  bracket ??= [start, point];

  let low = bracket[0].loss <= bracket[1].loss ? 0 : 1;
  let stuck = false;
  while (tries < most) {
    const [a, b] = bracket;
    if (Math.abs(b.t - a.t) * reach < SMALLEST) break;
    const [left, right] = [Math.min(a.t, b.t), Math.max(a.t, b.t)];
    let t: number = cubic_minimum(a, b);
    // Close to an end twice, or at it: a tenth of the way in.
    const margin = 0.1 * (right - left);
    const close = Math.min(right - t, t - left) < margin;
    const inwards: boolean = close && (stuck || t >= right || t <= left);
    if (inwards) t = Math.abs(t - right) < Math.abs(t - left) ? right - margin : left + margin;
    stuck = close && !inwards;
    point = next(t);
    const high = 1 - low;
    if (too_high(point) || point.loss >= bracket[low].loss) {
      bracket[high] = point;
      low = bracket[0].loss <= bracket[1].loss ? 0 : 1;
      continue;
    }
    const done = flat_enough(point);
    if (!done && point.slope * (bracket[high].t - bracket[low].t) >= 0) bracket[high] = bracket[low];
    bracket[low] = point;
    if (done) break;
  }
  return { ...bracket[low], evaluations };
}
