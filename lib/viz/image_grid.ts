import { check_boolean, check_integer, check_number, check_options, fail, fail_type, shape_text } from '../errors';
import { type FilePath, path_of } from '../serialization/files';
import { uint8 } from '../tensor/dtype';
import { Tensor } from '../tensor/tensor';
import { sharp } from './peers';
import { format_of } from './picture';
import { write_whole } from './write';

/** Options of {@link image_grid}. */
export interface ImageGridOptions {
  /** Images in a row. Default 8. */
  nrow?: number;
  /** Pixels between images. Default 2. */
  padding?: number;
  /** Stretch the values to the full range of brightness. Default false: 0 is black and 1 is white (255 for uint8). */
  normalize?: boolean;
  /** With `normalize`: what becomes black and white. Default: the least and the greatest value. */
  value_range?: readonly [low: number, high: number] | null;
  /** With `normalize`: stretch each image by itself. Default false. */
  scale_each?: boolean;
  /** Brightness of the padding, from 0 to 1. Default 0. */
  pad_value?: number;
  /** Pixels of the picture for a pixel of an image, each way. Default 1. */
  zoom?: number;
}

const OP = 'image_grid';

/**
 * Writes images as one PNG (needs the package sharp). Options are those of torchvision's `make_grid`.
 *
 * @param tensor float32, float64 or uint8: [n, channels, height, width], [channels, height, width] or [height, width], with 1 or 3 channels
 * @example
 * ```ts
 * import { image_grid } from 'cresset/viz';
 * image_grid(torch.rand([16, 1, 28, 28]), 'grid.png', { nrow: 4 });
 * ```
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.utils.make_grid.html
 */
export async function image_grid(tensor: Tensor, path: FilePath, options?: ImageGridOptions): Promise<void> {
  const target = path_of(OP, path);
  format_of(OP, target, ['png']);
  const settings = check_settings(options);
  const images = check_images(tensor);
  const [n, channels, height, width] = images.shape;
  const { padding, zoom } = settings;
  const columns = Math.min(settings.nrow, n);
  const rows = Math.ceil(n / columns);
  const full = {
    width: (columns * (width + padding) - padding) * zoom,
    height: (rows * (height + padding) - padding) * zoom,
    channels: channels as 1 | 3,
  };
  if (full.width * full.height > 2 ** 28) fail(OP, `a picture of ${full.width}×${full.height} pixels is too large`);
  const pixels = new Uint8Array(full.width * full.height * channels).fill(byte(settings.pad_value));
  const values = images.flatten().tolist() as number[];
  const ranges = ranges_of(values, n, images.dtype.is_floating_point ? 1 : 255, settings);
  for (let i = 0; i < n; i++) {
    const [left, top] = [(i % columns) * (width + padding), Math.floor(i / columns) * (height + padding)];
    const [low, high] = ranges[i];
    const scale = high > low ? 1 / (high - low) : 0;
    for (let y = 0; y < height * zoom; y++)
      for (let x = 0; x < width * zoom; x++)
        for (let c = 0; c < channels; c++) {
          const from = ((i * channels + c) * height + Math.floor(y / zoom)) * width + Math.floor(x / zoom);
          const to = (top * zoom + y) * full.width + left * zoom + x;
          pixels[to * channels + c] = byte((values[from] - low) * scale);
        }
  }
  write_whole(OP, target, await sharp(OP)(pixels, { raw: full }).png().toBuffer());
}

type Settings = Required<ImageGridOptions>;

function check_settings(options: ImageGridOptions | undefined): Settings {
  const settings = check_options<Settings>(OP, options, {
    nrow: 8,
    padding: 2,
    normalize: false,
    value_range: null,
    scale_each: false,
    pad_value: 0,
    zoom: 1,
  });
  check_integer(OP, 'nrow', settings.nrow, 1);
  check_integer(OP, 'padding', settings.padding, 0, 1000);
  check_integer(OP, 'zoom', settings.zoom, 1, 100);
  check_boolean(OP, 'normalize', settings.normalize);
  check_boolean(OP, 'scale_each', settings.scale_each);
  check_number(OP, 'pad_value', settings.pad_value);
  const range: unknown = settings.value_range;
  if (
    range !== null &&
    (!Array.isArray(range) || range.length !== 2 || !range.every(Number.isFinite) || range[0] >= range[1])
  )
    fail_type(OP, 'value_range', 'two numbers, the lower first', range);
  return settings;
}

function check_images(tensor: unknown): Tensor {
  const form =
    'float or uint8, [n, channels, height, width], [channels, height, width] or [height, width], with 1 or 3 channels';
  if (!(tensor instanceof Tensor)) return fail_type(OP, 'tensor', `a Tensor: ${form}`, tensor);
  const { ndim, shape, dtype } = tensor;
  const sizes = [...[1, 1, 1].slice(0, Math.max(0, 4 - ndim)), ...shape];
  const fits = ndim >= 2 && ndim <= 4 && (sizes[1] === 1 || sizes[1] === 3) && sizes.every((size) => size > 0);
  if (!fits || !(dtype.is_floating_point || dtype === uint8))
    fail(OP, `expected tensor to be ${form}, got ${dtype} ${shape_text(shape)}`);
  return tensor.detach().reshape(sizes);
}

/** What becomes black and white, of each image. */
function ranges_of(
  values: readonly number[],
  n: number,
  white: number,
  { normalize, value_range, scale_each }: Settings,
): (readonly [low: number, high: number])[] {
  if (!normalize) return new Array(n).fill([0, white]);
  if (value_range !== null) return new Array(n).fill(value_range);
  const size = values.length / n;
  const own = Array.from({ length: n }, (_, i) => {
    let [low, high] = [Infinity, -Infinity];
    for (let at = i * size; at < (i + 1) * size; at++) {
      if (values[at] < low) low = values[at];
      if (values[at] > high) high = values[at];
    }
    return [low, high] as const;
  });
  if (scale_each) return own;
  const low = own.reduce((least, [each]) => Math.min(least, each), Infinity);
  const high = own.reduce((most, [, each]) => Math.max(most, each), -Infinity);
  return new Array(n).fill([low, high]);
}

/** NaN is black. */
function byte(share: number): number {
  return share > 0 ? Math.min(255, Math.round(share * 255)) : 0;
}
