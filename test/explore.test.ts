import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { request as http_request } from 'node:http';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as torch from 'cresset';
import { type Explorer, explore } from '../lib/explore';
import { entries } from '../lib/explore/catalog';
import { RateLimit } from '../lib/explore/guard';
import { POINTS, ranges } from '../lib/explore/protocol';
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
