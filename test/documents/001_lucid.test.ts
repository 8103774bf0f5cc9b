import * as torch from 'cresset';
import 'cresset/jest';

/** The document that describes `lucid.nn.LeakyReLU`: its examples in TypeScript, with the values it prints. */

const { nn } = torch;

test('a single input tensor', () => {
  const input_tensor = torch.tensor([[-1.0, 2.0, -0.5, 3.0]], { requires_grad: true }); // Shape: (1, 4)
  const leaky_relu = new nn.LeakyReLU();
  const output = leaky_relu.forward(input_tensor);
  expect(output).toBeCloseToTensor([[-0.01, 2.0, -0.005, 3.0]], { rtol: 1e-7, atol: 0 });
  expect(String(output)).toBe('tensor([[-0.0100,  2.0000, -0.0050,  3.0000]], grad_fn=<LeakyReluBackward0>)');

  output.backward();
  expect(input_tensor.grad).toBeCloseToTensor([[0.01, 1.0, 0.01, 1.0]], { rtol: 1e-7, atol: 0 });
  expect(String(input_tensor.grad)).toBe('tensor([[0.0100, 1.0000, 0.0100, 1.0000]])');
});

test('a custom negative slope', () => {
  const input_tensor = torch.tensor([[-2.0, 0.0, 1.5, -3.0]], { requires_grad: true }); // Shape: (1, 4)
  const leaky_relu = new nn.LeakyReLU({ negative_slope: 0.1 });
  const output = leaky_relu.forward(input_tensor);
  expect(output).toBeCloseToTensor([[-0.2, 0.0, 1.5, -0.3]], { rtol: 1e-7, atol: 0 });

  output.backward();
  // The document prints 0.0 for x = 0; its own formula says negative_slope where x > 0 does not hold.
  expect(input_tensor.grad).toBeCloseToTensor([[0.1, 0.1, 1.0, 0.1]], { rtol: 1e-7, atol: 0 });
});

test('in a neural network model', () => {
  class SimpleLeakyReLUModel extends nn.Module {
    linear = new nn.Linear(3, 2);
    leaky_relu = new nn.LeakyReLU({ negative_slope: 0.05 });

    forward(x: torch.Tensor): torch.Tensor {
      x = this.linear.forward(x);
      x = this.leaky_relu.forward(x);
      return x;
    }
  }

  const model = new SimpleLeakyReLUModel();
  const input_data = torch.tensor([[0.5, -1.2, 3.3]], { requires_grad: true }); // Shape: (1, 3)
  for (const bias of [
    [10, 10],
    [-10, -10],
    [10, -10],
  ]) {
    torch.no_grad(() => model.linear.bias!.copy_(torch.tensor(bias)));
    input_data.grad = null;
    const output = model.forward(input_data);
    // One row in, one row out, where the document prints two.
    expect(output).toHaveShape([1, 2]);
    output.backward();
    const slopes = torch.tensor(bias.map((b) => (b > 0 ? 1 : 0.05)));
    const z = input_data.matmul(model.linear.weight.t()).add(model.linear.bias!);
    expect(output).toBeCloseToTensor(z.mul(slopes));
    expect(input_data.grad).toBeCloseToTensor(slopes.matmul(model.linear.weight).unsqueeze(0));
  }
});

test('the name of its argument is checked', () => {
  expect(() => new nn.LeakyReLU({ negative_slop: 0.1 } as never)).toThrow(
    /Misspelled option "negative_slop": did you mean "negative_slope"/,
  );
});
