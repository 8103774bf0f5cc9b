import { numel_of, type Shape } from '../tensor/shape';
import type { Reference } from './define';

/** Convolutions by their definition, for the generic tests. */

interface Settings {
  stride?: number | readonly number[];
  padding?: number | readonly number[] | string;
  output_padding?: number | readonly number[];
  dilation?: number | readonly number[];
  groups?: number;
}

const pair = (value: number | readonly number[] | undefined, dims: number, otherwise: number): number[] => {
  const each =
    typeof value === 'number' || value === undefined ? new Array<number>(dims).fill(value ?? otherwise) : value;
  return dims === 2 ? [...each] : [otherwise, each[0]];
};

/** [images, channels, y, x], of one and two dimensions, with and without images. */
function four(t: Reference, dims: number): number[] {
  const batched = t.shape.length === dims + 2 ? t.shape : [1, ...t.shape];
  return dims === 2 ? [...batched] : [batched[0], batched[1], 1, batched[2]];
}

/** Calls `each` with the flat places (input, weight, output) of every product. */
function products(
  [images, all_in, height, width]: readonly number[],
  [all_out, in_channels, kernel_y, kernel_x]: readonly number[],
  [, , out_y, out_x]: readonly number[],
  [stride, before, dilation]: readonly number[][],
  groups: number,
  each: (input: number, weight: number, output: number) => void,
): void {
  for (let n = 0; n < images; n++)
    for (let o = 0; o < all_out; o++)
      for (let c = 0; c < in_channels; c++)
        for (let ky = 0; ky < kernel_y; ky++)
          for (let kx = 0; kx < kernel_x; kx++)
            for (let oy = 0; oy < out_y; oy++)
              for (let ox = 0; ox < out_x; ox++) {
                const y = oy * stride[0] + ky * dilation[0] - before[0];
                const x = ox * stride[1] + kx * dilation[1] - before[1];
                if (y < 0 || y >= height || x < 0 || x >= width) continue;
                const channel = Math.floor(o / (all_out / groups)) * in_channels + c;
                each(
                  ((n * all_in + channel) * height + y) * width + x,
                  ((o * in_channels + c) * kernel_y + ky) * kernel_x + kx,
                  ((n * all_out + o) * out_y + oy) * out_x + ox,
                );
              }
}

/** The result before any product: in each channel its bias. */
function biases(shape: Shape, bias: Reference | null): Float64Array {
  const plane = shape[2] * shape[3];
  return Float64Array.from({ length: numel_of(shape) }, (_, i) =>
    bias === null ? 0 : bias.data[Math.floor(i / plane) % shape[1]],
  );
}

export function conv_reference(
  dims: number,
  input: Reference,
  weight: Reference,
  bias: Reference | null,
  settings: Settings = {},
): Reference {
  const [x, w] = [four(input, dims), four(weight, dims)];
  const stride = pair(settings.stride, dims, 1);
  const dilation = pair(settings.dilation, dims, 1);
  const reach = [0, 1].map((i) => dilation[i] * (w[2 + i] - 1));
  const padding = settings.padding;
  const twice =
    padding === 'same' ? reach : pair(typeof padding === 'string' ? 0 : padding, dims, 0).map((each) => 2 * each);
  const out = [0, 1].map((i) => Math.floor((x[2 + i] + twice[i] - reach[i] - 1) / stride[i]) + 1);
  const shape = [x[0], w[0], ...out];
  const data = biases(shape, bias);
  const before = twice.map((each) => Math.floor(each / 2));
  products(x, w, shape, [stride, before, dilation], settings.groups ?? 1, (i, k, o) => {
    data[o] += input.data[i] * weight.data[k];
  });
  return { shape: [...input.shape.slice(0, -dims - 1), w[0], ...(dims === 2 ? out : out.slice(1))], data };
}

export function conv_transpose_reference(
  dims: number,
  input: Reference,
  weight: Reference,
  bias: Reference | null,
  settings: Settings = {},
): Reference {
  const [x, w] = [four(input, dims), four(weight, dims)];
  const groups = settings.groups ?? 1;
  const stride = pair(settings.stride, dims, 1);
  const dilation = pair(settings.dilation, dims, 1);
  const before = pair(typeof settings.padding === 'string' ? 0 : settings.padding, dims, 0);
  const more = pair(settings.output_padding, dims, 0);
  const size = [0, 1].map(
    (i) => (x[2 + i] - 1) * stride[i] - 2 * before[i] + dilation[i] * (w[2 + i] - 1) + more[i] + 1,
  );
  const channels = w[1] * groups;
  const shape = [x[0], channels, ...size];
  const data = biases(shape, bias);
  products(shape, w, x, [stride, before, dilation], groups, (i, k, o) => {
    data[i] += input.data[o] * weight.data[k];
  });
  return { shape: [...input.shape.slice(0, -dims - 1), channels, ...(dims === 2 ? size : size.slice(1))], data };
}
