import * as torch from 'cresset';
import 'cresset/jest';

/** The document that learns the slope: its three classes and what it prints of them. */

const { nn } = torch;
const { init } = nn;

class LearnableLeakyReLU extends nn.Module {
  alpha: torch.nn.Parameter;

  constructor(initial_alpha = 0.01) {
    super();
    this.alpha = new nn.Parameter(torch.tensor(initial_alpha));
  }

  forward(x: torch.Tensor): torch.Tensor {
    return torch.where(x.ge(0), x, this.alpha.mul(x));
  }
}

class LearnableLeakyReLU_Alternative extends nn.Module {
  alpha: torch.nn.Parameter;

  constructor(initial_alpha = 0.01) {
    super();
    this.alpha = new nn.Parameter(torch.tensor(initial_alpha));
  }

  forward(x: torch.Tensor): torch.Tensor {
    const positive_part = torch.clamp(x, { min: 0.0 });
    const negative_part = x.sub(positive_part); // isolates the negative portion
    return positive_part.add(this.alpha.mul(negative_part));
  }
}

class LearnableLeakyReLU_Initialized extends nn.Module {
  alpha: torch.nn.Parameter;

  constructor(initial_alpha = 0.01) {
    super();
    this.alpha = new nn.Parameter(torch.empty([1])); // creates an empty tensor
    init.constant_(this.alpha, initial_alpha); // initializes with a constant
  }

  forward(x: torch.Tensor): torch.Tensor {
    return torch.where(x.ge(0), x, this.alpha.mul(x));
  }
}

const classes = [LearnableLeakyReLU, LearnableLeakyReLU_Alternative, LearnableLeakyReLU_Initialized];

function make(Activation: (typeof classes)[number], seed = 0): torch.nn.Sequential {
  torch.manual_seed(seed);
  return new nn.Sequential(new nn.Linear(10, 5), new Activation(), new nn.Linear(5, 2));
}

test.each([
  [LearnableLeakyReLU, 'tensor(0.0100)'],
  [LearnableLeakyReLU_Alternative, 'tensor(0.0100)'],
  [LearnableLeakyReLU_Initialized, 'tensor([0.0100])'],
])('%p in a Sequential', (Activation, printed) => {
  const model = make(Activation);
  const input_tensor = torch.randn([1, 10]);
  const output = model.forward(input_tensor);
  expect(output).toHaveShape([1, 2]);
  expect(String(output)).toMatch(/^tensor\(\[\[ ?-?\d\.\d{4}, +-?\d\.\d{4}\]\], grad_fn=<AddmmBackward0>\)$/);

  const seen: string[] = [];
  for (const [name, param] of model.named_parameters()) if (name === '1.alpha') seen.push(String(param.data));
  expect(seen).toEqual([printed]);
  expect(model.named_parameters().map(([name]) => name)).toEqual([
    '0.weight',
    '0.bias',
    '1.alpha',
    '2.weight',
    '2.bias',
  ]);
});

test('the three compute the same', () => {
  torch.manual_seed(7);
  const input_tensor = torch.randn([20, 10]);
  const [first, ...rest] = classes.map((Activation) => make(Activation).forward(input_tensor));
  for (const other of rest) expect(other).toEqualTensor(first);
});

test('alpha gets the gradient of the negative inputs', () => {
  const x = torch.tensor([[-2, 3, -0.5, 0]]);
  const g = torch.tensor([[1, 10, 100, 1000]]);
  for (const Activation of classes) {
    const activation = new Activation();
    activation.forward(x).backward(g);
    expect(activation.alpha.grad).toHaveShape(activation.alpha.shape);
    expect(activation.alpha.grad!.item()).toBe(-2 * 1 + -0.5 * 100);
  }
});

test('the gradient at 0 is that of the spelling: 1 for x >= 0, alpha for clamp', () => {
  const at_zero = classes.map((Activation) => {
    const x = torch.tensor([-1, 0, 1], { requires_grad: true });
    new Activation(0.25).forward(x).backward();
    return x.grad!.tolist();
  });
  expect(at_zero).toEqual([
    [0.25, 1, 1],
    [0.25, 0.25, 1],
    [0.25, 1, 1],
  ]);
});

test('gradcheck with respect to the input and alpha', () => {
  const x = torch.tensor([-2, -0.3, 0.4, 1], { dtype: torch.float64, requires_grad: true });
  for (const Activation of classes) {
    const activation = new Activation(0.2).double();
    expect((x: torch.Tensor) => activation.forward(x)).toPassGradcheck([x, activation.alpha]);
  }
});

test('all three, and PReLU, recover the slope of the data', () => {
  torch.manual_seed(3);
  const x = torch.randn([200]);
  const y = nn.functional.leaky_relu(x, 0.35);
  for (const activation of [...classes.map((Activation) => new Activation()), new nn.PReLU()]) {
    const [alpha] = activation.parameters();
    const optimizer = new torch.optim.SGD(activation.parameters(), { lr: 0.5 });
    for (let step = 0; step < 100; step++) {
      const loss = nn.functional.mse_loss(activation.forward(x), y);
      optimizer.zero_grad();
      loss.backward();
      optimizer.step();
    }
    expect(alpha.item()).toBeCloseTo(0.35, 5);
  }
});
