import { against_pytorch, type Duel } from '../../case';

/** Normalisations in training, with the gradients of the input and of the parameters. */
export const cases: Duel[] = [
  against_pytorch('BatchNorm2d forward + backward, [32, 64, 56, 56]', 0.7, 'batch_norm', 32, 64, 56, 56),
  against_pytorch('BatchNorm2d forward + backward, [16, 128, 14, 14]', 0.7, 'batch_norm', 16, 128, 14, 14),
  against_pytorch('BatchNorm1d forward + backward, [128, 512]', 0.7, 'batch_norm', 128, 512),
  against_pytorch('BatchNorm2d + LeakyReLU, [32, 64, 56, 56]', 0.7, 'batch_norm_leaky_relu', 32, 64, 56, 56),
  against_pytorch('BatchNorm2d evaluation, [32, 64, 56, 56]', 1, 'batch_norm_evaluation', 32, 64, 56, 56),
  against_pytorch('LayerNorm forward + backward, [64, 128, 512]', 0.9, 'layer_norm', 64, 128, 512),
  against_pytorch('RMSNorm forward + backward, [64, 128, 512]', 0.9, 'rms_norm', 64, 128, 512),
  against_pytorch('GroupNorm(8) forward + backward, [16, 64, 28, 28]', 0.9, 'group_norm', 16, 64, 28, 28),
];
