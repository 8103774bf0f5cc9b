import { against_pytorch, type Duel } from '../../case';

const M = 2 ** 20;
const M16 = 2 ** 24;

/** PReLU with its weight's gradient, and the activations that cost an exponential. */
export const cases: Duel[] = [
  against_pytorch('prelu forward + backward, n = 2^20', 0.7, 'prelu_forward_backward', M),
  against_pytorch('prelu forward + backward, n = 2^24', 0.2, 'prelu_forward_backward', M16),
  ...['gelu', 'silu', 'tanh', 'sigmoid', 'softplus'].flatMap((name) => [
    against_pytorch(`${name} forward, n = 2^20`, 1, 'activation_no_grad', name, M),
    against_pytorch(`${name} forward + backward, n = 2^20`, 1, 'activation_forward_backward', name, M),
  ]),
];
