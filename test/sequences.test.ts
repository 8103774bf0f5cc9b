import * as torch from 'cresset';

/** Sequences of different lengths in one tensor. Expected values are PyTorch's. */

const { pad_sequence, unpad_sequence } = torch.nn.utils.rnn;
const long = torch.tensor([
  [1, 2],
  [3, 4],
  [5, 6],
]);
const short = torch.tensor([[7, 8]]);

test('padding to the longest, in each order and on each side', () => {
  expect(pad_sequence([long, short]).tolist()).toEqual([
    [
      [1, 2],
      [7, 8],
    ],
    [
      [3, 4],
      [0, 0],
    ],
    [
      [5, 6],
      [0, 0],
    ],
  ]);
  expect(pad_sequence([short, long], true, -1).tolist()).toEqual([
    [
      [7, 8],
      [-1, -1],
      [-1, -1],
    ],
    [
      [1, 2],
      [3, 4],
      [5, 6],
    ],
  ]);
  const words = [torch.tensor([5n, 6n]), torch.tensor([7n])];
  const left = pad_sequence(words, { batch_first: true, padding_value: 9, padding_side: 'left' });
  expect([left.dtype, left.tolist()]).toEqual([
    torch.int64,
    [
      [5, 6],
      [9, 7],
    ],
  ]);
});

test('gradients reach the sequences', () => {
  const [a, b] = [long.clone().requires_grad_(), short.clone().requires_grad_()];
  pad_sequence([a, b])
    .mul(torch.arange(12).reshape([3, 2, 2]))
    .sum()
    .backward();
  expect([a.grad!.tolist(), b.grad!.tolist()]).toEqual([
    [
      [0, 1],
      [4, 5],
      [8, 9],
    ],
    [[2, 3]],
  ]);
});

test('and back', () => {
  for (const batch_first of [true, false]) {
    const parts = unpad_sequence(pad_sequence([long, short], { batch_first }), torch.tensor([3n, 1n]), { batch_first });
    expect(parts.map((each) => each.tolist())).toEqual([long.tolist(), short.tolist()]);
  }
});

test('as the collate_fn of a loader', () => {
  const texts = [1, 3, 2].map((n) => torch.ones([n]));
  const loader = new torch.utils.data.DataLoader(texts, { batch_size: 2, collate_fn: (batch) => pad_sequence(batch) });
  expect([...loader].map(({ shape }) => shape)).toEqual([
    [3, 2],
    [2, 1],
  ]);
});

test('bad input', () => {
  expect(() => pad_sequence([])).toThrow('pad_sequence: expected at least 1 sequence');
  expect(() => pad_sequence(long as never)).toThrow('pad_sequence: expected sequences to be an array of Tensors');
  expect(() => pad_sequence([long, torch.ones([2, 3])])).toThrow(
    /differ in their lengths only, got shapes \[3, 2\] and/,
  );
  expect(() => pad_sequence([long, short.double()])).toThrow(/^pad_sequence: .*torch.float64/);
  expect(() => pad_sequence([long], { padding_side: 'top' as 'left' })).toThrow(
    'expected padding_side to be "left" or',
  );
  expect(() => pad_sequence([long], { batch: true } as never)).toThrow('pad_sequence: Misspelled option "batch"');
  expect(() => unpad_sequence(torch.ones([3, 2]), [3])).toThrow('unpad_sequence: expected 2 lengths, one for each');
  expect(() => unpad_sequence(torch.ones([3, 2]), [3, 4])).toThrow(/length 1 to be between 0 and 3, got 4/);
});
