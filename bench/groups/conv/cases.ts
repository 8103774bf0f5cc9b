import { against_pytorch, type Duel } from '../../case';

/** Convolutions, forward and backward with all gradients, and the discriminator of the documents. */

function layer(name: string, target: number, kind: string, ...numbers: readonly number[]): Duel {
  return against_pytorch(`${name}, forward + backward`, target, 'conv_layer', kind, ...numbers);
}

export const cases: Duel[] = [
  against_pytorch('Discriminator 3×32×32, batch 16, BCEWithLogits, Adam', 0.8, 'discriminator_step', 16),
  against_pytorch('Discriminator 3×32×32, batch 64, BCEWithLogits, Adam', 0.8, 'discriminator_step', 64),
  // Channels in and out, kernel, stride, padding, groups; images and their size.
  layer('Conv2d 64→64, 3×3, 8 images of 56²', 0.65, 'Conv2d', 64, 64, 3, 1, 1, 1, 8, 56),
  layer('Conv2d 256→256, 3×3, 8 images of 14²', 0.75, 'Conv2d', 256, 256, 3, 1, 1, 1, 8, 14),
  layer('Conv2d 256→64, 1×1, 8 images of 28²', 1, 'Conv2d', 256, 64, 1, 1, 0, 1, 8, 28),
  layer('Conv2d 128, depthwise 3×3, 8 images of 28²', 1, 'Conv2d', 128, 128, 3, 1, 1, 128, 8, 28),
  layer('ConvTranspose2d 128→64, 4×4, stride 2, 64 images of 7²', 1, 'ConvTranspose2d', 128, 64, 4, 2, 1, 1, 64, 7),
  layer('ConvTranspose2d 64→1, 4×4, stride 2, 64 images of 14²', 1, 'ConvTranspose2d', 64, 1, 4, 2, 1, 1, 64, 14),
];
