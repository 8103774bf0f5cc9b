import { no_grad } from '../../autograd/mode';
import { fail_type } from '../../errors';
import { Module } from '../../nn/module';
import { BatchNorm } from '../../nn/modules/batchnorm';
import { Tensor } from '../../tensor/tensor';

/**
 * Measures the running statistics of all `BatchNorm` layers anew, with one pass over the data in training mode: an average of weights has seen none of
 * the activations that it makes.
 *
 * @param loader batches: tensors, or arrays that begin with the model's input
 * @example
 * ```ts
 * const model = new torch.nn.Sequential(new torch.nn.BatchNorm1d(1));
 * torch.optim.swa_utils.update_bn([torch.tensor([[1], [3]]), torch.tensor([[5], [7]])], model);
 * model.state_dict()['0.running_mean'].tolist(); // [4]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.optim.swa_utils.update_bn.html
 */
export function update_bn(loader: Iterable<Tensor | readonly unknown[]>, model: Module<unknown>): void {
  if (!(model instanceof Module)) fail_type('update_bn', 'model', 'a Module', model);
  if (typeof loader !== 'object' || loader === null || !(Symbol.iterator in loader))
    fail_type('update_bn', 'loader', 'an iterable of batches', loader);
  const layers = model.modules().filter((each): each is BatchNorm => each instanceof BatchNorm);
  if (layers.length === 0) return;
  const momenta = layers.map(({ momentum }) => momentum);
  const { training } = model;
  model.train();
  for (const layer of layers) {
    layer.reset_running_stats();
    layer.momentum = null;
  }
  try {
    no_grad(() => {
      for (const batch of loader) model.forward(input_of(batch));
    });
  } finally {
    layers.forEach((layer, i) => {
      layer.momentum = momenta[i];
    });
    model.train(training);
  }
}

function input_of(batch: unknown): Tensor {
  const input: unknown = Array.isArray(batch) ? batch[0] : batch;
  return input instanceof Tensor
    ? input
    : fail_type('update_bn', 'each batch', 'a Tensor or an array that begins with one', batch);
}
