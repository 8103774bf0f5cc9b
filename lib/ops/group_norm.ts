import { type Given, positional } from '../arguments';
import { no_grad } from '../autograd/mode';
import { check_boolean, check_integer, check_number, fail, shape_text } from '../errors';
import { numel_of } from '../tensor/shape';
import { check_floating, type Tensor } from '../tensor/tensor';
import { batch_norm } from './batch_norm';
import { check_inplace, op, type Reference, sample } from './define';
import { check_eps, check_parameter, normalization_reference } from './norm_formula';
import { mean } from './reduce';
import { repeat } from './repeat';
import { row_norm } from './row_norm';
import { reshape } from './views';

/** Normalisation of groups of channels, and of single ones, each sample by itself. */

/** Options of {@link group_norm}. */
export interface GroupNormOptions {
  /** Factor of each channel. */
  weight?: Tensor | null;
  /** Added to each channel. */
  bias?: Tensor | null;
  /** Added to the variance. Default 1e-5. */
  eps?: number;
}

/** Options of {@link instance_norm}. */
export interface InstanceNormOptions extends GroupNormOptions {
  /** Normalise by the input, and move the running statistics where they are given. Default true. */
  use_input_stats?: boolean;
  /** The weight of the input in the running statistics. Default 0.1. */
  momentum?: number;
}

function check_input(op: string, input: unknown, least: number, form: string): Tensor {
  const x = check_floating(op, 'input', input);
  if (x.ndim < least)
    fail(op, `expected input of at least ${least} dimensions ${form}, got shape ${shape_text(x.shape)}`);
  return x;
}

function reference(
  x: Reference,
  groups: number,
  weight: Reference | null,
  bias: Reference | null,
  eps: number,
): Reference {
  const [n, channels] = x.shape;
  const inner = numel_of(x.shape.slice(2));
  const view = [n, groups, (channels / groups) * inner];
  const channel = (i: number): number => Math.floor(i / inner) % channels;
  return normalization_reference(x, { view, dims: [2], affine: [] }, weight, bias, { eps, centered: true }, channel);
}

type GroupNormFunction = (
  input: Tensor,
  num_groups: number,
  ...given: Given<GroupNormOptions, [weight: 'weight', bias: 'bias', eps: 'eps']>
) => Tensor;

/**
 * Channels of [batch, channels, ...] in `num_groups` groups; in each sample each group is normalised by its own mean and variance, then
 * each channel scaled by weight and shifted by bias.
 * @example
 * ```ts
 * const x = torch.tensor([[[1, 3], [5, 7]]]);
 * torch.nn.functional.group_norm(x, 2, { eps: 0 }).tolist(); // [[[-1, 1], [-1, 1]]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.group_norm.html
 * @see https://arxiv.org/abs/1803.08494
 */
export const group_norm = op({
  name: 'group_norm',
  methods: [],
  sums: true,
  call: (input: Tensor, num_groups: number, ...given: readonly unknown[]): Tensor => {
    const x = check_input('group_norm', input, 2, '[batch, channels, ...]');
    const groups = check_integer('group_norm', 'num_groups', num_groups, 1);
    const [n, channels] = x.shape;
    if (channels % groups !== 0)
      fail('group_norm', `expected num_groups to divide the ${channels} channels, got ${groups}`);
    const { weight, bias, eps } = positional('group_norm', given, {
      weight: null as unknown,
      bias: null as unknown,
      eps: 1e-5 as unknown,
    });
    if (x.count > 0 && x.count === groups)
      fail('group_norm', `expected more than 1 value per group, got input of shape ${shape_text(x.shape)}`);
    return row_norm(
      x,
      check_parameter('group_norm', 'weight', weight, x, [channels]),
      check_parameter('group_norm', 'bias', bias, x, [channels]),
      {
        name: 'NativeGroupNormBackward0',
        extents: [n, groups, channels / groups, numel_of(x.shape.slice(2))],
        eps: check_eps('group_norm', eps),
        centered: true,
      },
    );
  },
  reference: (
    x: Reference,
    groups: number,
    weight: Reference | null = null,
    bias: Reference | null = null,
    eps = 1e-5,
  ): Reference => reference(x, groups, weight, bias, eps),
  samples: () => {
    const all = (shape: readonly number[], groups: number) => ({
      args: [sample(shape), groups, sample([shape[1]]), sample([shape[1]])],
    });
    return [
      all([3, 4], 2),
      all([2, 6, 5], 3),
      all([2, 6, 5], 1),
      all([2, 4, 5, 4], 2),
      all([3, 4, 17], 4),
      all([0, 4, 3], 2),
      all([2, 4, 0], 2),
      { args: [sample([2, 4, 6]), 2, sample([4]), null, 0.25] },
      { args: [sample([2, 4, 20]), 2, null, sample([4])] },
      { args: [sample([2, 4, 20]), 2] },
      { ...all([40, 12, 200], 3), large: true },
      { ...all([700, 12, 9], 4), large: true },
      { ...all([2, 3, 40_003], 1), large: true },
    ];
  },
  errors: () => [
    { args: [sample([4]), 2], message: /expected input of at least 2 dimensions \[batch, channels, ...\]/ },
    { args: [sample([2, 5]), 2], message: /^group_norm: expected num_groups to divide the 5 channels, got 2$/ },
    { args: [sample([2, 4]), 0], message: /expected num_groups to be at least 1, got 0/ },
    { args: [sample([1, 4]), 4], message: /expected more than 1 value per group, got input of shape \[1, 4\]/ },
    { args: [sample([2, 4]), 2, sample([2])], message: /expected weight of shape \[4\], got \[2\]/ },
  ],
}) as GroupNormFunction;

type InstanceNormFunction = (
  input: Tensor,
  ...given: Given<
    InstanceNormOptions & { running_mean?: Tensor | null; running_var?: Tensor | null },
    [
      running_mean: 'running_mean',
      running_var: 'running_var',
      weight: 'weight',
      bias: 'bias',
      use_input_stats: 'use_input_stats',
      momentum: 'momentum',
      eps: 'eps',
    ]
  >
) => Tensor;

/**
 * Each channel of each sample of [batch, channels, ...] normalised by its own mean and variance; or, where `use_input_stats` is false, by
 * the running statistics of the channel.
 * @example
 * ```ts
 * torch.nn.functional.instance_norm(torch.tensor([[[1, 3], [5, 7]]]), { eps: 0 }).tolist(); // [[[-1, 1], [-1, 1]]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.instance_norm.html
 */
export const instance_norm = op({
  name: 'instance_norm',
  methods: [],
  sums: true,
  call: (input: Tensor, ...given: readonly unknown[]): Tensor => {
    const { use_input_stats, momentum, eps, ...tensors } = positional('instance_norm', given, {
      running_mean: null as unknown,
      running_var: null as unknown,
      weight: null as unknown,
      bias: null as unknown,
      use_input_stats: true as unknown,
      momentum: 0.1 as unknown,
      eps: 1e-5 as unknown,
    });
    const x = check_input('instance_norm', input, 2, '[batch, channels, ...]');
    const [n, channels] = x.shape;
    const inner = numel_of(x.shape.slice(2));
    const of_channel = (name: keyof typeof tensors): Tensor | null =>
      check_parameter('instance_norm', name, tensors[name], x, [channels]);
    const [running_mean, running_var] = [of_channel('running_mean'), of_channel('running_var')];
    if ((running_mean === null) !== (running_var === null))
      fail('instance_norm', 'expected running_mean and running_var to be given together');
    const [weight, bias] = [of_channel('weight'), of_channel('bias')];
    const how = { momentum: check_number('instance_norm', 'momentum', momentum), eps: check_eps('instance_norm', eps) };
    if (!check_boolean('instance_norm', 'use_input_stats', use_input_stats)) {
      if (running_mean === null)
        fail('instance_norm', 'expected running_mean and running_var where use_input_stats is false, got null');
      return batch_norm(x, running_mean, running_var, { weight, bias, ...how });
    }
    if (inner === 1 || (inner === 0 && x.ndim === 2))
      fail('instance_norm', `expected more than 1 value per channel, got input of shape ${shape_text(x.shape)}`);
    if (running_mean === null || running_var === null || x.count === 0)
      return row_norm(x, weight, bias, {
        name: 'InstanceNormBackward0',
        extents: [n, channels, 1, inner],
        eps: how.eps,
        centered: true,
      });
    return tracked_instance_norm(x, running_mean, running_var, weight, bias, how);
  },
  reference: (
    x: Reference,
    _running_mean: Reference | null = null,
    _running_var: Reference | null = null,
    weight: Reference | null = null,
    bias: Reference | null = null,
    _use_input_stats = true,
    _momentum = 0.1,
    eps = 1e-5,
  ): Reference => reference(x, x.shape[1], weight, bias, eps),
  samples: () => [
    { args: [sample([2, 3, 5])] },
    { args: [sample([2, 3, 4, 5]), null, null, sample([3]), sample([3])] },
    { args: [sample([2, 3, 2]), null, null, sample([3]), null, true, 0.1, 0.5] },
    { args: [sample([0, 3, 2])] },
    { args: [sample([40, 6, 200]), null, null, sample([6]), sample([6])], large: true },
  ],
  errors: () => [
    {
      args: [sample([2, 3, 1])],
      message: /^instance_norm: expected more than 1 value per channel, got input of shape \[2, 3, 1\]$/,
    },
    { args: [sample([3])], message: /expected input of at least 2 dimensions/ },
    { args: [sample([2, 3, 4]), sample([3])], message: /to be given together/ },
    { args: [sample([2, 3, 4]), { use_input_stats: false }], message: /where use_input_stats is false/ },
    { args: [sample([2, 3, 4]), { weight: sample([4]) }], message: /expected weight to be a Tensor/ },
  ],
}) as InstanceNormFunction;

/** Every channel of every sample as a channel of one batch, whose running statistics are then averaged over the samples. */
function tracked_instance_norm(
  x: Tensor,
  running_mean: Tensor,
  running_var: Tensor,
  weight: Tensor | null,
  bias: Tensor | null,
  how: { momentum: number; eps: number },
): Tensor {
  for (const each of [running_mean, running_var]) check_inplace('instance_norm', each);
  const [n, channels] = x.shape;
  const spread = (each: Tensor): Tensor => repeat(each, n);
  const running = no_grad(() => [spread(running_mean), spread(running_var)]);
  const out = batch_norm(reshape(x, [1, n * channels, ...x.shape.slice(2)]), running[0], running[1], {
    weight: weight && spread(weight),
    bias: bias && spread(bias),
    training: true,
    ...how,
  });
  no_grad(() => {
    running_mean.copy_(mean(reshape(running[0], [n, channels]), 0));
    running_var.copy_(mean(reshape(running[1], [n, channels]), 0));
  });
  return reshape(out, x.shape);
}
