/** What page and server say to each other. Shared by both, so nothing of Node.js and nothing of the browser stands here. */

/** Points of a curve. The ranges divided by it are powers of two, so every x is a short binary fraction, and 0 one of them. */
export const POINTS = 1281;
export const ranges = [2.5, 5, 10] as const;
/** Curves a page may show at once. */
export const MOST_CURVES = 4;
/** Half the width of the square in which the data of the second panel lie. */
export const EXTENT = 1.7;
/** The decision boundary is sampled on a square of so many points a side. */
export const SIDE = 72;

/** A number that a slider sets. */
export interface Parameter {
  readonly name: string;
  readonly low: number;
  readonly high: number;
  /** What one step of the slider changes. */
  readonly step: number;
  /** The steps kept in a page written to a file. */
  readonly coarse: number;
  readonly start: number;
}

/** One activation as the page sees it. */
export interface Entry {
  readonly name: string;
  readonly title: string;
  readonly group: string;
  readonly parameters: readonly Parameter[];
  /** What a reader of the curve should know. */
  readonly note?: string;
}

export interface Choice {
  readonly name: string;
  readonly values: readonly number[];
}

/** Asks for `[x, y of the first, y' of the first, y of the second, ...]`, each of POINTS Float32 values over [-range, range]. */
export interface CurveRequest {
  readonly range: number;
  readonly curves: readonly Choice[];
}

export const data_sets = ['moons', 'spiral'] as const;
export type DataSet = (typeof data_sets)[number];

/** A network by what made it: the same plan gives the same network. */
export interface Plan {
  readonly data: DataSet;
  readonly seed: number;
  readonly rate: number;
  readonly activation: Choice;
}

export interface TrainRequest {
  /** Names the page, so that two of them do not train one network. */
  readonly session: string;
  /** A higher number starts over. */
  readonly round: number;
  readonly plan: Plan;
  readonly steps: number;
}

/** What a page shows of a network. */
export interface Frame {
  readonly step: number;
  readonly loss: number;
  /** Share of held-out points on the right side. */
  readonly accuracy: number;
  /** Of each hidden layer: units, and how many of them have a zero gradient at every point of the data. */
  readonly layers: readonly { readonly units: number; readonly dead: number }[];
  /** The learned slope of each hidden layer; none if nothing is learned. */
  readonly slopes: readonly number[];
  /** The loss of every step since the frame before. */
  readonly losses: readonly number[];
  /** x, y, class of each training point. */
  readonly points: Float32Array;
  /** Log odds of class 1, rows from the top, SIDE by SIDE. */
  readonly field: Float32Array;
}

export type Setup = LiveSetup | FileSetup;

export interface LiveSetup {
  readonly kind: 'live';
  readonly version: string;
  readonly entries: readonly Entry[];
}

/** A page in a file: every curve at every step of its sliders. */
export interface FileSetup {
  readonly kind: 'file';
  readonly version: string;
  readonly entries: readonly Entry[];
  readonly range: number;
  readonly points: number;
  /** Of each entry, for each combination of its steps (the last slider fastest), which rows of the table are y and y'. Row 0 is x. */
  readonly rows: readonly (readonly number[])[];
  /** Rows of the table. */
  readonly count: number;
  /** The table, as pack.ts describes it: base64 of deflated bytes. */
  readonly table: string;
}

const HEAD = 8;

/** A frame as one Float32Array, which holds steps up to 2^24. */
export function encode_frame(frame: Frame): Float32Array<ArrayBuffer> {
  const { layers, slopes, losses, points, field } = frame;
  const counts = [layers.length, slopes.length, losses.length, points.length, field.length];
  const out = new Float32Array(HEAD + layers.length + counts.reduce((sum, n) => sum + n, 0));
  let place = 0;
  const put = (values: ArrayLike<number>): void => {
    out.set(values, place);
    place += values.length;
  };
  put([frame.step, frame.loss, frame.accuracy, ...counts]);
  put(layers.flatMap(({ units, dead }) => [units, dead]));
  for (const part of [slopes, losses, points, field]) put(part);
  return out;
}

export function decode_frame(data: Float32Array): Frame {
  const [step, loss, accuracy, n_layers, n_slopes, n_losses, n_points, n_field] = data;
  let place = HEAD;
  const take = (n: number): Float32Array => data.subarray(place, (place += n));
  const pairs = take(2 * n_layers);
  return {
    step,
    loss,
    accuracy,
    layers: Array.from({ length: n_layers }, (_, i) => ({ units: pairs[2 * i], dead: pairs[2 * i + 1] })),
    slopes: [...take(n_slopes)],
    losses: [...take(n_losses)],
    points: take(n_points),
    field: take(n_field),
  };
}

/** The value of a parameter at a step of its slider, as the page's text of it reads. */
export function value_at({ low }: Parameter, step: number, i: number): number {
  return Number((low + i * step).toFixed(6));
}

export function steps_of({ low, high }: Parameter, step: number): number {
  return Math.round((high - low) / step) + 1;
}
