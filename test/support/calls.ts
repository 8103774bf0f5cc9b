import signatures from '../golden/signatures.json';

/** Calls of every constructor and function in all the ways that PyTorch's signature allows, as source text: rightly, and wrongly. */

/** A name, or a name with its default. */
type Place = string | readonly [name: string, value: unknown];

export interface Signature {
  places: readonly Place[];
  named: readonly Place[];
}

export interface Call {
  /** `new torch.nn.Dropout(0.5, { inplace: false })` */
  text: string;
  valid: boolean;
  /** Wrong, but run without a complaint as JavaScript does. */
  only_types: boolean;
}

type Space = keyof typeof signatures;
export const spaces = Object.keys(signatures) as Space[];

/** What PyTorch documents in a namespace. */
export function signatures_of(space: Space): [name: string, signature: Signature][] {
  const given = signatures[space] as unknown as Record<string, { places: Place[]; named?: Place[] }>;
  return Object.entries(given).map(([name, { places, named = [] }]) => [name, { places, named }]);
}

const x = 'torch.ones([2, 4])';
const sequence = 'torch.ones([2, 4, 6])';
const image = 'torch.ones([2, 4, 6, 6])';
const loss = { input: 'torch.full([2, 4], 0.5)', target: x };
const classes = { input: x, target: 'torch.tensor([1n, 0n])' };
const pair = { x1: x, x2: x };
const ranked = { input1: x, input2: x, target: 'torch.ones([2])' };
const triplet = { anchor: x, positive: x, negative: x };
const three = { query: sequence, key: sequence, value: sequence };
const per_channel = { num_features: '4', running_mean: 'torch.zeros([4])', running_var: 'torch.ones([4])' };
const taps = (dims: number): string => `torch.ones([4, 4${', 2'.repeat(dims)}])`;

/** What stands in a place that has no default, by its name. */
const usual: Readonly<Record<string, string>> = {
  ...per_channel,
  ...pair,
  ...triplet,
  ...three,
  ...ranked,
  input: x,
  in_features: '4',
  in1_features: '4',
  in2_features: '3',
  out_features: '2',
  in_channels: '4',
  out_channels: '4',
  kernel_size: '2',
  output_size: '2',
  num_groups: '2',
  num_channels: '4',
  normalized_shape: '4',
  num_embeddings: '5',
  embedding_dim: '4',
  input_size: '4',
  hidden_size: '3',
  embed_dim: '4',
  num_heads: '2',
  d_model: '4',
  nhead: '2',
  encoder_layer: 'new torch.nn.TransformerEncoderLayer(4, 2, 8)',
  num_layers: '1',
  padding: '1',
  value: '0.5',
  threshold: '0.5',
  size: '2',
  groups: '2',
  upscale_factor: '2',
  downscale_factor: '2',
  dim: '1',
  unflattened_size: '[2, 2]',
  norm_type: '2',
  var: x,
  logits: x,
  tensor: 'torch.ones([4, 4, 2])',
  weight: x,
  val: '0.5',
  sparsity: '0.5',
  nonlinearity: "'relu'",
  parameters: '[torch.ones([2], { requires_grad: true })]',
  max_norm: '1',
  clip_value: '1',
  vec: x,
  module: 'new torch.nn.Linear(2, 2)',
  total_norm: 'torch.ones([])',
  tensors: `[${x}]`,
  params: 'new torch.nn.Linear(2, 2).parameters()',
  optimizer: 'new torch.optim.SGD(new torch.nn.Linear(2, 2).parameters(), 0.1, 0.9)',
  T_max: '10',
  T_0: '10',
  base_lr: '0.1',
  max_lr: '0.2',
  gamma: '0.9',
  lr_lambda: '() => 0.5',
  milestones: '[2, 4]',
  step_size: '3',
  dataset: 'new torch.utils.data.TensorDataset(torch.ones([6, 2]))',
  datasets: '[new torch.utils.data.TensorDataset(torch.ones([6, 2]))]',
  data_source: '[1, 2, 3, 4]',
  indices: '[2, 0]',
  lengths: '[4, 2]',
  weights: '[1, 2, 3]',
  num_samples: '2',
  sampler: '[0, 1, 2]',
  batch_size: '2',
  schedulers: '[]',
  drop_last: 'false',
};

const special: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  adaptive_avg_pool1d: { input: sequence },
  adaptive_avg_pool2d: { input: image },
  adaptive_max_pool1d: { input: sequence },
  adaptive_max_pool2d: { input: image },
  avg_pool1d: { input: sequence },
  avg_pool2d: { input: image },
  max_pool1d: { input: sequence },
  max_pool2d: { input: image },
  lp_pool1d: { input: sequence },
  lp_pool2d: { input: image },
  bilinear: { weight: 'torch.ones([3, 4, 4])' },
  binary_cross_entropy: loss,
  channel_shuffle: { input: image },
  conv1d: { input: sequence, weight: taps(1) },
  conv2d: { input: image, weight: taps(2) },
  conv_transpose1d: { input: sequence, weight: taps(1) },
  conv_transpose2d: { input: image, weight: taps(2) },
  cross_entropy: classes,
  nll_loss: classes,
  multi_margin_loss: classes,
  multilabel_margin_loss: { input: x, target: 'torch.tensor([[1n, -1n, 0n, 0n], [0n, -1n, 0n, 0n]])' },
  dropout1d: { input: sequence },
  dropout2d: { input: image },
  dropout3d: { input: 'torch.ones([2, 4, 3, 3, 3])' },
  embedding: { input: 'torch.tensor([1n, 0n])' },
  fold: { input: 'torch.ones([2, 4, 4])', output_size: '3' },
  unfold: { input: image },
  one_hot: { tensor: 'torch.tensor([1n, 0n])' },
  instance_norm: { input: sequence },
  interpolate: { input: image, size: '3', scale_factor: 'null' },
  Upsample: { size: '3' },
  UpsamplingNearest2d: { size: '3' },
  UpsamplingBilinear2d: { size: '3' },
  leaky_relu_: { input: x },
  linear: { weight: 'torch.ones([3, 4])' },
  local_response_norm: { input: image },
  normalize: { input: x },
  pad: { pad: '[1, 1]' },
  pixel_shuffle: { input: image },
  pixel_unshuffle: { input: image },
  prelu: { weight: 'torch.ones([4])' },
  cosine_embedding_loss: { target: 'torch.ones([2])' },
  margin_ranking_loss: { target: x },
  cosine_similarity: pair,
  Fold: { output_size: '3' },
  ...Object.fromEntries(
    'poisson_nll_loss mse_loss l1_loss smooth_l1_loss huber_loss kl_div soft_margin_loss hinge_embedding_loss multilabel_soft_margin_loss binary_cross_entropy_with_logits gaussian_nll_loss'
      .split(' ')
      .map((name) => [name, loss]),
  ),
  sparse_: { tensor: 'torch.ones([4, 4])' },
  eye_: { tensor: 'torch.ones([4, 4])' },
  OneCycleLR: { total_steps: '20' },
  calculate_gain: { nonlinearity: "'leaky_relu'" },
  vector_to_parameters: { vec: 'torch.ones([2])' },
  LambdaLR: { last_epoch: '-1' },
  SequentialLR: { schedulers: '[]' },
  softmax: { dim: '1' },
  log_softmax: { dim: '1' },
  softmin: { dim: '1' },
  scaled_dot_product_attention: { value: sequence },
  remove_weight_norm: { module: 'torch.nn.utils.weight_norm(new torch.nn.Linear(2, 2))' },
  remove_spectral_norm: { module: 'torch.nn.utils.spectral_norm(new torch.nn.Linear(2, 2))' },
};

function written(value: unknown): string {
  if (value === 'relu') return "'relu'";
  return typeof value === 'string' ? `'${value}'` : JSON.stringify(value);
}

/** What must be given although PyTorch has a default for it. */
const asked: Readonly<Record<string, string>> = {
  interpolate: 'size',
  Upsample: 'size',
  UpsamplingNearest2d: 'size',
  UpsamplingBilinear2d: 'size',
  OneCycleLR: 'total_steps',
  softmax: 'dim',
  log_softmax: 'dim',
  softmin: 'dim',
};

/** Not called: abstract ones, and those whose first argument may be an object of anything. */
export const left_out =
  'multi_head_attention_forward RNNBase RNNCellBase Optimizer LRScheduler ModuleList ModuleDict ParameterList ParameterDict ChainedScheduler SequentialLR Dataset IterableDataset Sampler StackDataset ChainDataset default_collate default_convert get_worker_info'.split(
    ' ',
  );

const name_of = (place: Place): string => (typeof place === 'string' ? place : place[0]);

/** The source of what stands in a place; null where nobody here has said so. */
function value_of(callable: string, place: Place): string {
  const name = name_of(place);
  const value = special[callable]?.[name] ?? (typeof place === 'string' ? usual[name] : written(place[1]));
  if (value === undefined) throw new Error(`${callable}: write a value for ${name} into test/support/calls.ts`);
  return value;
}

/** `start` opens the call: `new torch.nn.Linear`. Of a function, what has no default stays in its place. */
export function calls_of(callable: string, start: string, { places, named }: Signature): Call[] {
  const value = (place: Place): string => value_of(callable, place);
  const is_needed = (place: Place): boolean => typeof place === 'string' || place[0] === asked[callable];
  const needed = places.findLastIndex(is_needed) + 1;
  const least = start.startsWith('new torch.nn') ? 0 : places.filter((place) => typeof place === 'string').length;
  const write = (args: readonly string[]): string => `${start}(${args.join(', ')})`;
  const options = (of: readonly Place[]): string =>
    `{ ${of.map((place) => `${name_of(place)}: ${value(place)}`).join(', ')} }`;
  const calls: Call[] = [];
  const rightly = (...args: string[]): number => calls.push({ text: write(args), valid: true, only_types: false });
  const wrongly = (args: readonly string[], only_types = false): number =>
    calls.push({ text: write(args), valid: false, only_types });
  for (let count = 0; count <= places.length; count++) {
    const before = places.slice(0, count).map(value);
    const rest = [...places.slice(count), ...named];
    if (count >= needed) rightly(...before);
    if (count >= least && rest.length > 0) rightly(...before, options(rest));
  }
  // Wrong ones are slow to compile: these stand for the others. JavaScript passes over what a function has no place for.
  const all = places.map(value);
  wrongly([...all, '{ mispelt: 1 }'], named.length === 0);
  if (places.length > needed) {
    wrongly([...all.slice(0, needed), '{ mispelt: 1 }']);
    wrongly([...all, options(places.slice(-1))], named.length === 0);
  }
  const first = places.slice(0, needed).map(value);
  for (const place of [...places.slice(needed), ...named]) {
    rightly(...first, options([place]));
  }
  for (const place of named) wrongly([...first, `{ ${name_of(place)}: Symbol() }`]);
  for (let i = 0; i < places.length; i++)
    wrongly(places.slice(0, Math.max(needed, i + 1)).map((place, j) => (i === j ? 'Symbol()' : value(place))));
  return calls;
}
