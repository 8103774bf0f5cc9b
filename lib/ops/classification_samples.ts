import { numel_of } from '../tensor/shape';
import type { CrossEntropyOptions } from './classification';
import { type Reference, sample } from './define';
import { reduced_reference } from './loss';

/** Samples and the reference of cross_entropy and nll_loss. */

export function classification_samples() {
  const target = (values: readonly number[], shape = [values.length], dtype: 'int64' | 'int32' | 'uint8' = 'int64') =>
    sample(shape, { values, dtype });
  return [
    { args: [sample([4, 5]), target([0, 4, 2, 4])] },
    { args: [sample([4, 5]), target([0, 4, 2, 4], [4], 'int32')] },
    { args: [sample([4, 5]), target([0, 4, 2, 4], [4], 'uint8'), { reduction: 'sum' }] },
    { args: [sample([4, 5]), target([0, 4, 2, 4]), { reduction: 'none' }] },
    { args: [sample([4, 5]), target([0, -100, 2, -100])] },
    { args: [sample([4, 5]), target([0, 4, 2, 4]), { ignore_index: 4, reduction: 'none' }] },
    { args: [sample([5]), target([3], [])] },
    { args: [sample([2, 3, 4]), target([0, 1, 2, 0, 1, 2, 2, 1], [2, 4])] },
    { args: [sample([2, 3, 2, 2]), target([0, 1, 2, 0, 1, 2, 2, 1], [2, 2, 2]), { reduction: 'none' }] },
    { args: [sample([33, 17]), target(Array.from({ length: 33 }, (_, i) => i % 17))] },
  ];
}

export function classification_errors(name: string) {
  return [
    {
      args: [sample([4, 5]), sample([3], { values: [0, 1, 2], dtype: 'int64' })],
      message: new RegExp(`^${name}: expected target of shape \\[4\\] for input of shape \\[4, 5\\], got \\[3\\]$`),
    },
    {
      args: [sample([1, 5]), sample([1], { values: [5], dtype: 'int64' })],
      message: /target 5 is out of range \[0, 5\)/,
    },
    {
      args: [sample([1, 5]), sample([1], { values: [1] })],
      message: /expected target to hold classes \(int64, int32 or uint8\), got torch.float/,
    },
    { args: [sample([]), sample([])], message: /got a 0-dim tensor/ },
  ];
}

export function classification_reference(
  x: Reference,
  t: Reference,
  options: CrossEntropyOptions,
  logits: boolean,
): Reference {
  const { ignore_index = -100, label_smoothing = 0 } = options;
  const at = x.shape.length === 1 ? 0 : 1;
  const outer = at === 0 ? 1 : x.shape[0];
  const classes = x.shape[at];
  const inner = numel_of(x.shape.slice(at + 1));
  const soft = t.shape.length === x.shape.length;
  const losses = new Float64Array(outer * inner);
  let weight = 0;
  for (let o = 0; o < outer; o++)
    for (let i = 0; i < inner; i++) {
      const line = Array.from({ length: classes }, (_, c) => x.data[(o * classes + c) * inner + i]);
      const lse = logits ? Math.log(line.reduce((a, v) => a + Math.exp(v), 0)) : 0;
      const target = soft ? -1 : Number(t.data[o * inner + i]);
      if (!soft && target === ignore_index) continue;
      weight++;
      line.forEach((v, c) => {
        const own = soft ? t.data[(o * classes + c) * inner + i] : Number(c === target);
        losses[o * inner + i] -= (own * (1 - label_smoothing) + label_smoothing / classes) * (v - lse);
      });
    }
  return reduced_reference([...x.shape.slice(0, at), ...x.shape.slice(at + 1)], losses, options, weight);
}
