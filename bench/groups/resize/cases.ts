import { against_pytorch, type Duel } from '../../case';

/** Images made larger and smaller, and taken apart into blocks: 8 images of 64 channels, 56×56. */
export const cases: Duel[] = [
  ...(['nearest', 'bilinear', 'bicubic'] as const).flatMap((mode) => [
    against_pytorch(`interpolate ${mode} 56² to 112², no grad`, 0.7, 'resize_no_grad', mode, 112),
    against_pytorch(`interpolate ${mode} 56² to 112², forward + backward`, 0.7, 'resize', mode, 112),
  ]),
  against_pytorch('interpolate bilinear 56² to 28², forward + backward', 0.7, 'resize', 'bilinear', 28),
  against_pytorch('pixel_shuffle by 2, forward + backward', 1, 'shuffle', 2),
  against_pytorch('unfold 3×3, forward + backward', 0.7, 'blocks', 3),
];
