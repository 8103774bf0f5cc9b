import { Tensor } from '../tensor/tensor';
import './arithmetic';
import './arrange';
import './clamp';
import './compare';
import './pairwise';
import './pointwise';
import './trigonometry';

/** PyTorch's second names of functions; as functions they are exported in index.ts. */

declare module '../tensor/tensor' {
  interface Tensor {
    /** The same as {@link abs}. */
    absolute: Tensor['abs'];
    absolute_: Tensor['abs_'];
    /** The same as {@link acos}. */
    arccos: Tensor['acos'];
    arccos_: Tensor['acos_'];
    /** The same as {@link acosh}. */
    arccosh: Tensor['acosh'];
    arccosh_: Tensor['acosh_'];
    /** The same as {@link asin}. */
    arcsin: Tensor['asin'];
    arcsin_: Tensor['asin_'];
    /** The same as {@link asinh}. */
    arcsinh: Tensor['asinh'];
    arcsinh_: Tensor['asinh_'];
    /** The same as {@link atan}. */
    arctan: Tensor['atan'];
    arctan_: Tensor['atan_'];
    /** The same as {@link atanh}. */
    arctanh: Tensor['atanh'];
    arctanh_: Tensor['atanh_'];
    /** The same as {@link clamp}. */
    clip: Tensor['clamp'];
    clip_: Tensor['clamp_'];
    /** The same as {@link div}. */
    divide: Tensor['div'];
    divide_: Tensor['div_'];
    /** The same as {@link trunc}. */
    fix: Tensor['trunc'];
    fix_: Tensor['trunc_'];
    /** The same as {@link gt}. */
    greater: Tensor['gt'];
    /** The same as {@link ge}. */
    greater_equal: Tensor['ge'];
    /** The same as {@link lt}. */
    less: Tensor['lt'];
    /** The same as {@link le}. */
    less_equal: Tensor['le'];
    /** The same as {@link movedim}. */
    moveaxis: Tensor['movedim'];
    /** The same as {@link mul}. */
    multiply: Tensor['mul'];
    multiply_: Tensor['mul_'];
    /** The same as {@link neg}. */
    negative: Tensor['neg'];
    negative_: Tensor['neg_'];
    /** The same as {@link ne}. */
    not_equal: Tensor['ne'];
    /** The same as {@link sub}. */
    subtract: Tensor['sub'];
    subtract_: Tensor['sub_'];
    /** The same as {@link swapaxes}. */
    swapdims: Tensor['swapaxes'];
    /** The quotient, of floats: `div` without a rounding mode. */
    true_divide: Tensor['div'];
    true_divide_: Tensor['div_'];
  }
}

const names: readonly (readonly [alias: keyof Tensor & string, name: keyof Tensor & string])[] = [
  ['absolute', 'abs'],
  ['arccos', 'acos'],
  ['arccosh', 'acosh'],
  ['arcsin', 'asin'],
  ['arcsinh', 'asinh'],
  ['arctan', 'atan'],
  ['arctanh', 'atanh'],
  ['clip', 'clamp'],
  ['divide', 'div'],
  ['fix', 'trunc'],
  ['greater', 'gt'],
  ['greater_equal', 'ge'],
  ['less', 'lt'],
  ['less_equal', 'le'],
  ['moveaxis', 'movedim'],
  ['multiply', 'mul'],
  ['negative', 'neg'],
  ['not_equal', 'ne'],
  ['subtract', 'sub'],
  ['swapdims', 'swapaxes'],
  ['true_divide', 'div'],
];

for (const [alias, name] of names)
  for (const ending of ['', '_']) {
    const method = Object.getOwnPropertyDescriptor(Tensor.prototype, `${name}${ending}`);
    if (method !== undefined) Object.defineProperty(Tensor.prototype, `${alias}${ending}`, method);
  }
