import { against_pytorch, type Duel } from '../../case';

const M = 2 ** 20;

/** Windows over [32, 64, 28, 28], and dropout. */
export const cases: Duel[] = [
  against_pytorch('max_pool2d 2 × 2 forward + backward', 1, 'max_pool2d', 2, 2, 0),
  against_pytorch('max_pool2d 3 × 3, stride 2, padding 1, forward + backward', 1, 'max_pool2d', 3, 2, 1),
  against_pytorch('max_pool2d 2 × 2 forward, no grad', 1, 'max_pool2d_no_grad', 2, 2, 0),
  against_pytorch('avg_pool2d 2 × 2 forward + backward', 1, 'avg_pool2d', 2, 2, 0),
  against_pytorch('avg_pool2d 3 × 3, stride 1, padding 1, forward + backward', 1, 'avg_pool2d', 3, 1, 1),
  against_pytorch('adaptive_avg_pool2d to 7 × 7 forward + backward', 1, 'adaptive_avg_pool2d', 7),
  against_pytorch('dropout forward + backward, n = 2^20', 1, 'dropout', M),
  against_pytorch('dropout forward, n = 2^20, no grad', 1, 'dropout_no_grad', M),
];
