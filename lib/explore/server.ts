import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fail } from '../errors';
import { sample_all } from './curves';
import { RateLimit, refusal } from './guard';
import type { Page } from './html';
import { BadRequest, curve_request, parse_json, train_request } from './request';
import { Trainer } from './trainer';

/** The server of the page: GET /, POST /curves, POST /train, on 127.0.0.1 only. */

const LONGEST_BODY = 4096;
/** Requests a second. A page that trains while a slider moves makes about 120. */
const RATE = 300;
/** Requests that may wait for the thread that trains. */
const MOST_WAITING = 16;

/** A page that is being served. */
export interface Explorer {
  /** Where the page is: `http://127.0.0.1:PORT/`. */
  readonly url: string;
  /** The port it listens on. */
  readonly port: number;
  /** Ends all connections and the thread that trains; done when both are gone. */
  close(): Promise<void>;
}

type Answer = Float32Array<ArrayBuffer>;

export async function serve(page: Page, port: number): Promise<Explorer> {
  const trainer = new Trainer();
  const limit = new RateLimit(RATE);
  const server = createServer({ maxHeaderSize: 8192, requestTimeout: 10_000, headersTimeout: 5000 });
  server.maxConnections = 64;
  await listen(server, port);
  const { port: actual } = server.address() as AddressInfo;

  const routes: Readonly<Record<string, (body: string) => Answer | Promise<Answer>>> = {
    '/curves': (body) => sample_all(curve_request(parse_json(body))),
    '/train': (body) => {
      const request = train_request(parse_json(body));
      if (trainer.load >= MOST_WAITING) throw new Refusal(503, 'Too many networks train at once');
      return trainer.train(request);
    },
  };

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!limit.take()) throw new Refusal(429, 'Too many requests', { 'Retry-After': '1' });
    const refused = refusal(request, actual);
    if (refused !== null) throw new Refusal(403, refused);
    const { method, url = '' } = request;
    if (url === '/') {
      if (method !== 'GET' && method !== 'HEAD') throw new Refusal(405, 'GET only', { Allow: 'GET, HEAD' });
      send(response, 200, page.headers, page.html);
      return;
    }
    if (!Object.hasOwn(routes, url)) throw new Refusal(404, 'No such page');
    if (method !== 'POST') throw new Refusal(405, 'POST only', { Allow: 'POST' });
    if (request.headers['content-type'] !== 'application/json') throw new Refusal(415, 'application/json only');
    const { buffer } = await routes[url](await body_of(request));
    send(response, 200, { 'Content-Type': 'application/octet-stream' }, Buffer.from(buffer));
  }

  server.on('request', (request, response) => {
    respond(request, response).catch((error: Error) => {
      if (response.headersSent || response.destroyed) response.destroy();
      else refuse(request, response, error);
    });
  });
  const close = async (): Promise<void> => {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await Promise.all([closed, trainer.close()]);
  };
  return { url: `http://127.0.0.1:${actual}/`, port: actual, close };
}

class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }
}

async function listen(server: Server, port: number): Promise<void> {
  server.listen({ port, host: '127.0.0.1', exclusive: true });
  try {
    await once(server, 'listening');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE')
      fail('explore', `port ${port} is in use; give another with --port, or none for one that is free`);
    if (code === 'EACCES') fail('explore', `port ${port} is not open to this user; give one from 1024 up`);
    throw error;
  }
}

async function body_of(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let length = Number(request.headers['content-length'] ?? 0);
  if (length > LONGEST_BODY) throw too_long();
  length = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > LONGEST_BODY) throw too_long();
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

const too_long = (): Refusal => new Refusal(413, `At most ${LONGEST_BODY} bytes`);

function refuse(request: IncomingMessage, response: ServerResponse, error: Error): void {
  const status = error instanceof Refusal ? error.status : error instanceof BadRequest ? 400 : 500;
  const headers: Record<string, string> = { 'Content-Type': 'text/plain; charset=utf-8' };
  if (error instanceof Refusal) Object.assign(headers, error.headers);
  // What the client still sends is not read, so the connection ends with the answer.
  if (!request.complete) headers.Connection = 'close';
  const text = error instanceof BadRequest ? `Expected ${error.message}` : error.message;
  send(response, status, headers, `${text}\n`);
}

function send(
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string | Buffer,
): void {
  response.writeHead(status, {
    'Cache-Control': 'no-store',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'X-Content-Type-Options': 'nosniff',
    ...headers,
    'Content-Length': Buffer.byteLength(body),
  });
  response.end(body);
}
