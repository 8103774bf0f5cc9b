import * as torch from 'cresset';

const { progress } = torch.utils;

/** What is written, as to a file or as to a terminal. */
function stream(isTTY = false, columns = 80) {
  const written: string[] = [];
  return { isTTY, columns, write: (text: string) => written.push(text), text: () => written.join('') };
}

test('is silent in tests, and passes everything on', () => {
  const write = jest.spyOn(process.stderr, 'write');
  try {
    expect([...progress(['a', 'b'])]).toEqual(['a', 'b']);
    expect([...progress(3)]).toEqual([0, 1, 2]);
    expect(write).not.toHaveBeenCalled();
  } finally {
    write.mockRestore();
  }
});

test('writes a line each quarter, with rate, time left and values', () => {
  const file = stream();
  const steps = progress(10, { desc: 'epoch 1', unit: 'steps', disable: false, file });
  for (const step of steps) steps.set_postfix({ loss: 1 / (step + 2), lr: 1e-5, best: 'none', step });
  const lines = file.text().split('\n');
  expect(lines).toHaveLength(5);
  expect(lines[0]).toMatch(
    /^epoch 1 {2}30 % 3\/10 {2}[\d,.]+ steps\/s {2}ETA 0:00 {2}loss 0\.2500 {2}lr 1\.00e-5 {2}best none {2}step 2$/,
  );
  expect(lines[3]).toMatch(/^epoch 1 100 % 10\/10 {2}[\d,.]+ steps\/s {2}loss 0\.0909/);
  expect(lines[4]).toBe('');
});

test('counts units by item, takes the length of a DataLoader, and starts anew for the next epoch', () => {
  const file = stream();
  const data = new torch.utils.data.TensorDataset(torch.arange(10));
  const loader = new torch.utils.data.DataLoader(data, { batch_size: 4 });
  const batches = progress(loader, { total: 10, count: ([x]) => x.numel(), unit: 'samples', disable: false, file });
  for (let epoch = 0; epoch < 2; epoch++) for (const [x] of batches) expect(x.dtype).toBe(torch.int64);
  expect(file.text().match(/100 % 10\/10/g)).toHaveLength(2);
  expect(progress(loader).total).toBe(3);
});

test('draws on a terminal, no wider than it is, and ends its line when the loop is left', () => {
  const file = stream(true, 50);
  const bar = progress([1, 2, 3], { desc: 'a description', disable: false, file });
  for (const item of bar) {
    bar.set_postfix({ value: item });
    if (item === 3) bar.set_description('end');
  }
  const frames = file.text().split('\r\x1b[K').slice(1);
  expect(frames.at(-1)).toMatch(/^end █{24} 3\/3 .*\n$/);
  for (const frame of frames) expect(frame.trimEnd().length).toBeLessThan(50);

  const left = stream(true);
  const more = progress(1, { disable: false, file: left });
  for (const _ of more) more.update(1);
  expect(left.text().match(/\n/g)).toHaveLength(1);
});

test('shows what is left of an error in the loop', () => {
  const file = stream(true);
  const bar = progress(100, { disable: false, file });
  expect(() => {
    for (const i of bar) {
      bar.update(99);
      if (i === 0) throw new Error('stop');
    }
  }).toThrow('stop');
  expect(file.text()).not.toMatch(/\n./);
});

test('of unknown length it says the count at the end', () => {
  const file = stream();
  const some = function* () {
    yield 1;
    yield 2;
  };
  expect([...progress(some(), { disable: false, file, desc: 'reading' })]).toEqual([1, 2]);
  expect(file.text()).toMatch(/^reading 2 it {2}[\d,.]+ it\/s\n$/);
});

test('asynchronous iterables', async () => {
  const some = async function* () {
    yield 'a';
    yield 'b';
  };
  const seen: string[] = [];
  for await (const item of progress(some())) seen.push(item);
  expect(seen).toEqual(['a', 'b']);
  expect(() => [...progress(some())]).toThrow('progress: the iterable is asynchronous: write `for await');
});

test('bad input', () => {
  expect(() => progress(null as unknown as number)).toThrow(
    'progress: expected iterable to be an iterable or a number, got null',
  );
  expect(() => progress(1.5)).toThrow('progress: expected iterable to be an integer, got 1.5');
  expect(() => progress(3, { totl: 3 } as object)).toThrow('Misspelled option "totl": did you mean "total"?');
  expect(() => progress(3, { desc: 3 as unknown as string })).toThrow('expected desc to be a string, got 3');
});
