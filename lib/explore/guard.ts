import type { IncomingMessage } from 'node:http';

/**
 * Who may speak to the server: its own page and nobody else. A page of another site can make this machine's browser send requests here, under
 * its own name (Origin, Sec-Fetch-Site) or under a name that it let point to 127.0.0.1 (Host).
 */

/** Why a request is refused, or null. */
export function refusal({ method, headers }: IncomingMessage, port: number): string | null {
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`];
  if (!hosts.includes(headers.host ?? '')) return 'This server answers under its own address only';
  const { origin } = headers;
  const own = `http://${headers.host}`;
  // Browsers send the origin with every POST; a GET of the page itself has none.
  if (origin === undefined ? method === 'POST' : origin !== own) return 'This server answers its own page only';
  const site = headers['sec-fetch-site'];
  return site === undefined || site === 'same-origin' || site === 'none'
    ? null
    : 'This server answers its own page only';
}

/** At most so many requests a second, with bursts of as many. */
export class RateLimit {
  private left: number;

  constructor(
    private readonly rate: number,
    private last = performance.now(),
  ) {
    this.left = rate;
  }

  /** Whether one more request may pass. */
  take(now = performance.now()): boolean {
    this.left = Math.min(this.rate, this.left + ((now - this.last) / 1000) * this.rate);
    this.last = now;
    if (this.left < 1) return false;
    this.left -= 1;
    return true;
  }
}
