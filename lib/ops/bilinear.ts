import { fail, shape_text } from '../errors';
import { same_shape } from '../tensor/shape';
import { check_floating, check_same_dtype, check_tensor, type Tensor } from '../tensor/tensor';
import { add } from './arithmetic';
import { type NamedBias, named_bias } from './by_name';
import { op, sample } from './define';
import { einsum } from './einsum';
import { reshape } from './views';

/**
 * `y[o] = x1 · weight[o] · x2 + bias[o]` over the last dimensions: inputs [.., n] and [.., m], weight [out, n, m], bias [out] give [.., out].
 * @example
 * ```ts
 * torch.nn.functional.bilinear(torch.tensor([[1, 2]]), torch.tensor([[3, 4]]), torch.ones([1, 2, 2])).tolist(); // [[21]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.bilinear.html
 */
export const bilinear = op({
  name: 'bilinear',
  methods: [],
  sums: true,
  call: (input1: Tensor, input2: Tensor, weight: Tensor, given: NamedBias = null): Tensor => {
    const bias = named_bias('bilinear', given);
    for (const [which, t] of Object.entries({ input1, input2, weight })) {
      check_floating('bilinear', which, t);
      check_same_dtype('bilinear', t, weight);
    }
    const lead = input1.shape.slice(0, -1);
    const shapes = [input1, input2, weight].map((t) => shape_text(t.shape)).join(', ');
    const [n, m] = [input1.shape.at(-1), input2.shape.at(-1)];
    if (
      weight.ndim !== 3 ||
      !same_shape(lead, input2.shape.slice(0, -1)) ||
      n !== weight.shape[1] ||
      m !== weight.shape[2]
    )
      fail('bilinear', `expected inputs [.., n] and [.., m] and a weight [out, n, m], got shapes ${shapes}`);
    const rows = [input1, input2].map((t) => reshape(t, [-1, t.shape[t.ndim - 1]]));
    const y = reshape(einsum('bi,oij,bj->bo', rows[0], weight, rows[1]), [...lead, weight.shape[0]]);
    return bias === null ? y : add(y, check_tensor('bilinear', 'bias', bias));
  },
  samples: () => [
    { args: [sample([3, 2]), sample([3, 4]), sample([5, 2, 4]), sample([5])] },
    { args: [sample([2, 3, 2]), sample([2, 3, 1]), sample([1, 2, 1])] },
  ],
  errors: () => [
    {
      args: [sample([3, 2]), sample([3, 4]), sample([5, 4, 2])],
      message: /got shapes \[3, 2\], \[3, 4\], \[5, 4, 2\]/,
    },
  ],
});
