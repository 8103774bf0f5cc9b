import * as torch from 'cresset';
import { type Run, type Runs, without_grad } from '../../ours';

const { functional } = torch.nn;

const planes = (x: torch.Tensor): torch.Tensor => x.view(1, -1, ...x.shape.slice(-2));

type Operation = (sizes: number[], dims: number[]) => () => unknown;

const integers = (sizes: number[], high: number): torch.Tensor => torch.randint(0, high, sizes, { dtype: torch.int64 });

/** A function of one random tensor, and numbers from the run's name. */
const of =
  (f: (x: torch.Tensor, dims: number[]) => unknown): Operation =>
  (sizes, dims) => {
    const x = torch.rand(sizes);
    return () => f(x, dims);
  };

const of_two =
  (f: (x: torch.Tensor, y: torch.Tensor, dims: number[]) => unknown): Operation =>
  (sizes, dims) => {
    const x = torch.rand(sizes);
    const y = torch.rand(sizes);
    return () => f(x, y, dims);
  };

/** x and a second operand of another shape. */
const with_shape =
  (shape: (sizes: number[]) => number[]): Operation =>
  (sizes) => {
    const x = torch.rand(sizes);
    const y = torch.rand(shape(sizes));
    return () => x.add(y);
  };

const of_int64 =
  (f: (x: torch.Tensor, y: torch.Tensor) => unknown): Operation =>
  (sizes) => {
    const x = integers(sizes, 1000);
    const y = integers(sizes, 1000);
    return () => f(x, y);
  };

const masked =
  (f: (mask: torch.Tensor, x: torch.Tensor, y: torch.Tensor) => unknown): Operation =>
  (sizes) => {
    const mask = torch.rand(sizes).gt(0.5);
    const x = torch.rand(sizes);
    const y = torch.rand(sizes);
    return () => f(mask, x, y);
  };

const operations: Record<string, Operation> = {
  add: of_two((x, y) => x.add(y)),
  mul_number: of((x) => x.mul(2)),
  view: of((x) => x.view(2, -1)),
  relu: of((x) => x.relu()),
  index: of((x) => x.select(0, 3)),
  add_channels: with_shape(([, c]) => [1, c, 1, 1]),
  add_row: with_shape(([, columns]) => [columns]),
  add_column: with_shape(([rows]) => [rows, 1]),
  outer_add: ([rows, columns]) => {
    const x = torch.rand([rows, 1]);
    const y = torch.rand([1, columns]);
    return () => x.add(y);
  },
  pow: of((x, [exponent]) => x.pow(exponent)),
  pow_tensors: of_two((x, y) => x.pow(y)),
  flip: of((x, dims) => x.flip(dims)),
  cat: of_two((x, y, [dim]) => torch.cat([x, y], dim)),
  roll: of((x, [shift, dim]) => (dim === undefined ? x.roll(shift) : x.roll(shift, dim))),
  pad: of((x, widths) => functional.pad(planes(x), widths)),
  pad_reflect: of((x, widths) => functional.pad(planes(x), widths, 'reflect')),
  clamp: of((x) => x.clamp(0.25, 0.75)),
  arange:
    ([n]) =>
    () =>
      torch.arange(n),
  mv: (sizes) => {
    const [x, y] = [torch.rand(sizes), torch.rand([sizes[1]])];
    return () => x.mv(y);
  },
  triplet_margin_loss: (sizes) => {
    const [anchor, positive, negative] = [torch.rand(sizes), torch.rand(sizes), torch.rand(sizes)];
    return () => functional.triplet_margin_loss(anchor, positive, negative);
  },
  stack: of_two((x, y, [dim]) => torch.stack([x, y], dim)),
  sum: of((x, dims) => (dims.length === 0 ? x.sum() : x.sum(dims))),
  mean: of((x, dims) => x.mean(dims)),
  var: of((x, dims) => x.var(dims)),
  max: of((x, [dim]) => x.max(dim)),
  argmax: of((x, [dim]) => x.argmax(dim)),
  softmax: of((x, [dim]) => x.softmax(dim)),
  where: masked((mask, x, y) => torch.where(mask, x, y)),
  where_number: masked((mask, x) => torch.where(mask, x, 0)),
  masked_fill: masked((mask, x) => x.masked_fill(mask, 0)),
  gather: (sizes, [dim]) => {
    const x = torch.rand(sizes);
    const index = integers(sizes, sizes[dim]);
    return () => x.gather(dim, index);
  },
  index_select: (sizes, [dim]) => {
    const x = torch.rand(sizes);
    const index = integers([sizes[dim]], sizes[dim]);
    return () => x.index_select(dim, index);
  },
  cumsum: of((x, [dim]) => x.cumsum(dim)),
  sort: of((x, [dim]) => x.sort(dim)),
  topk: of((x, [dim]) => x.topk(5, dim)),
  greater: of_two((x, y) => x.gt(y)),
  greater_number: of((x) => x.gt(0.5)),
  to_float: masked((mask) => mask.float()),
  to_int64: masked((mask) => mask.long()),
  add_int64: of_int64((x, y) => x.add(y)),
  mul_int64: of_int64((x, y) => x.mul(y)),
  sum_int64: of_int64((x) => x.sum()),
  transposed: of((x) => x.t().contiguous()),
  transposed_add: of_two((x, y) => x.add(y.t())),
  permuted: of((x, dims) => x.permute(dims).contiguous()),
  expanded: ([rows, columns]) => {
    const x = torch.rand([rows, 1]);
    return () => x.expand(rows, columns).contiguous();
  },
  clone: of((x) => x.clone()),
  fill: of((x) => x.fill_(1)),
  einsum: of_two((x, y) => torch.einsum('bij,bjk->bik', x, y)),
  bmm: of_two((x, y) => x.bmm(y)),
};

/** NAME or NAME:1,2 with the numbers the function takes. */
function tensor(run: string, ...sizes: number[]): Run {
  const [name, numbers] = run.split(':');
  const body = operations[name](sizes, numbers === undefined ? [] : numbers.split(',').map(Number));
  return without_grad(() => {
    body();
  });
}

export const runs: Runs = { tensor };
