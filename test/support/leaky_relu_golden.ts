import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as torch from 'cresset';

/** LeakyReLU in every layout against PyTorch's golden values, bit for bit. Tests run it here, and in a child on every instruction set. */

type FloatArray = Float32Array | Float64Array;
export type FloatName = 'float32' | 'float64';
export const float_names: readonly FloatName[] = ['float32', 'float64'];

interface Written {
  x: string;
  g: string;
  cases: { slope: string; y: string; dx: string }[];
}

const golden = JSON.parse(readFileSync(join(__dirname, '../golden/leaky_relu.json'), 'utf8')) as Record<
  FloatName,
  Written
>;

export interface GoldenCase {
  slope: number;
  y: FloatArray;
  dx: FloatArray;
}

export interface Golden {
  x: FloatArray;
  g: FloatArray;
  cases: GoldenCase[];
}

function decode(name: FloatName, text: string): FloatArray {
  const bytes = new Uint8Array(Buffer.from(text, 'base64')).buffer;
  return name === 'float32' ? new Float32Array(bytes) : new Float64Array(bytes);
}

/** Slopes are written as text, since JSON knows neither nan nor inf. */
function number_of(text: string): number {
  return Number(text.replace('inf', 'Infinity').replace('nan', 'NaN'));
}

export function read_golden(name: FloatName): Golden {
  const { x, g, cases } = golden[name];
  return {
    x: decode(name, x),
    g: decode(name, g),
    cases: cases.map((each) => ({ slope: number_of(each.slope), y: decode(name, each.y), dx: decode(name, each.dx) })),
  };
}

/** Where two arrays differ in a bit; any NaN equals any other. -1 if nowhere. */
export function first_difference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Math.min(a.length, b.length);
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) return i;
  return -1;
}

/** A tensor's elements in order. */
export function elements(t: torch.Tensor): FloatArray {
  return t.detach().contiguous().clone().typed_array() as FloatArray;
}

/** Shows n values of a one-dimensional tensor as `view` does: `lay_out` makes the memory of which `view` sees exactly these values, in their order. */
interface Layout {
  name: string;
  lay_out: (values: FloatArray) => torch.Tensor;
  view: (base: torch.Tensor) => torch.Tensor;
  /** How often every value appears in the view, next to each other. */
  repeats?: number;
}

const ROWS = 8;

function spread(values: FloatArray, length: number, place: (i: number) => number): FloatArray {
  const made = new (values.constructor as new (n: number) => FloatArray)(length).fill(-3);
  values.forEach((value, i) => {
    made[place(i)] = value;
  });
  return made;
}

export const layouts: readonly Layout[] = [
  { name: 'flat', lay_out: (v) => torch.tensor(v), view: (t) => t.view(-1) },
  { name: 'matrix', lay_out: (v) => torch.tensor(v), view: (t) => t.view(ROWS, -1) },
  {
    name: 'transposed',
    lay_out: (v) => {
      const columns = v.length / ROWS;
      return torch
        .tensor(spread(v, v.length, (i) => (i % columns) * ROWS + Math.floor(i / columns)))
        .view(columns, ROWS);
    },
    view: (t) => t.t(),
  },
  {
    name: 'column',
    lay_out: (v) => torch.tensor(spread(v, 3 * v.length, (i) => 3 * i + 1)).view(-1, 3),
    view: (t) => t.select(1, 1),
  },
  {
    name: 'every second',
    lay_out: (v) => torch.tensor(spread(v, 2 * v.length, (i) => 2 * i)),
    view: (t) => t.slice(0, 0, undefined, 2),
  },
  {
    name: 'unaligned',
    lay_out: (v) => torch.tensor(spread(v, v.length + 3, (i) => i + 3)),
    view: (t) => t.narrow(0, 3, t.numel() - 3),
  },
  { name: 'expanded', lay_out: (v) => torch.tensor(v).view(-1, 1), view: (t) => t.expand(-1, 3), repeats: 3 },
];

function repeat(values: FloatArray, times = 1): FloatArray {
  return spread(values, values.length * times, (i) => i * times).map(
    (_, i) => values[Math.floor(i / times)],
  ) as FloatArray;
}

/** One line for each disagreement. */
export function disagreements(): string[] {
  const found: string[] = [];
  for (const name of float_names) {
    const golden = read_golden(name);
    for (const each of golden.cases) {
      const say = (what: string, actual: torch.Tensor, expected: FloatArray): void => {
        const values = elements(actual);
        const at = first_difference(values, expected);
        if (at >= 0)
          found.push(`${name}, slope ${each.slope}, ${what}, element ${at}: ${values[at]} instead of ${expected[at]}`);
      };
      for (const layout of layouts) check_layout(layout, golden, each, say);
      check_scalars(name, golden, each, say);
    }
  }
  return found;
}

type Say = (what: string, actual: torch.Tensor, expected: FloatArray) => void;

function check_layout(layout: Layout, { x, g }: Golden, { slope, y, dx }: GoldenCase, say: Say): void {
  const wide = (values: FloatArray): FloatArray => repeat(values, layout.repeats);
  const base = layout.lay_out(x).requires_grad_();
  const input = layout.view(base);
  const output = torch.nn.functional.leaky_relu(input, slope);
  const gradient = layout.view(layout.lay_out(g));
  say(`${layout.name}`, output, wide(y));
  say(
    `${layout.name}, no grad`,
    torch.no_grad(() => torch.nn.functional.leaky_relu(input, slope)),
    wide(y),
  );
  const [found] = torch.autograd.grad(output, [input], { grad_outputs: gradient, retain_graph: true });
  say(`${layout.name}, backward`, found, wide(dx));
  const [second] = torch.autograd.grad(output, [input], { grad_outputs: gradient, create_graph: true });
  say(`${layout.name}, backward with create_graph`, second, wide(dx));
  if (layout.repeats === undefined) check_inplace(layout, { x, g, cases: [] }, { slope, y, dx }, say);
}

/** On a part of a larger tensor: the rest stays as it is, and its gradient passes unchanged. */
function check_inplace(layout: Layout, { x, g }: Golden, { slope, y, dx }: GoldenCase, say: Say): void {
  const leaf = layout.lay_out(x).requires_grad_();
  const work = leaf.clone();
  const changed = torch.nn.functional.leaky_relu_(layout.view(work), slope);
  say(`${layout.name}, in place`, changed, y);
  say(`${layout.name}, in place, whole`, work, elements(layout.lay_out(y)));
  work.backward(layout.lay_out(g));
  say(`${layout.name}, in place, backward`, leaf.grad!, elements(layout.lay_out(dx)));
}

function check_scalars(name: FloatName, { x, g }: Golden, { slope, y, dx }: GoldenCase, say: Say): void {
  const dtype = name === 'float32' ? torch.float32 : torch.float64;
  const values = new (x.constructor as new (n: number) => FloatArray)(x.length);
  const grads = values.slice();
  for (let i = 0; i < x.length; i++) {
    const scalar = torch.tensor(x[i], { dtype, requires_grad: true });
    const output = torch.nn.functional.leaky_relu(scalar, slope);
    output.backward(torch.tensor(g[i], { dtype }));
    values[i] = output.item() as number;
    grads[i] = scalar.grad!.item() as number;
  }
  say('0-dim', torch.tensor(values), y);
  say('0-dim, backward', torch.tensor(grads), dx);
}
