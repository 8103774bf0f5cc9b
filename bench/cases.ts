import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Case, Duel, Measurement } from './case';

/** A group is a folder: its cases, our code for them and PyTorch's. */
const folder = join(__dirname, 'groups');
const groups = readdirSync(folder).map((name) => require(join(folder, name, 'cases')) as { cases: Duel[] });

const measured: Measurement[] = [
  ['memory: 20,000 training steps at batch 4096', 'steps'],
  ['memory: 4 million tensors of 10 elements', 'tiny'],
  ['memory: steps of more than 1 GB', 'huge'],
  ['memory: changing batch sizes', 'batches'],
  ["memory kept for LeakyReLU's backward, n = 2^24", 'mask'],
].map(([name, arg]): Measurement => ({ kind: 'measurement', name, script: 'memory', args: [arg] }));

/** By group: contenders start anew for each, so that no figure depends on what other groups left in their processes. */
export const grouped_cases: readonly (readonly Case[])[] = [
  ...groups.map((group) => group.cases),
  measured,
  [{ kind: 'measurement', name: "require('cresset'), cold", script: 'startup', args: [] }],
];
