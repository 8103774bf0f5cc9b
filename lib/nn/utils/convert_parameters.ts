import { fail, fail_type, shape_text } from '../../errors';
import { copy_into } from '../../native/map';
import { cat } from '../../ops/join';
import { reshape } from '../../ops/views';
import { check_tensor, Tensor } from '../../tensor/tensor';

/** All parameters as one vector, and back. */

/**
 * All parameters, flattened, in one vector; part of the graph.
 * @example
 * ```ts
 * torch.nn.utils.parameters_to_vector(new torch.nn.Linear(3, 2).parameters()).shape; // [8]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.utils.parameters_to_vector.html
 */
export function parameters_to_vector(parameters: Iterable<Tensor>): Tensor {
  const list = [...parameters].map((each) => reshape(check_tensor('parameters_to_vector', 'parameter', each), [-1]));
  return list.length === 0 ? fail('parameters_to_vector', 'there are no parameters') : cat(list);
}

/**
 * Takes the values of parameters from a vector, in their order; the reverse of {@link parameters_to_vector}.
 * @example
 * ```ts
 * const layer = new torch.nn.Linear(2, 1);
 * torch.nn.utils.vector_to_parameters(torch.tensor([1, 2, 3]), layer.parameters());
 * layer.weight.tolist(); // [[1, 2]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.utils.vector_to_parameters.html
 */
export function vector_to_parameters(vector: Tensor, parameters: Iterable<Tensor>): void {
  if (!(vector instanceof Tensor) || vector.ndim !== 1) fail_type('vector_to_parameters', 'vec', 'a vector', vector);
  const list = [...parameters];
  const total = list.reduce((sum, each) => sum + check_tensor('vector_to_parameters', 'parameter', each).count, 0);
  if (total !== vector.count)
    fail(
      'vector_to_parameters',
      `the parameters have ${total} elements, the vector has shape ${shape_text(vector.shape)}`,
    );
  let at = 0;
  for (const parameter of list) {
    copy_into(parameter, vector.detach().narrow(0, at, parameter.count).reshape(parameter.shape));
    parameter.bump_version();
    at += parameter.count;
  }
}
