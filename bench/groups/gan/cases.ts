import { against_pytorch, type Duel } from '../../case';

/** One step of examples/gan.ts: both networks, both optimizers; an epoch is 937 of them. */
export const cases: Duel[] = [against_pytorch('DCGAN on MNIST, step of 64 images', 1, 'gan_step', 64)];
