import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type * as torch from 'cresset';
import sharp from 'sharp';

const GAP = 2;

/** Writes images of shape [n, 1, height, width] with values in [-1, 1] as one PNG, `columns` a row. */
export async function write_image_grid(file: string, images: torch.Tensor, columns: number): Promise<void> {
  const [n, , height, width] = images.shape;
  const rows = Math.ceil(n / columns);
  const [full_width, full_height] = [columns * (width + GAP) - GAP, rows * (height + GAP) - GAP];
  const values = images.contiguous().typed_array();
  const pixels = new Uint8Array(full_width * full_height);
  for (let i = 0; i < n; i++) {
    const corner = Math.floor(i / columns) * (height + GAP) * full_width + (i % columns) * (width + GAP);
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++)
        pixels[corner + y * full_width + x] = Math.round(127.5 * (Number(values[(i * height + y) * width + x]) + 1));
  }
  mkdirSync(dirname(file), { recursive: true });
  await sharp(pixels, { raw: { width: full_width, height: full_height, channels: 1 } })
    .png()
    .toFile(file);
}
