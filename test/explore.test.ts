import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { request as http_request } from 'node:http';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as torch from 'cresset';
import { type Explorer, explore, explore_page } from '../lib/explore';
import { entries } from '../lib/explore/catalog';
import { build } from '../lib/explore/curves';
import { RateLimit } from '../lib/explore/guard';
import { contour } from '../lib/explore/page/contour';
import { History } from '../lib/explore/page/history';
import { domain, path, scale } from '../lib/explore/page/lines';
import { exact, stepped, ticks } from '../lib/explore/page/numbers';
import { open_source } from '../lib/explore/page/source';
import {
  decode_frame,
  EXTENT,
  type Frame,
  type Plan,
  POINTS,
  ranges,
  type Setup,
  SIDE,
  steps_of,
  value_at,
} from '../lib/explore/protocol';
import { Desk } from '../lib/explore/training/desk';
import { Session } from '../lib/explore/training/session';
import { command, end_of } from './support/command';

/** The explorer without a browser: what its server answers and refuses, what trains, and the arithmetic of its page. */

interface Ask {
  method?: string;
  path?: string;
  headers?: Record<string, string>;
  body?: string;
}

interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: Buffer;
}

async function ask(port: number, { method = 'GET', path = '/', headers = {}, body }: Ask): Promise<Answer> {
  const request = http_request({ host: '127.0.0.1', port, method, path, headers, agent: false });
  request.end(body);
  const [response] = await once(request, 'response');
  const parts: Buffer[] = [];
  for await (const part of response) parts.push(part);
  return { status: response.statusCode, headers: response.headers, body: Buffer.concat(parts) };
}

const own = (port: number): Record<string, string> => ({
  Origin: `http://127.0.0.1:${port}`,
  'Content-Type': 'application/json',
});

const leaky = { name: 'leaky_relu', values: [0.2] };

describe('server', () => {
  let explorer: Explorer;
  let port: number;
  beforeAll(async () => {
    explorer = await explore();
    port = explorer.port;
  });
  afterAll(() => explorer.close());

  const post = (path: string, body: unknown, headers = own(port)): Promise<Answer> =>
    ask(port, { method: 'POST', path, headers, body: typeof body === 'string' ? body : JSON.stringify(body) });

  test('the page holds all it needs, and its policy lets nothing else in', async () => {
    const { status, headers, body } = await ask(port, {});
    const html = body.toString();
    expect(status).toBe(200);
    expect(explorer.url).toBe(`http://127.0.0.1:${port}/`);
    expect(headers['content-security-policy']).toMatch(
      /^default-src 'none'; script-src 'sha256-[^ ]+'; style-src 'sha256-[^ ]+'; img-src data:; connect-src 'self';/,
    );
    expect(html.match(/(?:src|href)="(?!data:)[^"]*"/g)).toBeNull();
    expect(html.match(/https?:\/\/(?!www\.w3\.org\/2000\/svg)/g)).toBeNull();
  });

  test.each(ranges)('curves over ±%d are what the kernels give, bit for bit', async (range) => {
    const curves = entries
      .slice(0, 4)
      .map(({ name, parameters }) => ({ name, values: parameters.map((p) => p.start) }));
    const { body } = await post('/curves', { range, curves });
    const got = new Float32Array(new Uint8Array(body).buffer);
    expect(got.length).toBe(9 * POINTS);
    const x = torch.linspace(-range, range, POINTS, { requires_grad: true });
    const rows = [
      torch.nn.functional.leaky_relu(x, 0.01),
      torch.nn.functional.prelu(x, torch.tensor([0.25])),
      torch.nn.functional.leaky_relu(x, (1 / 8 + 1 / 3) / 2),
      torch.relu(x),
    ];
    const expected = [x, ...rows.flatMap((y) => [y, torch.autograd.grad(y.sum(), [x])[0]])];
    expected.forEach((row, i) => {
      expect(got.subarray(i * POINTS, (i + 1) * POINTS)).toEqual(row.detach().copy_to(new Float32Array(POINTS)));
    });
  });

  test.each<[string, (port: number) => Ask, number, RegExp]>([
    ['another host', () => ({ headers: { Host: 'evil.example' } }), 403, /own address/],
    ['another port', () => ({ headers: { Host: '127.0.0.1:1' } }), 403, /own address/],
    [
      'a page of another site',
      (p) => ({ method: 'POST', path: '/curves', headers: { ...own(p), Origin: 'https://evil.example' } }),
      403,
      /own page/,
    ],
    [
      'a page without an origin',
      (p) => ({ method: 'POST', path: '/curves', headers: { ...own(p), Origin: 'null' } }),
      403,
      /own page/,
    ],
    ['a post that names no origin', () => ({ method: 'POST', path: '/curves' }), 403, /own page/],
    ['a picture in another site', () => ({ headers: { 'Sec-Fetch-Site': 'cross-site' } }), 403, /own page/],
    ['another page of this machine', () => ({ headers: { 'Sec-Fetch-Site': 'same-site' } }), 403, /own page/],
    ['an unknown path', () => ({ path: '/etc/passwd' }), 404, /No such page/],
    ['the name of a method', () => ({ path: '/constructor' }), 404, /No such page/],
    ['a post to the page', (p) => ({ method: 'POST', headers: own(p) }), 405, /GET only/],
    ['a get of curves', () => ({ path: '/curves' }), 405, /POST only/],
    [
      'a form',
      (p) => ({ method: 'POST', path: '/curves', headers: { ...own(p), 'Content-Type': 'text/plain' } }),
      415,
      /json only/,
    ],
    [
      'a long body',
      (p) => ({ method: 'POST', path: '/curves', headers: own(p), body: 'x'.repeat(5000) }),
      413,
      /At most 4096 bytes/,
    ],
    [
      'a long body that does not say so',
      (p) => ({
        method: 'POST',
        path: '/train',
        headers: { ...own(p), 'Transfer-Encoding': 'chunked' },
        body: 'x'.repeat(5000),
      }),
      413,
      /At most 4096 bytes/,
    ],
  ])('refuses %s', async (_, make, status, text) => {
    const answer = await ask(port, make(port));
    expect(answer.status).toBe(status);
    expect(answer.body.toString()).toMatch(text);
    expect(answer.body.toString().trim().split('\n')).toHaveLength(1);
  });

  const plan = { data: 'moons', seed: 0, rate: 0.01, activation: leaky };
  const train = { session: 'a', round: 0, steps: 1, plan };
  test.each<[string, unknown, string]>([
    ['/curves', '{', 'Expected the body: JSON'],
    ['/curves', [], 'Expected the body: an object'],
    ['/curves', null, 'Expected the body: an object'],
    ['/curves', { range: '5', curves: [leaky] }, 'Expected range: a number from 0.1 to 1000'],
    ['/curves', { range: 5, curves: [] }, 'Expected curves: a list of 1 to 4'],
    ['/curves', { range: 5, curves: Array(5).fill(leaky) }, 'Expected curves: a list of 1 to 4'],
    ['/curves', { range: 5, curves: [{ name: '__proto__', values: [] }] }, 'Expected name: an activation of the page'],
    ['/curves', { range: 5, curves: [{ name: 'relu', values: [1] }] }, 'Expected values: a list of 0 to 0'],
    ['/curves', { range: 5, curves: [{ name: 'elu', values: [1e9] }] }, 'Expected alpha: a number from 0 to 3'],
    ['/train', { ...train, session: '../a' }, 'Expected session: a short name'],
    ['/train', { ...train, steps: 1001 }, 'Expected steps: a number from 0 to 1000'],
    ['/train', { ...train, steps: 0.5 }, 'Expected steps: an integer'],
    ['/train', { ...train, plan: { ...plan, data: 'digits' } }, 'Expected data: moons or spiral'],
    ['/train', { ...train, plan: { ...plan, seed: -1 } }, `Expected seed: a number from 0 to ${2 ** 31}`],
    ['/train', { ...train, plan: { ...plan, rate: null } }, 'Expected rate: a number from 0 to 10'],
  ])('%s judges %j', async (path, body, text) => {
    const answer = await post(path, body);
    expect(answer.body.toString()).toBe(`${text}\n`);
    expect(answer.status).toBe(400);
  });

  test('a port in use is an error that says what to do', async () => {
    await expect(explore({ port })).rejects.toThrow(
      `explore: port ${port} is in use; give another with --port, or none for one that is free`,
    );
    await expect(explore({ port: 70_000 })).rejects.toThrow(
      'explore: expected port to be between 0 and 65535, got 70000',
    );
    await expect(explore({ prot: 1 } as never)).rejects.toThrow('did you mean "port"?');
  });

  test('only 127.0.0.1 listens', async () => {
    const other = createServer();
    // The port is free on every other address of this machine.
    other.listen(port, '127.0.0.2');
    await once(other, 'listening');
    other.close();
  });
});

test('more requests than a page makes are turned away', async () => {
  const explorer = await explore();
  const answers = await Promise.all(Array.from({ length: 60 }, () => many(explorer.port, 10)));
  const refused = answers.flat().filter((status) => status === 429).length;
  expect(refused).toBeGreaterThan(0);
  expect(answers.flat().filter((status) => status === 404).length).toBeGreaterThanOrEqual(300);
  await explorer.close();
});

/** So many requests over one connection. */
async function many(port: number, count: number): Promise<number[]> {
  const socket = connect(port, '127.0.0.1');
  socket.write(`GET /x HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`.repeat(count));
  let text = '';
  for await (const part of socket.setEncoding('latin1')) {
    text += part;
    if (text.split('HTTP/1.1 ').length > count) break;
  }
  return [...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => Number(status));
}

test('the limit fills up with time, and no further than a burst', () => {
  const limit = new RateLimit(10, 0);
  const taken = (at: number): number => Array.from({ length: 50 }, () => limit.take(at)).filter(Boolean).length;
  expect([taken(0), taken(500), taken(100_000)]).toEqual([10, 5, 10]);
});

test('close ends idle and half-sent connections', async () => {
  const explorer = await explore();
  const sockets: Socket[] = ['', 'POST /curves HTTP/1.1\r\n'].map((text) => {
    const socket = connect(explorer.port, '127.0.0.1');
    socket.on('error', () => {});
    socket.write(text);
    return socket;
  });
  await Promise.all(sockets.map((socket) => once(socket, 'connect')));
  const ended = sockets.map((socket) => new Promise((resolve) => socket.once('close', resolve)));
  await explorer.close();
  await Promise.all(ended);
  await expect(ask(explorer.port, {})).rejects.toThrow('ECONNREFUSED');
});

test('every curve of the page in a file is what the kernels give', async () => {
  const html = explore_page();
  expect(html).toContain("connect-src 'none'");
  const [, json] = html.match(/<script type="application\/json" id="setup">(.*?)<\/script>/)!;
  const setup = JSON.parse(json) as Setup;
  expect(setup.entries.map(({ name }) => name)).toEqual(entries.map(({ name }) => name));
  const source = await open_source(setup);
  const [range] = source.ranges;
  for (const { name } of entries) {
    const { parameters } = setup.entries.find((entry) => entry.name === name)!;
    // The first, a middle and the last place of each slider, and where PyTorch's default has it.
    for (const share of [0, 0.37, 1, null]) {
      const values = parameters.map((p) => {
        const last = steps_of(p, p.step) - 1;
        return value_at(p, p.step, Math.round(share === null ? (p.start - p.low) / p.step : share * last));
      });
      const { x, curves } = await source.sample({ range, curves: [{ name, values }] });
      const input = torch.tensor(x, { requires_grad: true });
      const y = build({ name, values }).forward(input);
      y.sum().backward();
      expect(curves[0].y).toEqual(y.detach().copy_to(new Float32Array(x.length)));
      expect(curves[0].yp).toEqual(input.grad!.copy_to(new Float32Array(x.length)));
    }
  }
});

describe('command', () => {
  const run = (...args: string[]) => end_of(command('explore', ...args));

  test('ends by a signal, with its thread and its connections', async () => {
    const child = command('explore');
    const [line] = await once(child.stdout!.setEncoding('utf8'), 'data');
    const port = Number(/:(\d+)\//.exec(line)![1]);
    const body = { session: 'a', round: 0, steps: 1, plan: { data: 'moons', seed: 0, rate: 0.01, activation: leaky } };
    const { status } = await ask(port, {
      method: 'POST',
      path: '/train',
      headers: own(port),
      body: JSON.stringify(body),
    });
    expect(status).toBe(200);
    const ended = end_of(child);
    child.kill('SIGINT');
    expect(await ended).toEqual({ code: 0, said: '' });
    await expect(ask(port, {})).rejects.toThrow('ECONNREFUSED');
  });

  test('is wrong in one line and with exit code 2, and leaves nothing behind', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const folder = mkdtempSync(join(tmpdir(), 'cresset-explore-'));
    const said = await Promise.all([
      run('--port', String(port)),
      run('--port', 'http'),
      run('--prot', '1'),
      run('leaky_relu'),
      run('--port', '1', '--out', join(folder, 'a.html')),
      run('--out', '/dev/null/a.html'),
      run('--out', folder),
    ]);
    taken.close();
    expect(said).toEqual(
      [
        `explore: port ${port} is in use; give another with --port, or none for one that is free`,
        'cresset explore: expected --port to be a number from 0 to 65535, got "http"',
        'cresset explore: Misspelled option "--prot": did you mean "--port"? (known: --port, --out)',
        'cresset explore: expected options only, got "leaky_relu"',
        'cresset explore: --port serves the page and --out writes it; give one of them',
        'cresset explore: cannot write /dev/null/a.html: a part of its path is not a folder',
        `cresset explore: cannot write ${folder}: it is a folder`,
      ].map((line) => ({ code: 2, said: `${line}\n` })),
    );
    expect(readdirSync(folder)).toEqual([]);
    rmSync(folder, { recursive: true });
  });
});

describe('training', () => {
  const plan = (activation = leaky, more: Partial<Plan> = {}): Plan => ({
    data: 'moons',
    seed: 3,
    rate: 0.01,
    activation,
    ...more,
  });
  const trained = (plan: Plan, steps: number): Frame => {
    const session = new Session(plan);
    session.run(steps, Infinity);
    return session.frame();
  };

  test('moons are told apart, and the frame shows it', () => {
    const frame = trained(plan(), 200);
    expect(frame.accuracy).toBeGreaterThan(0.95);
    expect(frame.losses).toHaveLength(200);
    expect(frame.losses[0]).toBeGreaterThan(0.6);
    expect(frame.loss).toBeLessThan(0.1);
    expect(frame.layers).toEqual([
      { units: 24, dead: 0 },
      { units: 24, dead: 0 },
    ]);
    expect(frame.slopes).toEqual([]);
    // The field is right where the points are.
    const right = Array.from({ length: frame.points.length / 3 }, (_, i) => {
      const [x, y, label] = frame.points.subarray(3 * i);
      const place = (value: number): number => Math.round(((value + EXTENT) / (2 * EXTENT)) * (SIDE - 1));
      return frame.field[place(-y) * SIDE + place(x)] > 0 === (label === 1);
    });
    expect(right.filter(Boolean).length / right.length).toBeGreaterThan(0.95);
  });

  test('spirals too, and PReLU learns its slopes', () => {
    const frame = trained(plan({ name: 'prelu', values: [0.25] }, { data: 'spiral' }), 400);
    expect(frame.accuracy).toBeGreaterThan(0.9);
    expect(frame.slopes).toHaveLength(2);
    for (const slope of frame.slopes) expect(slope).not.toBe(0.25);
  });

  test('rectifiers die of a high rate, leaky ones do not', () => {
    const dead = (name: string, values: number[]): number =>
      trained(plan({ name, values }, { rate: 0.3 }), 60).layers.reduce((sum, layer) => sum + layer.dead, 0);
    expect(dead('relu', [])).toBeGreaterThan(5);
    expect(dead('leaky_relu', [0.01])).toBe(0);
  });

  test('the same plan gives the same bits, whatever else trains meanwhile, also with random slopes', () => {
    const random = plan({ name: 'rrelu', values: [0.1, 0.3] });
    const alone = trained(random, 20);
    const [first, second] = [new Session(random), new Session(plan(leaky, { seed: 4 }))];
    for (let i = 0; i < 10; i++) for (const session of [first, second]) session.run(2, Infinity);
    const { losses, field } = first.frame();
    expect(losses).toEqual(alone.losses);
    expect(field).toEqual(alone.field);
    expect(trained(plan(leaky, { seed: 4 }), 20).losses).toEqual(second.frame().losses);
  });

  test('a slider acts on the running network', () => {
    for (const name of ['leaky_relu', 'prelu']) {
      const session = new Session(plan({ name, values: [0.2] }));
      session.run(20, Infinity);
      const before = session.frame();
      session.turn(plan({ name, values: [0.9] }));
      const after = session.frame();
      expect(after.step).toBe(20);
      expect(after.loss).not.toBe(before.loss);
      if (name === 'prelu') for (const slope of after.slopes) expect(slope).toBe(Math.fround(0.9));
      session.turn(plan({ name, values: [0.9] }, { rate: 0 }));
      session.run(3, Infinity);
      expect(session.frame().loss).toBe(after.loss);
    }
  });

  test('rounds start over; of many pages the one longest away does', () => {
    const desk = new Desk();
    const step = (session: string, round = 0): number =>
      decode_frame(desk.answer({ session, round, steps: 2, plan: plan() })).step;
    expect([step('a'), step('a'), step('a', 1), step('a', 1)]).toEqual([2, 4, 2, 4]);
    for (const session of 'bcdefgh') expect(step(session)).toBe(2);
    expect(step('a', 1)).toBe(6);
    expect(step('i')).toBe(2);
    expect(step('a', 1)).toBe(8);
    expect(step('b')).toBe(2);
  });
});

describe('page', () => {
  test('numbers are exact and short', () => {
    const values = [0.2, -0.3, 0.1, 1 / 3, Math.PI, 1e-7, 3e38, 16777216].map(Math.fround);
    for (const value of values) expect(Math.fround(Number(exact(value).replace('−', '-')))).toBe(value);
    expect([0.2, -0.3, -0, Number.NaN, -Infinity].map((value) => exact(Math.fround(value)))).toEqual([
      '0.2',
      '−0.3',
      '0',
      'NaN',
      '−Infinity',
    ]);
    expect([stepped(0.2, 0.01), stepped(-1, 0.25), stepped(20, 1), stepped(1 / 3, 1 / 48)]).toEqual([
      '0.20',
      '−1.00',
      '20',
      '0.333',
    ]);
    expect(ticks(-1, 2, 6)).toEqual([-1, -0.5, 0, 0.5, 1, 1.5, 2]);
    expect(ticks(0, 0.8, 4)).toEqual([0, 0.2, 0.4, 0.6, 0.8]);
  });

  test('lines break where a function jumps and nowhere else', () => {
    const to = scale({ left: 0, right: 100, top: 0, bottom: 100 }, [-5, 5], [-2, 5]);
    const pieces = (name: string, values: number[], key: 'y' | 'yp'): number => {
      const x = torch.linspace(-5, 5, POINTS, { requires_grad: true });
      const y = build({ name, values }).forward(x);
      const shown = key === 'y' ? y.detach() : torch.autograd.grad(y.sum(), [x])[0];
      return (
        path(x.detach().copy_to(new Float32Array(POINTS)), shown.copy_to(new Float32Array(POINTS)), to).split('M')
          .length - 1
      );
    };
    expect(pieces('leaky_relu', [0.2], 'y')).toBe(1);
    expect(pieces('leaky_relu', [0.2], 'yp')).toBe(2);
    expect(pieces('hardshrink', [0.5], 'y')).toBe(3);
    expect(pieces('hardtanh', [-1, 1], 'yp')).toBe(3);
    for (const name of ['gelu', 'mish', 'tanh', 'sigmoid', 'selu']) expect(pieces(name, [], 'y')).toBe(1);
    expect(domain([[0.3, 1.7, Number.NaN, Infinity]], [-1, 1], 0.5)).toEqual([-1, 2]);
  });

  test('contours lie on the level', () => {
    const side = 41;
    const field = Array.from({ length: side * side }, (_, i) => Math.hypot((i % side) - 20, Math.floor(i / side) - 20));
    const segments = contour(field, side, 12.3);
    const length = segments.reduce((sum, [x0, y0, x1, y1]) => sum + Math.hypot(x1 - x0, y1 - y0), 0);
    expect(Math.abs(length / (2 * Math.PI * 12.3) - 1)).toBeLessThan(0.01);
    for (const [x, y] of segments) expect(Math.abs(Math.hypot(x - 20, y - 20) - 12.3)).toBeLessThan(0.05);
  });

  test('a long history keeps its mean in bounded space', () => {
    const history = new History(8);
    for (let i = 1; i <= 64; i++) history.add(i);
    expect(history.y.length).toBeLessThan(8);
    expect(history.y).toEqual(history.x);
  });
});
