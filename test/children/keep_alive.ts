import * as torch from 'cresset';

/** Memory that outlives the object it came from. Much is allocated between, so that a block freed too early is used again (and poisoned under stress). */

const N = 1000;

function churn(): void {
  for (let i = 0; i < 300; i++) torch.full([N], i).mul(2);
}

function ramp(): torch.Tensor {
  return torch.arange(N, { dtype: torch.float32 });
}

function check(what: string, values: ArrayLike<number>): void {
  if (values.length !== N) throw new Error(`${what}: ${values.length} elements`);
  for (let i = 0; i < N; i++) if (values[i] !== i) throw new Error(`${what}: element ${i} is ${values[i]}`);
}

function must_fail(what: string, call: () => unknown, message: RegExp): void {
  try {
    call();
  } catch (error) {
    if (error instanceof Error && message.test(error.message)) return;
    throw new Error(`${what}: failed with ${error}`);
  }
  throw new Error(`${what}: did not fail`);
}

function a_typed_array_outlives_its_tensor(): void {
  const array = ramp().typed_array() as Float32Array;
  churn();
  check('typed array', array);
  array[5] = 5;
}

function a_part_of_it_too(): void {
  const part = (ramp().typed_array() as Float32Array).subarray(0, N);
  churn();
  check('subarray', part);
}

function a_transferred_buffer_keeps_the_block(): void {
  const tensor = ramp();
  const { buffer } = tensor.typed_array();
  const given = buffer as ArrayBuffer & { transfer?: () => ArrayBuffer };
  // Where there is no transfer(), structuredClone may move the memory or copy it.
  const moved = given.transfer?.() ?? structuredClone(given, { transfer: [given] });
  churn();
  check('moved buffer', new Float32Array(moved));
  if (given.byteLength === 0)
    must_fail('typed_array after a transfer', () => tensor.typed_array(), /transferred or detached/);
  tensor.add(1);
  churn();
  check('moved buffer, later', new Float32Array(moved));
}

function a_view_outlives_its_base(): void {
  const view = ramp().view(10, 100).t();
  churn();
  check('view', view.t().reshape(-1).tolist() as number[]);
}

function a_base_outlives_its_view(): void {
  const base = ramp();
  base.narrow(0, 10, 20);
  churn();
  check('base', base.tolist() as number[]);
}

function a_graph_keeps_what_it_saved(): void {
  const x = ramp().requires_grad_();
  const y = x.mul(x.mul(1));
  churn();
  y.backward(torch.full([N], 0.5));
  check('gradient', x.grad!.tolist() as number[]);
}

function a_hook_keeps_its_gradient(): void {
  const kept: torch.Tensor[] = [];
  const x = ramp().requires_grad_();
  const y = x.mul(1);
  y.register_hook((g) => {
    kept.push(g);
  });
  y.mul(x.detach()).sum().backward();
  churn();
  check('hooked gradient', kept[0].tolist() as number[]);
  check('its leaf', x.grad!.tolist() as number[]);
}

function released_memory_is_an_error(): void {
  const tensor = ramp();
  const view = tensor.narrow(0, 0, 5);
  tensor.dispose();
  tensor.dispose();
  must_fail('a disposed tensor', () => tensor.add(1), /released/);
  must_fail('its view', () => view.mul(2), /released/);
  must_fail('its elements', () => tensor.tolist(), /released|disposed/);
  {
    using short = ramp();
    check('using', short.tolist() as number[]);
  }
}

function a_disposed_tensor_with_an_array(): void {
  const tensor = ramp();
  const array = tensor.typed_array() as Float32Array;
  tensor.dispose();
  churn();
  check('array of a disposed tensor', array);
}

function user_memory(): void {
  const array = Float32Array.from({ length: N }, (_, i) => i);
  const tensor = torch.from_typed_array(array);
  churn();
  check('wrapped', tensor.tolist() as number[]);
  tensor.mul_(1);
  check('the array itself', array);
  check('the array itself again', tensor.typed_array() as Float32Array);
  structuredClone(array.buffer, { transfer: [array.buffer] });
  must_fail('a detached array', () => tensor.add(1), /detached/);
  must_fail(
    'a resizable buffer',
    () =>
      torch.from_typed_array(
        new Float32Array(Reflect.construct(ArrayBuffer, [8, { maxByteLength: 16 }]) as ArrayBuffer),
      ),
    /resizable/,
  );
  const shared = torch.from_typed_array(new Float32Array(new SharedArrayBuffer(4 * N)));
  shared.copy_(ramp());
  churn();
  check('shared', shared.tolist() as number[]);
}

async function pinned_memory_comes_back(): Promise<void> {
  for (let i = 0; i < 50; i++) ramp().typed_array();
  const { pinned } = torch.memory_stats();
  if (pinned < 50 * 4 * N) throw new Error(`pinned: ${pinned} bytes`);
  for (let i = 0; i < 50 && torch.memory_stats().pinned > pinned / 2; i++) {
    (globalThis as unknown as { gc: () => void }).gc();
    await new Promise((resolve) => setImmediate(resolve));
    // A sweep visits few of the blocks that have survived several.
    churn();
  }
  if (torch.memory_stats().pinned > pinned / 2)
    throw new Error(`still pinned: ${torch.memory_stats().pinned} of ${pinned} bytes`);
}

async function main(): Promise<void> {
  for (let i = 0; i < 3; i++)
    for (const each of [
      a_typed_array_outlives_its_tensor,
      a_part_of_it_too,
      a_transferred_buffer_keeps_the_block,
      a_view_outlives_its_base,
      a_base_outlives_its_view,
      a_graph_keeps_what_it_saved,
      a_hook_keeps_its_gradient,
      released_memory_is_an_error,
      a_disposed_tensor_with_an_array,
      user_memory,
    ])
      each();
  await pinned_memory_comes_back();
  process.stdout.write('kept');
}

main().catch((error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});
