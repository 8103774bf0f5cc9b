/** The warnings that `body` gives, which are not printed. */
export function warnings(body: () => unknown): string[] {
  const seen: string[] = [];
  const spy = jest.spyOn(process, 'emitWarning').mockImplementation((text) => {
    seen.push(String(text));
  });
  try {
    body();
  } finally {
    spy.mockRestore();
  }
  return seen;
}
