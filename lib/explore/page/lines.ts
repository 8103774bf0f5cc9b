/** From numbers to the path of a line. */

export interface Frame {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Where [low, high] of x and of y lie on the drawing. */
export interface Scale {
  x(value: number): number;
  y(value: number): number;
}

export function scale(frame: Frame, [x0, x1]: readonly number[], [y0, y1]: readonly number[]): Scale {
  return {
    x: (value) => frame.left + ((value - x0) / (x1 - x0)) * (frame.right - frame.left),
    y: (value) => frame.bottom - ((value - y0) / (y1 - y0)) * (frame.bottom - frame.top),
  };
}

/**
 * The path through the points, broken where there is no number. That of a function is broken also where it jumps: where one difference is far
 * greater than both its neighbours.
 */
export function path(x: ArrayLike<number>, y: ArrayLike<number>, to: Scale, of_function = true): string {
  const difference = (i: number): number => Math.abs(y[i] - y[i - 1]);
  const jumps = (i: number): boolean =>
    of_function &&
    i > 1 &&
    i < y.length - 1 &&
    difference(i) > 1e-3 + 12 * Math.max(difference(i - 1), difference(i + 1));
  let text = '';
  let drawing = false;
  for (let i = 0; i < y.length; i++) {
    const pen = drawing && !jumps(i) ? 'L' : 'M';
    drawing = Number.isFinite(y[i]);
    if (drawing) text += `${pen}${to.x(x[i]).toFixed(1)} ${to.y(y[i]).toFixed(1)}`;
  }
  return text;
}

/** Low and high of the values and of what should be in view anyway, on whole multiples of a step so that the axis does not tremble. */
export function domain(
  values: readonly ArrayLike<number>[],
  [low, high]: readonly [number, number],
  step: number,
): [number, number] {
  for (const row of values)
    for (let i = 0; i < row.length; i++)
      if (Number.isFinite(row[i])) {
        low = Math.min(low, row[i]);
        high = Math.max(high, row[i]);
      }
  return [Math.floor(low / step + 1e-6) * step, Math.ceil(high / step - 1e-6) * step];
}
