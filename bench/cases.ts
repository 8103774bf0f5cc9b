import type { Case, Measurement } from './case';
import * as activations from './groups/activations/cases';
import * as conv from './groups/conv/cases';
import * as leaky_relu from './groups/leaky_relu/cases';
import * as sequence from './groups/sequence/cases';
import * as sgemm from './groups/sgemm/cases';
import * as training from './groups/training/cases';

/** A group is a folder: its cases, our code for them and PyTorch's. */
const groups = [leaky_relu, activations, conv, sequence, sgemm, training];

const measured: Measurement[] = [
  ['memory: 20,000 training steps at batch 4096', 'steps'],
  ['memory: 4 million tensors of 10 elements', 'tiny'],
  ['memory: steps of more than 1 GB', 'huge'],
  ['memory: changing batch sizes', 'batches'],
  ["memory kept for LeakyReLU's backward, n = 2^24", 'mask'],
].map(([name, arg]): Measurement => ({ kind: 'measurement', name, script: 'memory', args: [arg] }));

export const cases: readonly Case[] = [
  ...groups.flatMap((group) => group.cases),
  ...measured,
  { kind: 'measurement', name: "require('cresset'), cold", script: 'startup', args: [] },
];
