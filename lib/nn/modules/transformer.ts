import { type Given, positional } from '../../arguments';
import { check_boolean, check_integer, check_number, fail_type } from '../../errors';
import { relu } from '../../ops/activation';
import { gelu } from '../../ops/activation_smooth';
import { add } from '../../ops/arithmetic';
import { equal } from '../../ops/compare';
import { full, ones } from '../../ops/create';
import { triu } from '../../ops/triangle';
import { bool, type DType } from '../../tensor/dtype';
import { check_floating, type Tensor } from '../../tensor/tensor';
import { deepcopy } from '../copy';
import { Module } from '../module';
import { ModuleList } from './container';
import { Dropout } from './dropout';
import { leading } from './leading';
import { Linear } from './linear';
import { MultiheadAttention } from './multihead_attention';
import { LayerNorm } from './normalization';

/** `'relu'`, `'gelu'`, or a function of a tensor. */
export type TransformerActivation = 'relu' | 'gelu' | Module | ((x: Tensor) => Tensor);

/** Options of {@link TransformerEncoderLayer}. */
export interface TransformerEncoderLayerOptions {
  /** Features between the two linear layers. Default 2048. */
  dim_feedforward?: number;
  /** Default 0.1. */
  dropout?: number;
  /** Between the two linear layers; a Module becomes part of the layer. Default `relu`. */
  activation?: TransformerActivation;
  /** Default 1e-5. */
  layer_norm_eps?: number;
  /** Tensors are [batch, length, features] instead of [length, batch, features]. Default false. */
  batch_first?: boolean;
  /** Normalise before attention and feed-forward instead of after. Default false. */
  norm_first?: boolean;
  /** Learned biases of the linear layers and norms. Default true. */
  bias?: boolean;
  /** float32 or float64; default the default dtype. */
  dtype?: DType;
}

const layer_defaults = {
  dim_feedforward: 2048,
  dropout: 0.1,
  activation: 'relu' as TransformerActivation,
  layer_norm_eps: 1e-5,
  batch_first: false,
  norm_first: false,
  bias: true,
  dtype: undefined as DType | undefined,
};

const activations = { relu: (x: Tensor): Tensor => relu(x), gelu: (x: Tensor): Tensor => gelu(x) };

function check_activation(name: string, given: TransformerActivation): Module | ((x: Tensor) => Tensor) {
  if (typeof given === 'function' || given instanceof Module) return given;
  if (given === 'relu' || given === 'gelu') return activations[given];
  return fail_type(name, 'activation', '"relu", "gelu", a Module or a function', given);
}

/** Bool (true hides) or added to the scores. */
export interface EncoderMasks {
  /** [length, length] or [batch · heads, length, length]. */
  src_mask?: Tensor | null;
  /** [batch, length]. */
  src_key_padding_mask?: Tensor | null;
  /** A hint that src_mask is causal. Default false. */
  is_causal?: boolean;
}

/**
 * Self-attention and a feed-forward net, each with a residual connection and a LayerNorm: [length, batch, d_model] (batch first with `batch_first`,
 * or without a batch) → the same shape.
 * @example
 * ```ts
 * const layer = new torch.nn.TransformerEncoderLayer(16, 4, { dim_feedforward: 32, batch_first: true });
 * layer.forward(torch.randn(2, 5, 16)).shape; // [2, 5, 16]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.TransformerEncoderLayer.html
 */
export class TransformerEncoderLayer extends Module {
  self_attn: MultiheadAttention;
  linear1: Linear;
  dropout: Dropout;
  linear2: Linear;
  readonly norm_first: boolean;
  norm1: LayerNorm;
  norm2: LayerNorm;
  dropout1: Dropout;
  dropout2: Dropout;
  activation: Module | ((x: Tensor) => Tensor);

  constructor(
    ...given: Given<
      TransformerEncoderLayerOptions & { d_model: number; nhead: number },
      [
        d_model: 'd_model',
        nhead: 'nhead',
        dim_feedforward: 'dim_feedforward',
        dropout: 'dropout',
        activation: 'activation',
        layer_norm_eps: 'layer_norm_eps',
        batch_first: 'batch_first',
        norm_first: 'norm_first',
        bias: 'bias',
      ]
    >
  ) {
    super();
    const { name } = new.target;
    const { required, rest } = leading<[number, number]>(given, ['d_model', 'nhead']);
    const [d_model, nhead] = required;
    const options = positional(name, rest, layer_defaults);
    check_integer(name, 'd_model', d_model, 1);
    check_integer(name, 'nhead', nhead, 1);
    const hidden = check_integer(name, 'dim_feedforward', options.dim_feedforward, 1);
    const p = check_number(name, 'dropout', options.dropout);
    const eps = check_number(name, 'layer_norm_eps', options.layer_norm_eps);
    const batch_first = check_boolean(name, 'batch_first', options.batch_first);
    const factory = { bias: check_boolean(name, 'bias', options.bias), dtype: options.dtype };
    this.self_attn = new MultiheadAttention(d_model, nhead, { dropout: p, batch_first, ...factory });
    this.linear1 = new Linear(d_model, hidden, factory);
    this.dropout = new Dropout(p);
    this.linear2 = new Linear(hidden, d_model, factory);
    this.norm_first = check_boolean(name, 'norm_first', options.norm_first);
    this.norm1 = new LayerNorm(d_model, { eps, ...factory });
    this.norm2 = new LayerNorm(d_model, { eps, ...factory });
    this.dropout1 = new Dropout(p);
    this.dropout2 = new Dropout(p);
    this.activation = check_activation(name, options.activation);
  }

  override forward(src: Tensor, masks?: EncoderMasks): Tensor;
  override forward(
    src: Tensor,
    src_mask: Tensor | null,
    src_key_padding_mask?: Tensor | null,
    is_causal?: boolean,
  ): Tensor;
  override forward(src: Tensor, ...given: readonly unknown[]): Tensor {
    const masks = positional(this.constructor.name, given, {
      src_mask: null as Tensor | null,
      src_key_padding_mask: null as Tensor | null,
      is_causal: false,
    });
    check_floating(this.constructor.name, 'src', src);
    if (this.norm_first) {
      const x = add(src, this.attend(this.norm1.forward(src), masks));
      return add(x, this.feed_forward(this.norm2.forward(x)));
    }
    const x = this.norm1.forward(add(src, this.attend(src, masks)));
    return this.norm2.forward(add(x, this.feed_forward(x)));
  }

  private attend(x: Tensor, { src_mask, src_key_padding_mask, is_causal }: Required<EncoderMasks>): Tensor {
    const options = { attn_mask: src_mask, key_padding_mask: src_key_padding_mask, need_weights: false, is_causal };
    return this.dropout1.forward(this.self_attn.forward(x, x, x, options)[0]);
  }

  private feed_forward(x: Tensor): Tensor {
    const { activation } = this;
    const hidden = this.linear1.forward(x);
    const active = activation instanceof Module ? activation.forward(hidden) : activation(hidden);
    return this.dropout2.forward(this.linear2.forward(this.dropout.forward(active)));
  }
}

/** Options of {@link TransformerEncoder}. */
export interface TransformerEncoderOptions {
  /** After the last layer. Default none. */
  norm?: Module | null;
  /** As in PyTorch, where it allows another representation of padded batches; without effect here. */
  enable_nested_tensor?: boolean;
  /** As in PyTorch; without effect here. */
  mask_check?: boolean;
}

/** Bool (true hides) or added to the scores. */
export interface TransformerEncoderMasks {
  /** [length, length] or [batch · heads, length, length]. */
  mask?: Tensor | null;
  /** [batch, length]. */
  src_key_padding_mask?: Tensor | null;
  /** Whether `mask` is causal. Default: found out. */
  is_causal?: boolean | null;
}

/** Is it the mask that hides all later positions? */
function is_causal_mask(mask: Tensor): boolean {
  const [rows, keys] = mask.shape;
  if (mask.ndim !== 2 || rows !== keys) return false;
  if (mask.dtype === bool) return equal(mask, triu(ones([rows, rows]), 1).to(bool));
  return equal(mask, triu(full([rows, rows], -Infinity, { dtype: mask.dtype }), 1));
}

/**
 * Several {@link TransformerEncoderLayer}s one after another, each a copy of the one given.
 * @example
 * ```ts
 * const layer = new torch.nn.TransformerEncoderLayer(16, 4, { dim_feedforward: 32 });
 * const encoder = new torch.nn.TransformerEncoder(layer, 2);
 * encoder.forward(torch.randn(5, 2, 16)).shape; // [5, 2, 16]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.TransformerEncoder.html
 */
export class TransformerEncoder extends Module {
  layers: ModuleList;
  readonly num_layers: number;
  norm: Module | null;

  constructor(
    ...given: Given<
      TransformerEncoderOptions & { encoder_layer: TransformerEncoderLayer; num_layers: number },
      [
        encoder_layer: 'encoder_layer',
        num_layers: 'num_layers',
        norm: 'norm',
        enable_nested_tensor: 'enable_nested_tensor',
        mask_check: 'mask_check',
      ]
    >
  ) {
    super();
    const { name } = new.target;
    const { required, rest } = leading<[TransformerEncoderLayer, number]>(given, ['encoder_layer', 'num_layers']);
    const [encoder_layer, num_layers] = required;
    if (!(encoder_layer instanceof TransformerEncoderLayer))
      fail_type(name, 'encoder_layer', 'a TransformerEncoderLayer', encoder_layer);
    this.num_layers = check_integer(name, 'num_layers', num_layers, 0);
    const { norm, ...flags } = positional(name, rest, {
      norm: null as Module | null,
      enable_nested_tensor: true,
      mask_check: true,
    });
    if (norm !== null && !(norm instanceof Module)) fail_type(name, 'norm', 'a Module or null', norm);
    for (const [flag, value] of Object.entries(flags)) check_boolean(name, flag, value);
    this.layers = new ModuleList(Array.from({ length: num_layers }, () => deepcopy(encoder_layer)));
    this.norm = norm;
  }

  override forward(src: Tensor, masks?: TransformerEncoderMasks): Tensor;
  override forward(
    src: Tensor,
    mask: Tensor | null,
    src_key_padding_mask?: Tensor | null,
    is_causal?: boolean | null,
  ): Tensor;
  override forward(src: Tensor, ...given: readonly unknown[]): Tensor {
    const { mask, src_key_padding_mask, is_causal } = positional(this.constructor.name, given, {
      mask: null as Tensor | null,
      src_key_padding_mask: null as Tensor | null,
      is_causal: null as boolean | null,
    });
    const causal = mask === null ? (is_causal ?? false) : (is_causal ?? is_causal_mask(mask));
    let x = src;
    for (const layer of this.layers as Iterable<TransformerEncoderLayer>)
      x = layer.forward(x, mask, src_key_padding_mask, causal);
    return this.norm === null ? x : (this.norm.forward(x) as Tensor);
  }
}
