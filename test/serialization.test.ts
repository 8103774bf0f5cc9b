import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as torch from 'cresset';

let folder: string;
const at = (name: string) => join(folder, name);
beforeAll(() => {
  folder = fs.mkdtempSync(join(tmpdir(), 'cresset-'));
});
afterAll(() => fs.rmSync(folder, { recursive: true }));

const write = (name: string, header: unknown, data = new Uint8Array(0), length?: bigint): string => {
  const json = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const size = new DataView(new ArrayBuffer(8));
  size.setBigUint64(0, length ?? BigInt(json.length), true);
  fs.writeFileSync(at(name), Buffer.concat([new Uint8Array(size.buffer), json, data]));
  return at(name);
};
const write_text = (name: string, text: string): string => {
  fs.writeFileSync(at(name), text);
  return at(name);
};
const entry = (shape: number[], data_offsets: number[], dtype = 'F32') => ({ dtype, shape, data_offsets });

test('every dtype, shape and layout comes back, in order', () => {
  const state = {
    flags: torch.tensor([true, false, true]),
    bytes: torch.tensor([1, 255], { dtype: torch.uint8 }),
    'layer.weight': torch.randn([3, 4]).transpose(0, 1),
    wide: torch.tensor([Math.PI], { dtype: torch.float64 }),
    big: torch.tensor([2n ** 62n]),
    ints: torch.tensor([-1, 7], { dtype: torch.int32 }),
    scalar: torch.tensor(3),
    empty: torch.ones([0, 3]),
    'ünï "quoted"': torch.tensor([Number.NaN, -0, Infinity]).slice(0, 1),
  };
  torch.save(state, at('all.safetensors'));
  const loaded = torch.load(pathToFileURL(at('all.safetensors')));
  expect(Object.keys(loaded)).toEqual(Object.keys(state));
  for (const [name, t] of Object.entries(state)) {
    expect([name, loaded[name].dtype, loaded[name].shape, loaded[name].tolist()]).toEqual([
      name,
      t.dtype,
      t.shape,
      t.tolist(),
    ]);
    expect(loaded[name].is_contiguous()).toBe(true);
  }
});

test('tensors lie aligned, without gaps, behind a padded header', () => {
  torch.save(
    { a: torch.tensor([true]), b: torch.ones([2], { dtype: torch.float64 }), c: torch.ones([1]) },
    at('layout'),
    { metadata: { format: 'pt' } },
  );
  const bytes = fs.readFileSync(at('layout'));
  const length = Number(bytes.readBigUInt64LE(0));
  expect(length % 8).toBe(0);
  const header = JSON.parse(bytes.subarray(8, 8 + length).toString());
  expect(header).toEqual({
    __metadata__: { format: 'pt' },
    a: entry([1], [20, 21], 'BOOL'),
    b: entry([2], [0, 16], 'F64'),
    c: entry([1], [16, 20]),
  });
  expect(bytes.length).toBe(8 + length + 21);
});

test('a model goes through a file', () => {
  const build = () =>
    new torch.nn.Sequential(new torch.nn.Linear(3, 5), new torch.nn.LeakyReLU(), new torch.nn.Linear(5, 1));
  const [a, b] = [build(), build()];
  torch.save(a.state_dict(), at('model.safetensors'));
  b.load_state_dict(torch.load(at('model.safetensors')));
  const x = torch.randn([4, 3]);
  expect(b.forward(x).tolist()).toEqual(a.forward(x).tolist());
});

test('more than one piece', () => {
  const t = torch.arange(3_000_000);
  torch.save({ t }, at('large'));
  expect(torch.equal(torch.load(at('large')).t, t)).toBe(true);
});

test('a file appears whole or not at all', () => {
  const target = at('kept');
  torch.save({ w: torch.ones([1]) }, target);
  const gone = torch.ones([4]);
  gone.dispose();
  expect(() => torch.save({ first: torch.ones([4]), gone }, target)).toThrow();
  expect(torch.load(target).w.tolist()).toEqual([1]);
  expect(fs.readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  expect(() => torch.save({ w: torch.ones([1]) }, at('no/such/folder'))).toThrow(
    /^save: .*no\/such\/folder: no such file or directory$/,
  );
});

test.each<[string, () => string, RegExp]>([
  ['missing', () => at('missing'), /^load: .*missing: no such file or directory$/],
  ['short', () => write_text('short', 'abc'), /is not a safetensors file: it has only 3 bytes$/],
  [
    'huge header',
    () => write('huge', '{}', undefined, 2n ** 63n),
    /a header of 9223372036854775808 bytes is beyond 100000000$/,
  ],
  [
    'header beyond the file',
    () => write('beyond', '{}', undefined, 50n),
    /is truncated: the header needs 58 bytes, the file has 10$/,
  ],
  ['no JSON', () => write('json', '{"a":'), /its header is no JSON/],
  ['no UTF-8', () => write('utf8', '\ud800"'), /is not a valid safetensors file/],
  ['a list', () => write('list', []), /its header is no JSON object$/],
  ['entry', () => write('entry', { a: 3 }), /the entry of "a" is no object$/],
  [
    'dtype',
    () => write('dtype', { a: entry([0], [0, 0], 'F8') }),
    /"a" has dtype "F8"; known are F32, F64, I64, I32, U8, BOOL$/,
  ],
  ['shape', () => write('shape', { a: entry([-1], [0, 4]) }), /"a" has the shape \[-1\]$/],
  ['fraction', () => write('fraction', { a: entry([0.5], [0, 2]) }), /"a" has the shape \[0.5\]$/],
  ['huge shape', () => write('hugeshape', { a: entry([2 ** 52, 2 ** 52], [0, 4]) }), /needs .* bytes/],
  [
    'offsets',
    () => write('offsets', { a: { dtype: 'F32', shape: [1], data_offsets: [0] } }),
    /"a" has the data_offsets \[0\]$/,
  ],
  [
    'size',
    () => write('size', { a: entry([2], [0, 4]) }, new Uint8Array(4)),
    /"a" of shape \[2\] and F32 needs 8 bytes, its data_offsets \[0, 4\] hold 4$/,
  ],
  [
    'overlap',
    () => write('overlap', { a: entry([1], [0, 4]), b: entry([1], [2, 6]) }, new Uint8Array(6)),
    /"b" at 2 overlaps the tensor before it, which ends at 4$/,
  ],
  ['gap', () => write('gap', { a: entry([1], [4, 8]) }, new Uint8Array(8)), /bytes 0 to 4 belong to no tensor$/],
  [
    'truncated',
    () => write('truncated', { a: entry([2], [0, 8]) }, new Uint8Array(5)),
    /is truncated: its tensors need 8 bytes, the file holds 5$/,
  ],
  ['rest', () => write('rest', { a: entry([1], [0, 4]) }, new Uint8Array(9)), /the last 5 bytes belong to no tensor$/],
  ['metadata', () => write('metadata', { __metadata__: { a: 1 } }), /__metadata__ must map names to strings$/],
  [
    'prototype',
    () => write('proto', '{"__proto__":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}'),
    /named "__proto__"/,
  ],
  ['a folder', () => folder, /^load: .* is not a file$/],
])('a broken file is one line: %s', (_, make, message) => {
  const path = make();
  expect(() => torch.load(path)).toThrow(message);
  try {
    torch.load(path);
  } catch (error) {
    expect((error as Error).message).not.toMatch(/\n/);
  }
});

test('bad input', () => {
  expect(() => torch.save({}, 3 as never)).toThrow('save: expected path to be a string, got 3');
  expect(() => torch.save({ __metadata__: torch.ones([1]) }, at('x'))).toThrow(/cannot be named __metadata__/);
  expect(() => torch.load(undefined as never)).toThrow('load: expected path to be a string, got undefined');
  torch.save({}, at('nothing'));
  expect(torch.load(at('nothing'))).toEqual({});
});
