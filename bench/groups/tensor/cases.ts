import { against_pytorch, type Duel } from '../../case';

const tensor = (name: string, run: string, ...sizes: number[]): Duel =>
  against_pytorch(`tensor: ${name}`, 1, 'tensor', run, ...sizes);

const images = [32, 64, 28, 28];
const square = [1000, 1000];

/** The everyday functions, without gradients, on a million elements or the sizes in the name. */
export const cases: Duel[] = [
  ...[10, 1e3, 1e6, 1e7].map((n) => tensor(`add, n = ${n}`, 'add', n)),
  ...['mul_number', 'view', 'sum', 'relu', 'index'].map((name) => tensor(`${name}, n = 10`, name, 10)),
  tensor('add over channels', 'add_channels', ...images),
  tensor('add a row', 'add_row', ...square),
  tensor('add a column', 'add_column', ...square),
  tensor('outer add', 'outer_add', ...square),
  tensor('outer add 64 × 64', 'outer_add', 64, 64),
  ...[2, 3, 0.5, -1, 2.5].map((exponent) => tensor(`pow ${exponent}`, `pow:${exponent}`, ...square)),
  tensor('pow of tensors', 'pow_tensors', ...square),
  ...['flip:0', 'flip:1', 'flip:0,1'].map((name) => tensor(name, name, ...square)),
  tensor('flip:3 of images', 'flip:3', ...images),
  ...['cat:0', 'cat:1', 'stack:0', 'stack:1', 'stack:2'].map((name) => tensor(name, name, ...square)),
  tensor('cat:1 of images', 'cat:1', ...images),
  tensor('cat:1, 1e7', 'cat:1', 3000, 3000),
  ...['sum', 'sum:0', 'sum:1', 'mean:0', 'var:0', 'var:1', 'max:0', 'max:1', 'argmax:0', 'argmax:1'].map((name) =>
    tensor(name, name, ...square),
  ),
  ...['sum:0,2,3', 'sum:1', 'mean:2,3', 'var:0,2,3', 'softmax:1', 'argmax:1', 'sum:0'].map((name) =>
    tensor(`${name} of images`, name, ...images),
  ),
  tensor('sum, n = 1e7', 'sum', 1e7),
  tensor('softmax:1', 'softmax:1', ...square),
  ...['where', 'where_number', 'masked_fill', 'gather:0', 'gather:1', 'index_select:0', 'index_select:1'].map((name) =>
    tensor(name, name, ...square),
  ),
  ...['cumsum:0', 'cumsum:1', 'sort:0', 'sort:1', 'topk:1', 'greater', 'greater_number', 'to_float', 'to_int64'].map(
    (name) => tensor(name, name, ...square),
  ),
  ...['add_int64', 'mul_int64', 'sum_int64'].map((name) => tensor(name, name, ...square)),
  ...['transposed', 'transposed_add', 'expanded', 'clone', 'fill'].map((name) => tensor(name, name, ...square)),
  tensor('channels last', 'permuted:0,2,3,1', ...images),
  tensor('channels first', 'permuted:0,3,1,2', 32, 28, 28, 64),
  tensor('heads first', 'permuted:0,2,1,3', 16, 128, 8, 32),
  tensor('einsum bij,bjk->bik', 'einsum', 64, 32, 32),
  ...[
    'roll:5',
    'roll:5,0',
    'roll:5,1',
    'pad:3,5',
    'pad:1,1,1,1',
    'pad_reflect:2,2,2,2',
    'clamp',
    'softmax:0',
    'mv',
  ].map((name) => tensor(name, name, ...square)),
  tensor('pad:1,1,1,1 of images', 'pad:1,1,1,1', ...images),
  tensor('pad_reflect:1,1,1,1 of images', 'pad_reflect:1,1,1,1', ...images),
  tensor('arange, n = 1e6', 'arange', 1e6),
  tensor('triplet_margin_loss 256 × 128', 'triplet_margin_loss', 256, 128),
  tensor('triplet_margin_loss 4096 × 256', 'triplet_margin_loss', 4096, 256),
  tensor('bmm 64 × 16 × 16', 'bmm', 64, 16, 16),
  tensor('bmm 512 × 8 × 8', 'bmm', 512, 8, 8),
];
