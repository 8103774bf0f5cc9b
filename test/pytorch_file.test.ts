import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as torch from 'cresset';
import golden from './golden/pytorch_file.json';

const { nn } = torch;
const path = join(__dirname, 'golden/pytorch_file.pt');
let folder: string;
beforeAll(() => {
  folder = fs.mkdtempSync(join(tmpdir(), 'cresset-'));
});
afterAll(() => fs.rmSync(folder, { recursive: true }));

/** Values as the script shows them. */
function shown(value: unknown): unknown {
  if (value instanceof torch.Tensor) {
    const values = value.detach().flatten().tolist() as (number | bigint | boolean)[];
    const { is_floating_point } = value.dtype;
    return {
      dtype: String(value.dtype),
      shape: [...value.shape],
      values: values.map((v) => (is_floating_point || typeof v === 'boolean' ? v : String(v))),
    };
  }
  if (Array.isArray(value)) return value.map(shown);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, shown(each)]));
  return typeof value === 'bigint'
    ? `${value}n`
    : typeof value === 'number' && Math.abs(value) > 2 ** 53
      ? 'inexact'
      : value;
}

type Checkpoint = Record<string, never> & { turned: torch.Tensor; row: torch.Tensor; parameter: torch.Tensor };

test('all values come back', () => {
  const loaded = torch.load<Checkpoint>(path);
  const expected = golden as unknown as Record<string, unknown>;
  expect(Object.keys(loaded)).toEqual(Object.keys(expected));
  for (const [name, value] of Object.entries(expected)) {
    const found = JSON.parse(JSON.stringify(shown(loaded[name])));
    expect([name, found]).toEqual([name, value]);
  }
  expect(loaded.parameter).toBeInstanceOf(nn.Parameter);
  expect(loaded.parameter.requires_grad).toBe(true);
});

test('views share their storage, as they did', () => {
  const { turned, row } = torch.load<Checkpoint>(path);
  expect(turned.is_contiguous()).toBe(false);
  row.fill_(9);
  expect(turned.tolist()).toEqual([
    [0, 9],
    [1, 9],
    [2, 9],
  ]);
});

test('model, optimizer and scheduler go on where PyTorch stopped', () => {
  const checkpoint = torch.load<{
    model: torch.nn.StateDict;
    optimizer: ReturnType<torch.optim.Adam['state_dict']>;
    scheduler: torch.optim.lr_scheduler.SchedulerState;
  }>(path);
  const model = new nn.Sequential(new nn.Linear(3, 2), new nn.BatchNorm1d(2));
  model.load_state_dict(checkpoint.model);
  const optimizer = new torch.optim.Adam(model.parameters());
  const scheduler = new torch.optim.lr_scheduler.MultiStepLR(optimizer, [1]);
  optimizer.load_state_dict(checkpoint.optimizer);
  scheduler.load_state_dict(checkpoint.scheduler);
  expect(optimizer.param_groups[0].betas).toEqual([0.8, 0.9]);
  expect(optimizer.state.get(model.parameters()[0])!.step).toBe(3);
  expect(scheduler.last_epoch).toBe(3);
  expect(scheduler.milestones).toEqual({ 2: 1, 5: 2 });
  model
    .forward(torch.ones([2, 3]))
    .sum()
    .backward();
  optimizer.step();
  scheduler.step();
  expect(optimizer.state.get(model.parameters()[0])!.step).toBe(4);
});

/** The file with bytes replaced where they occur first, or last. */
function altered(from: string | Uint8Array, to: string | Uint8Array, last = false): string {
  const bytes = fs.readFileSync(path);
  const at = last ? bytes.lastIndexOf(Buffer.from(from)) : bytes.indexOf(Buffer.from(from));
  expect(at).toBeGreaterThan(0);
  bytes.set(Buffer.from(to), at);
  const target = join(folder, 'altered.pt');
  fs.writeFileSync(target, bytes);
  return target;
}

describe('broken files', () => {
  test.each<[string, () => string, RegExp]>([
    [
      'an unknown class',
      () => altered('collections\nCounter', 'subprocess.\nPopen12'),
      /it holds "subprocess\.\.Popen12", which is not read here/,
    ],
    [
      'another function',
      () => altered('_rebuild_tensor_v2', '_rebuild_tensor_v9'),
      /it holds "torch\._utils\._rebuild_tensor_v9", which/,
    ],
    [
      'a dtype',
      () => altered('ByteStorage', 'HalfStorage'),
      /it holds a "torch\.HalfStorage"; read are FloatStorage, .*: convert with/,
    ],
    [
      'a storage of another size',
      () => altered('LongStorage', 'ByteStorage'),
      /storage "\d+" does not hold 1 elements of torch\.uint8$/,
    ],
    ['byte order', () => altered('little', 'big   '), /its numbers begin with the high byte$/],
    ['no description', () => altered('/data.pkl', '/data.pkx', true), /it is a zip archive without data\.pkl$/],
    [
      'a word',
      () => altered(Uint8Array.of(0x80, 2, 0x7d), Uint8Array.of(0x80, 2, 0xff)),
      /its description has an unknown word, 255$/,
    ],
  ])('%s', (_, make, message) => {
    expect(() => torch.load(make())).toThrow(message);
  });

  test('any byte changed, or the end cut off: an error of one line, or another value', () => {
    const whole = fs.readFileSync(path);
    const target = join(folder, 'damaged.pt');
    const outcomes = { loaded: 0, refused: 0 };
    const attempt = (bytes: Uint8Array): void => {
      fs.writeFileSync(target, bytes);
      try {
        torch.load(target);
        outcomes.loaded++;
      } catch (error) {
        expect((error as Error).message).toMatch(/^load: [^\n]*$/);
        outcomes.refused++;
      }
    };
    for (let i = 0; i < whole.length; i += 17) {
      const bytes = Uint8Array.from(whole);
      bytes[i] ^= 1 << (i % 8);
      attempt(bytes);
      if (i % 2 === 0) attempt(whole.subarray(0, i));
    }
    expect(outcomes.refused).toBeGreaterThan(whole.length / 34);
    expect(outcomes.loaded).toBeGreaterThan(0);
  });
});
