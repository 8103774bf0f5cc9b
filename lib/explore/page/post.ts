/** Asks the server; the answer is Float32 values. */
export async function post(path: string, body: unknown): Promise<Float32Array> {
  const response = await fetch(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  }).catch(() => {
    throw new Error('The server does not answer; start it again and reload the page');
  });
  if (!response.ok) throw new Error((await response.text()).trim());
  return new Float32Array(await response.arrayBuffer());
}

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
      await this.run(request);
    }
    this.busy = false;
  }
}
