// Proof of one addon on one machine, real or emulated: LeakyReLU against its definition, products of matrices against sums in
// double, gradients against differences, five steps of training. Prints a digest of the bits, the same on every platform.
const { createHash } = require('node:crypto');
const { join } = require('node:path');
const torch = require(join(process.argv[2] ?? join(__dirname, '../..'), 'dist/index.js'));

const F = torch.nn.functional;
const digest = createHash('sha256');
torch.manual_seed(7);
leaky_relu();
products();
gradients();
training();
console.log(JSON.stringify({ isa: torch.get_isa(), digest: digest.digest('hex').slice(0, 16) }));

function leaky_relu() {
  for (const n of [0, 1, 7, 8, 9, 15, 16, 17, 1003, 70001]) {
    const x = torch.randn([n]).requires_grad_();
    const y = F.leaky_relu(x, 0.2);
    if (n > 0) y.sum().backward();
    const slope = Math.fround(0.2);
    const values = x.tolist();
    same(
      `leaky_relu of ${n}`,
      y.tolist(),
      values.map((v) => (v > 0 ? v : Math.fround(v * slope))),
    );
    if (n > 0)
      same(
        `its gradient of ${n}`,
        x.grad.tolist(),
        values.map((v) => (v > 0 ? 1 : slope)),
      );
    take(y);
  }
}

function products() {
  for (const dtype of [torch.float32, torch.float64]) {
    for (const [m, k, n] of [
      [1, 1, 1],
      [3, 5, 7],
      [17, 33, 19],
      [64, 100, 48],
      [1, 300, 130],
      [130, 70, 1],
    ]) {
      const a = torch.randn([m, k], { dtype });
      const b = torch.randn([k, n], { dtype });
      const c = a.matmul(b);
      const [rows, columns] = [a.tolist(), b.tolist()];
      const expected = rows.map((row) =>
        columns[0].map((_, j) => row.reduce((sum, v, i) => sum + v * columns[i][j], 0)),
      );
      near(`product ${m}x${k}x${n}`, c.flatten().tolist(), expected.flat(), dtype === torch.float64 ? 1e-11 : 1e-4);
      take(c);
    }
  }
}

function gradients() {
  const x = torch.randn([2, 3, 5, 5], { dtype: torch.float64 }).requires_grad_();
  const w = torch.randn([4, 3, 3, 3], { dtype: torch.float64 }).requires_grad_();
  const flat = torch.randn([4, 6], { dtype: torch.float64 }).requires_grad_();
  torch.autograd.gradcheck((a, b) => F.conv2d(a, b, null, { padding: 1 }).tanh(), [x, w]);
  torch.autograd.gradcheck((a) => F.log_softmax(F.gelu(a), -1), [flat]);
  torch.autograd.gradcheck((a) => F.layer_norm(F.leaky_relu(a, 0.1), [6]).exp(), [flat]);
  torch.autograd.gradcheck((a) => a.matmul(a.t()).sigmoid().sum(), [flat]);
}

function training() {
  const model = new torch.nn.Sequential(
    new torch.nn.Linear(8, 16),
    new torch.nn.LeakyReLU(0.1),
    new torch.nn.Linear(16, 3),
  );
  const optimizer = new torch.optim.Adam(model.parameters(), { lr: 0.01 });
  const x = torch.randn([32, 8]);
  const y = torch.randint(0, 3, [32]);
  const losses = [];
  for (let step = 0; step < 5; step++) {
    optimizer.zero_grad();
    const loss = F.cross_entropy(model.forward(x), y);
    loss.backward();
    optimizer.step();
    losses.push(loss.item());
  }
  if (!(losses[4] < losses[0])) throw new Error(`the loss did not fall: ${losses}`);
  for (const parameter of model.parameters()) take(parameter.detach());
}

function take(tensor) {
  const array = tensor.contiguous().typed_array();
  digest.update(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
}

function same(what, values, expected) {
  near(what, values, expected, 0);
}

function near(what, values, expected, tolerance) {
  if (values.length !== expected.length) throw new Error(`${what}: ${values.length} values`);
  values.forEach((value, i) => {
    if (!(Math.abs(value - expected[i]) <= tolerance * (1 + Math.abs(expected[i]))))
      throw new Error(`${what}: element ${i} is ${value}, expected ${expected[i]}`);
  });
}
