/** Asks the server; the answer is Float32 values. */
export async function post(path: string, body: unknown): Promise<Float32Array> {
  const response = await fetch(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  }).catch(() => {
    throw new Error('The server does not answer; start it again and reload the page');
  });
  if (response.status === 429) {
    await pause(1000);
    return post(path, body);
  }
  if (!response.ok) throw new Error((await response.text()).trim());
  return new Float32Array(await response.arrayBuffer());
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Milliseconds between two requests of a kind: what a screen can show. */
export const PACE = 14;

/** Runs one request at a time; of those that come meanwhile only the last. */
export class Latest<T> {
  private next: { readonly request: T } | null = null;
  private busy = false;

  constructor(private readonly run: (request: T) => Promise<void>) {}

  ask(request: T): void {
    this.next = { request };
    if (!this.busy) void this.work();
  }

  private async work(): Promise<void> {
    this.busy = true;
    while (this.next !== null) {
      const { request } = this.next;
      this.next = null;
      await Promise.all([this.run(request), pause(PACE)]);
    }
    this.busy = false;
  }
}
