import * as torch from 'cresset';
import * as kernels from 'cresset/kernels';

/** What the public names promise to the compiler: `tsc` fails here when one changes. Jest has only to load the file. */

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
/** `expect_type<Actual>().is<Expected>()` compiles only if both are the same type, so that `any` is nothing else. */
function expect_type<Actual>(_value?: Actual) {
  return { is<Expected>(..._proof: Same<Actual, Expected> extends true ? [] : [never]): void {} };
}

const x = torch.ones([2, 3]);

test('tensors', () => {
  expect_type(x).is<torch.Tensor>();
  expect_type(x.add(1).leaky_relu(0.1)).is<torch.Tensor>();
  expect_type(x.item).is<() => number>();
  expect_type(x.grad).is<torch.Tensor | null>();
  expect_type(x.requires_grad).is<boolean>();
  expect_type(x.dtype).is<torch.DType>();
  expect_type(torch.no_grad(() => 3)).is<number>();
  // @ts-expect-error: a shape is numbers
  expect(() => torch.ones(['2'])).toThrow();
});

test('modules and optimizers', () => {
  const linear = new torch.nn.Linear(3, 2, { bias: false });
  expect_type(linear.weight).is<torch.nn.Parameter>();
  expect_type(linear.bias).is<torch.nn.Parameter | null>();
  expect_type(linear.forward(x)).is<torch.Tensor>();
  expect_type(new torch.nn.LeakyReLU(0.2).negative_slope).is<number>();
  // @ts-expect-error: misspelled
  expect(() => new torch.nn.LeakyReLU({ negative_slop: 0.2 })).toThrow('negative_slope');
  // @ts-expect-error: numbers, not text
  expect(() => new torch.nn.Linear('3', 2)).toThrow('in_features');
  // @ts-expect-error: misspelled
  expect(() => new torch.optim.SGD(linear.parameters(), { learning_rate: 1 })).toThrow();
});

test('raw kernels give the type they were given', () => {
  expect_type(kernels.leaky_relu(new Float32Array(1))).is<Float32Array<ArrayBuffer>>();
  expect_type(kernels.leaky_relu(new Float64Array(1))).is<Float64Array<ArrayBuffer>>();
  // @ts-expect-error: an array of numbers has no memory to work on
  expect(() => kernels.leaky_relu([1, 2])).toThrow();
});

test('nothing is `any`', () => {
  expect_type<ReturnType<typeof torch.tensor>>().is<torch.Tensor>();
  expect_type<ReturnType<typeof torch.nn.functional.cross_entropy>>().is<torch.Tensor>();
  expect_type<ReturnType<torch.nn.Module['state_dict']>>().is<Awaited<ReturnType<torch.nn.Module['state_dict']>>>();
  // @ts-expect-error: another type is noticed
  expect_type(x).is<number>();
});
