import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as torch from 'cresset';
import { run_child } from './support/child';

const { nn, optim } = torch;
let folder: string;
const at = (name: string) => join(folder, name);
beforeAll(() => {
  folder = fs.mkdtempSync(join(tmpdir(), 'cresset-'));
});
afterAll(() => fs.rmSync(folder, { recursive: true }));

const round_trip = (value: unknown): unknown => {
  torch.save(value, at('value'));
  return torch.load<unknown>(at('value'));
};

function header_of(path: string): Record<string, { shape: number[] }> & { __metadata__?: Record<string, string> } {
  const bytes = fs.readFileSync(path);
  return JSON.parse(bytes.subarray(8, 8 + Number(bytes.readBigUInt64LE(0))).toString());
}

function write_structure(structure: unknown, tensors: object = {}): string {
  const text = typeof structure === 'string' ? structure : JSON.stringify(structure);
  const json = Buffer.from(JSON.stringify({ __metadata__: { structure: text }, ...tensors }));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  fs.writeFileSync(at('structure'), Buffer.concat([length, json]));
  return at('structure');
}

describe('values', () => {
  test.each<[string, unknown]>([
    ['numbers', [0, 1.5, -1e300, 5e-324, 0.1 + 0.2, Number.NaN, Infinity, -Infinity, -0]],
    ['others', { text: 'ünï\n"', yes: true, no: false, nothing: null, gap: undefined, big: -(2n ** 80n) }],
    ['nesting', { a: [[], {}, [{ b: [1, [2]] }]], 'c.d': { e: {} } }],
    ['keys', { $tensor: 'x', $$: 1, '': 2, a: { $number: 3 }, 7: 'seven', constructor: 1, toString: 2 }],
    [
      'maps',
      new Map<unknown, unknown>([
        ['a', 1],
        [2, new Map([['b', [Number.NaN]]])],
      ]),
    ],
    ['a number', 3],
    ['null', null],
    ['a list of nothing', []],
  ])('%s come back', (_, value) => {
    expect(round_trip(value)).toStrictEqual(value);
  });

  test('an object with a prototype of null, and one that stands at two places', () => {
    const shared = { x: 1 };
    const bare = Object.assign(Object.create(null) as object, { a: shared, b: shared });
    expect(round_trip({ bare })).toStrictEqual({ bare: { a: { x: 1 }, b: { x: 1 } } });
  });

  test('tensors come back where they were, named by their paths', () => {
    const value = {
      model: { 'fc.weight': torch.randn([2, 3]), 'fc.bias': torch.randn([2]) },
      'model.fc': { bias: torch.tensor([7n]) },
      list: [torch.ones([1], { dtype: torch.float64 }), 'between', torch.tensor(true)],
      map: new Map([[3, torch.zeros([0, 2])]]),
    };
    const loaded = round_trip(value) as typeof value;
    expect(Object.keys(header_of(at('value')))).toEqual([
      '__metadata__',
      'model.fc.weight',
      'model.fc.bias',
      'model.fc.bias#2',
      'list.0',
      'list.2',
      'map.3',
    ]);
    for (const [found, expected] of [
      [loaded.model['fc.weight'], value.model['fc.weight']],
      [loaded.model['fc.bias'], value.model['fc.bias']],
      [loaded['model.fc'].bias, value['model.fc'].bias],
      [loaded.list[0] as torch.Tensor, value.list[0] as torch.Tensor],
      [loaded.list[2] as torch.Tensor, value.list[2] as torch.Tensor],
      [loaded.map.get(3)!, value.map.get(3)!],
    ])
      expect([found.dtype, found.shape, found.tolist()]).toEqual([expected.dtype, expected.shape, expected.tolist()]);
    expect(loaded.list[1]).toBe('between');
    expect((round_trip(torch.arange(3)) as torch.Tensor).tolist()).toEqual([0, 1, 2]);
    expect(Object.keys(header_of(at('value')))).toEqual(['__metadata__', 'tensor']);
  });

  test('a plain state_dict has no structure, and keeps its names', () => {
    torch.save(new nn.Linear(2, 1).state_dict(), at('plain'));
    expect(header_of(at('plain'))).toEqual({
      weight: { dtype: 'F32', shape: [1, 2], data_offsets: [0, 8] },
      bias: { dtype: 'F32', shape: [1], data_offsets: [8, 12] },
    });
    torch.save(new Map([['a', torch.ones([1])]]), at('plain'), { metadata: { format: 'pt' } });
    expect(torch.load(at('plain')).a.tolist()).toEqual([1]);
  });
});

describe('a run that is broken off and resumed ends with the same bits', () => {
  const STEPS = 24;
  const kinds = {
    Adam: (p: torch.Tensor[]) => new optim.Adam(p, { lr: 1e-2, amsgrad: true }),
    NAdam: (p: torch.Tensor[]) => new optim.NAdam(p, { lr: 1e-2 }),
    SGD: (p: torch.Tensor[]) => new optim.SGD(p, { lr: 1e-2, momentum: 0.9, nesterov: true }),
  };
  const schedulers = {
    OneCycleLR: (o: torch.optim.SGD) => new optim.lr_scheduler.OneCycleLR(o, 0.05, STEPS),
    SequentialLR: (o: torch.optim.SGD) =>
      new optim.lr_scheduler.SequentialLR(
        o,
        [new optim.lr_scheduler.LinearLR(o, 0.1), new optim.lr_scheduler.CosineAnnealingLR(o, 9)],
        [6],
      ),
  };

  function build(kind: keyof typeof kinds, schedule: keyof typeof schedulers) {
    const model = new nn.Sequential(
      new nn.Linear(6, 8),
      new nn.BatchNorm1d(8),
      new nn.LeakyReLU(0.1),
      new nn.Dropout(0.3),
      new nn.Linear(8, 1),
    );
    const optimizer = kinds[kind](model.parameters());
    const scheduler = schedulers[schedule](optimizer as torch.optim.SGD);
    return { model, optimizer, scheduler };
  }
  type Run = ReturnType<typeof build>;

  function train({ model, optimizer, scheduler }: Run, from: number, to: number): number[] {
    const losses: number[] = [];
    for (let step = from; step < to; step++) {
      const x = torch.randn([16, 6]);
      optimizer.zero_grad();
      const loss = nn.functional.mse_loss(model.forward(x), x.sum(1, true));
      loss.backward();
      optimizer.step();
      scheduler.step();
      losses.push(loss.item());
    }
    return losses;
  }
  const state_of = ({ model, optimizer, scheduler }: Run, epoch: number) => ({
    model: model.state_dict(),
    optimizer: optimizer.state_dict(),
    scheduler: scheduler.state_dict(),
    random: torch.get_rng_state(),
    epoch,
  });

  test.each<[keyof typeof kinds, keyof typeof schedulers]>([
    ['Adam', 'OneCycleLR'],
    ['NAdam', 'SequentialLR'],
    ['SGD', 'OneCycleLR'],
  ])('%s with %s', (kind, schedule) => {
    torch.manual_seed(5);
    const whole = build(kind, schedule);
    const first = train(whole, 0, 10);
    torch.save(state_of(whole, 10), at('run'));
    const expected = [...first, ...train(whole, 10, STEPS)];

    torch.manual_seed(99);
    const resumed = build(kind, schedule);
    const checkpoint = torch.load<ReturnType<typeof state_of>>(at('run'));
    resumed.model.load_state_dict(checkpoint.model);
    resumed.optimizer.load_state_dict(checkpoint.optimizer as never);
    resumed.scheduler.load_state_dict(checkpoint.scheduler);
    torch.set_rng_state(checkpoint.random);
    expect([...first, ...train(resumed, checkpoint.epoch, STEPS)]).toEqual(expected);
    for (const [name, value] of Object.entries(whole.model.state_dict()))
      expect([name, resumed.model.state_dict()[name].tolist()]).toEqual([name, value.tolist()]);
  });
});

describe('what cannot be saved', () => {
  const circle: Record<string, unknown> = {};
  circle.inner = [{ circle }];
  const deep = Array.from({ length: 600 }).reduce<unknown>((inner) => [inner], 0);
  test.each<[string, unknown, string | RegExp]>([
    [
      'a module',
      { model: new nn.Linear(1, 1) },
      'save: expected model to be made of tensors, numbers, strings, booleans, arrays and plain objects, got an object of class Linear; save its state_dict()',
    ],
    ['a function', { hooks: [() => 1] }, /^save: expected hooks\.0 to be made of .*, got anonymous \(function\)$/],
    ['a symbol', Symbol('x'), /^save: expected the object to be made of .*, got Symbol\(x\)/],
    ['a date', { when: new Date(0) }, /^save: expected when to be .* an object of class Date$/],
    ['a typed array', { a: new Float32Array(2) }, /an object of class Float32Array; save torch\.tensor\(…\) of it$/],
    ['a circle', circle, 'save: inner.0.circle contains itself'],
    ['too deep', { deep }, /^save: deep(\.0)+ is nested deeper than 500 levels$/],
    [
      'keys of a map',
      new Map([[{}, 1]]),
      /^save: expected the keys of the object to be strings or numbers, got an object/,
    ],
    ['__proto__', JSON.parse('{"a":{"__proto__":1}}'), 'save: a has a key "__proto__"'],
  ])('%s', (_, value, message) => {
    expect(() => torch.save(value, at('bad'))).toThrow(message);
    expect(fs.existsSync(at('bad'))).toBe(false);
  });

  test('metadata of the same name', () => {
    expect(() => torch.save({ a: 1 }, at('bad'), { metadata: { structure: '' } })).toThrow(
      'save: metadata cannot have the name "structure"',
    );
  });
});

describe('broken files', () => {
  const nested = `${'['.repeat(2000)}${']'.repeat(2000)}`;
  test.each<[string, unknown, string | RegExp]>([
    ['no JSON', '{"a":', /its structure is no JSON \(/],
    ['an unknown tensor', { a: { $tensor: 'w' } }, /its structure names a tensor "w" that it does not hold$/],
    ['a tensor of no name', { $tensor: [3] }, /its structure names a tensor \[3\] that/],
    ['a number', { $number: '12' }, /its structure has a "\$number" of "12"$/],
    ['a number of the prototype', { $number: 'constructor' }, /its structure has a "\$number" of "constructor"$/],
    ['a bigint', { $bigint: 'x' }, /its structure has a "\$bigint" of "x"$/],
    ['a long bigint', { $bigint: '9'.repeat(5000) }, /its structure has a "\$bigint" of "9{99}…"$/],
    ['a map', { $map: [[1]] }, /its structure has a "\$map" of \[\[…\]\]$/],
    ['keys of a map', { $map: [[[], 1]] }, /a map with other keys than strings and numbers$/],
    ['an unknown word', { $set: [1] }, /its structure has a "\$set" of \[1\]$/],
    ['a word with company', { $tensor: 'w', a: 1 }, /"\$tensor" stands beside other keys in its structure$/],
    ['company with a word', { a: 1, $tensor: 'w' }, /its structure has a key "\$tensor"$/],
    ['the prototype', '{"a":{"__proto__":{"polluted":1}}}', /its structure has a key "__proto__"$/],
    ['depth', nested, /its structure is nested deeper than 500 levels$/],
    ['depth in a map', `{"$map":[[1,${nested}]]}`, /its structure is nested deeper than 500 levels$/],
  ])('%s', (_, structure, message) => {
    const path = write_structure(structure);
    expect(() => torch.load(path)).toThrow(message);
    expect(() => torch.load(path)).toThrow(/^load: .*structure is not a valid checkpoint: [^\n]*$/);
    expect(() => torch.load(path)).toThrow(Error);
  });

  test('one tensor at many places is read once', () => {
    torch.save({ a: [torch.ones([2])] }, at('once'));
    const bytes = fs.readFileSync(at('once'));
    const length = Number(bytes.readBigUInt64LE(0));
    const header = JSON.parse(bytes.subarray(8, 8 + length).toString());
    header.__metadata__.structure = JSON.stringify(new Array(1000).fill({ $tensor: 'a.0' }));
    const json = Buffer.from(JSON.stringify(header));
    const size = Buffer.alloc(8);
    size.writeBigUInt64LE(BigInt(json.length));
    fs.writeFileSync(at('once'), Buffer.concat([size, json, bytes.subarray(8 + length)]));
    const loaded = torch.load<torch.Tensor[]>(at('once'));
    expect(loaded[999]).toBe(loaded[0]);
  });

  test('any byte of a checkpoint changed, or its end cut off: an error of one line, or another value', () => {
    torch.save({ a: torch.ones([2]), b: [1, { c: 'x' }] }, at('whole'));
    const whole = fs.readFileSync(at('whole'));
    const outcomes = { loaded: 0, refused: 0 };
    const attempt = (bytes: Uint8Array): void => {
      fs.writeFileSync(at('damaged'), bytes);
      try {
        torch.load(at('damaged'));
        outcomes.loaded++;
      } catch (error) {
        expect((error as Error).message).toMatch(/^load: [^\n]*$/);
        outcomes.refused++;
      }
    };
    for (let i = 0; i < whole.length; i++) {
      const bytes = Uint8Array.from(whole);
      bytes[i] ^= 1 << (i % 8);
      attempt(bytes);
      attempt(whole.subarray(0, i));
    }
    expect(outcomes.refused).toBeGreaterThan(1.5 * whole.length);
    expect(outcomes.loaded).toBeGreaterThan(0);
  });

  test('headers that would fill the heap', () => {
    const told = JSON.parse(run_child('header_bomb.ts', { flags: ['--max-old-space-size=200'] }));
    expect(told).toEqual([
      expect.stringMatching(
        /^load: FILE is not a valid safetensors file: its header would take .* MiB, JavaScript's heap has/,
      ),
      expect.stringMatching(/^load: FILE is not a valid safetensors file: its header would take/),
      expect.stringMatching(/^load: FILE is not a valid [a-z]+( file)?: its (header|structure) would take/),
    ]);
  });

  test('a pipe', () => {
    if (process.platform === 'win32') return;
    execFileSync('mkfifo', [at('pipe')]);
    expect(() => torch.load(at('pipe'))).toThrow(/^load: .*pipe is not a file$/);
  });
});
