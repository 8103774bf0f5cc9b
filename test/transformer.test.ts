import * as torch from 'cresset';
import { expect_close, numbers } from './support/op_samples';

/** MultiheadAttention and the encoder: what the samples of test/parity.test.ts do not say. */

const { nn } = torch;
const hidden_future = (n: number): torch.Tensor => torch.ones([n, n]).triu(1).to(torch.bool);
beforeEach(() => torch.manual_seed(5));

describe('MultiheadAttention', () => {
  test('positions and options mean the same', () => {
    const by_place = new nn.MultiheadAttention(6, 2, 0.1, false, true, true, 3, 5, true);
    const by_name = new nn.MultiheadAttention(6, 2, {
      dropout: 0.1,
      bias: false,
      add_bias_kv: true,
      add_zero_attn: true,
      kdim: 3,
      vdim: 5,
      batch_first: true,
    });
    expect(Object.keys(by_name.state_dict())).toEqual(Object.keys(by_place.state_dict()));
    by_name.load_state_dict(by_place.state_dict());
    const [q, k, v] = [torch.randn(2, 4, 6), torch.randn(2, 3, 3), torch.randn(2, 3, 5)];
    const mask = torch.tensor([true, false, false]).expand([4, 3]);
    const named = by_name.eval().forward(q, k, v, { attn_mask: mask, average_attn_weights: false });
    const placed = by_place.eval().forward(q, k, v, null, true, mask, false);
    expect(named.map((t) => numbers(t!))).toEqual(placed.map((t) => numbers(t!)));
    expect(named[1]!.shape).toEqual([2, 2, 4, 5]);
  });

  test('starts as PyTorch: projections within their Xavier bound, biases 0', () => {
    const attention = new nn.MultiheadAttention(32, 4, { add_bias_kv: true });
    const bound = Math.sqrt(6 / (32 + 96));
    const most = attention.in_proj_weight!.detach().abs().max().item();
    expect(most).toBeLessThanOrEqual(bound);
    expect(most).toBeGreaterThan(0.95 * bound);
    expect(new Set([...numbers(attention.in_proj_bias!), ...numbers(attention.out_proj.bias!)])).toEqual(new Set([0]));
    expect(attention.bias_k!.shape).toEqual([1, 1, 32]);
    expect(attention.bias_k!.detach().std().item()).toBeGreaterThan(0.1);
  });

  test('with and without weights, fused and not, the same values and gradients', () => {
    const attention = new nn.MultiheadAttention(8, 2, { dtype: torch.float64, batch_first: true });
    const mask = hidden_future(5);
    const run = (x: torch.Tensor, other: torch.Tensor, need_weights: boolean): number[][] => {
      attention.zero_grad();
      const [out] = attention.forward(x, other, other, { need_weights, attn_mask: mask, is_causal: true });
      const upstream = torch.arange(80).reshape([2, 5, 8]).to(torch.float64).sin();
      out.backward(upstream);
      return [numbers(out), ...attention.parameters().map((p) => numbers(p.grad!)), numbers(x.grad!)];
    };
    const x = torch.randn([2, 5, 8], { dtype: torch.float64 });
    const own = (): torch.Tensor => x.clone().requires_grad_();
    const self = own();
    const all = [run(self, self, false), run(own(), own(), false), run(own(), own(), true)];
    // The last is the query's gradient: with three inputs apart, only the projection's gradients are those of one.
    for (const other of all.slice(1))
      other.slice(0, -1).forEach((values, i) => {
        expect_close(values, all[0][i], 1e-10, `result ${i}`);
      });
    expect_close(all[1][5], all[2][5], 1e-10, 'gradient of the query');
  });

  test('dropout falls on the weights, in training only', () => {
    const attention = new nn.MultiheadAttention(4, 2, { dropout: 0.5, batch_first: true });
    const x = torch.randn([3, 16, 4]);
    const [, weights] = attention.forward(x, x, x, { average_attn_weights: false });
    const zeros = numbers(weights!).filter((w) => w === 0).length / weights!.numel();
    expect(Math.abs(zeros - 0.5)).toBeLessThan(0.08);
    attention.eval();
    expect(numbers(attention.forward(x, x, x)[0])).toEqual(numbers(attention.forward(x, x, x)[0]));
    expect(attention.forward(x, x, x, { need_weights: false })[1]).toBeNull();
  });

  test('a row that sees nothing attends to nothing', () => {
    const attention = new nn.MultiheadAttention(4, 2, { batch_first: true });
    const x = torch.randn([1, 3, 4]);
    const [out, weights] = attention.forward(x, x, x, { key_padding_mask: torch.tensor([[true, true, true]]) });
    expect(new Set(numbers(weights!))).toEqual(new Set([0]));
    expect(numbers(out.sub(attention.out_proj.bias!)).every((value) => Math.abs(value) < 1e-6)).toBe(true);
  });

  const x = torch.zeros(5, 2, 8);
  const attention = new nn.MultiheadAttention(8, 2);
  const called = (...args: unknown[]) =>
    (attention.forward as (...args: unknown[]) => unknown).call(attention, ...args);
  test.each<[string, () => unknown, RegExp]>([
    ['heads that do not divide', () => new nn.MultiheadAttention(8, 3), /divisible by num_heads, got 8 and 3$/],
    ['no heads', () => new nn.MultiheadAttention(8, 0), /expected num_heads to be at least 1, got 0$/],
    ['dropout of 2', () => new nn.MultiheadAttention(8, 2, 2), /expected dropout to be between 0 and 1, got 2$/],
    ['a misspelling', () => new nn.MultiheadAttention(8, 2, { bais: true } as object), /did you mean "bias"\?/],
    ['features', () => called(torch.zeros(5, 2, 6), x, x), /query has 6 features, expected 8/],
    ['dimensions', () => called(torch.zeros(8), x, x), /of 2 or of 3 dimensions, got shapes \[8\]/],
    ['lengths', () => called(x, x, torch.zeros(4, 2, 8)), /key and value differ in length or batch/],
    ['batches', () => called(torch.zeros(5, 3, 8), x, x), /query and key differ in batch/],
    [
      'a mask of another shape',
      () => called(x, x, x, { attn_mask: torch.zeros(4, 5) }),
      /\[5, 5\] or \[4, 5, 5\], got/,
    ],
    [
      'a padding mask of integers',
      () => called(x, x, x, { key_padding_mask: torch.zeros([2, 5], { dtype: torch.int64 }) }),
      /expected key_padding_mask to be torch.bool or torch.float32/,
    ],
    ['is_causal without a mask', () => called(x, x, x, { is_causal: true }), /pass the causal attn_mask too$/],
    ['float64 for float32', () => called(x.double(), x, x), /float64/],
  ])('%s is an error', (_, call, message) => {
    expect(call).toThrow(message);
    expect(call).toThrow(/^MultiheadAttention: /);
  });
});

describe('the encoder', () => {
  test('layers are copies of the one given, and train apart from it', () => {
    const layer = new nn.TransformerEncoderLayer(4, 2, { dim_feedforward: 6, activation: new nn.PReLU() });
    const encoder = new nn.TransformerEncoder(layer, 2);
    expect(encoder.parameters()).toHaveLength(2 * layer.parameters().length);
    const [first, second] = encoder.layers as Iterable<torch.nn.TransformerEncoderLayer>;
    expect(numbers(first.linear1.weight)).toEqual(numbers(layer.linear1.weight));
    torch.no_grad(() => first.linear1.weight.zero_());
    expect(numbers(second.linear1.weight)).toEqual(numbers(layer.linear1.weight));
    expect(Object.keys(encoder.state_dict())).toContain('layers.1.activation.weight');
    expect(String(encoder)).toContain('(activation): PReLU(num_parameters=1)');
  });

  test('the causal mask is recognised: the future changes nothing', () => {
    const layer = new nn.TransformerEncoderLayer(8, 2, { dim_feedforward: 16, batch_first: true });
    const encoder = new nn.TransformerEncoder(layer, 2).eval();
    const x = torch.randn([1, 6, 8]);
    const changed = x.clone();
    changed.narrow(1, 4, 2).fill_(3);
    const mask = hidden_future(6);
    const seen = (t: torch.Tensor, given: torch.Tensor): number[] =>
      numbers(encoder.forward(t, { mask: given }).narrow(1, 0, 4));
    expect(seen(changed, mask)).toEqual(seen(x, mask));
    const scores = torch.zeros([6, 6]).masked_fill(mask, -Infinity);
    expect_close(seen(x, scores), seen(x, mask), 1e-5, 'with scores');
    expect(seen(changed, torch.zeros([6, 6]))).not.toEqual(seen(x, mask));
  });

  test('learns to find the largest of a sequence', () => {
    const net = new nn.Sequential(
      new nn.Linear(1, 8),
      new nn.TransformerEncoder(
        new nn.TransformerEncoderLayer(8, 2, { dim_feedforward: 16, dropout: 0, batch_first: true }),
        1,
      ),
      new nn.Linear(8, 1),
    );
    const optimizer = new torch.optim.Adam(net.parameters(), { lr: 0.01 });
    const losses = Array.from({ length: 120 }, () => {
      const x = torch.rand([64, 5, 1]);
      optimizer.zero_grad();
      const loss = nn.functional.mse_loss(net.forward(x).mean(1), x.max(1).values);
      loss.backward();
      optimizer.step();
      return loss.item() as number;
    });
    expect(losses.slice(-5).reduce((a, b) => a + b) / 5).toBeLessThan(0.01);
  });

  const layer = new nn.TransformerEncoderLayer(4, 2, { dim_feedforward: 6 });
  test.each<[string, () => unknown, RegExp]>([
    [
      'an unknown activation',
      () => new nn.TransformerEncoderLayer(4, 2, { activation: 'tanh' as 'relu' }),
      /^TransformerEncoderLayer: expected activation to be "relu", "gelu", a Module or a function, got "tanh"/,
    ],
    ['heads', () => new nn.TransformerEncoderLayer(4, 3), /divisible by num_heads, got 4 and 3$/],
    ['no layer', () => new nn.TransformerEncoder(null as never, 2), /^TransformerEncoder: expected encoder_layer/],
    ['half a layer', () => new nn.TransformerEncoder(layer, 0.5), /expected num_layers to be an integer, got 0.5$/],
    ['integers', () => layer.forward(torch.zeros([3, 1, 4], { dtype: torch.int64 })), /^TransformerEncoderLayer: /],
    ['width', () => layer.forward(torch.zeros([3, 1, 5])), /query has 5 features, expected 4/],
  ])('%s is an error', (_, call, message) => {
    expect(call).toThrow(message);
  });
});

describe('deepcopy', () => {
  test('copies parameters, buffers and structure, and keeps what is shared shared', () => {
    const shared = new nn.Linear(2, 2);
    const net = new nn.Sequential(shared, new nn.BatchNorm1d(2), shared);
    net.parameters()[0].requires_grad_(false);
    const other = torch.deepcopy(net).eval();
    expect(other).toBeInstanceOf(nn.Sequential);
    expect(other.at(0)).toBe(other.at(2));
    expect(other.at(0)).not.toBe(shared);
    expect(String(other)).toBe(String(net));
    expect(net.training).toBe(true);
    expect(other.parameters().map((p) => p.requires_grad)).toEqual(net.parameters().map((p) => p.requires_grad));
    net.forward(torch.randn(8, 2));
    expect((other.at(1) as torch.nn.BatchNorm1d).num_batches_tracked!.item()).toBe(0);
    expect(Object.keys(other.state_dict())).toEqual(Object.keys(net.state_dict()));
  });

  test('takes plain values along and leaves functions shared', () => {
    class Net extends nn.Module {
      sizes = { list: [1, 2], map: new Map([['a', new Set([3])]]) };
      activation = nn.functional.relu;
      scale = torch.ones([2]);
      override forward(x: torch.Tensor): torch.Tensor {
        return this.activation(x).mul(this.scale);
      }
    }
    const net = new Net();
    net.register_buffer('steps', torch.zeros([]), false);
    const other = torch.deepcopy(net);
    expect(other.sizes).toEqual(net.sizes);
    expect(other.sizes.map.get('a')).not.toBe(net.sizes.map.get('a'));
    expect(other.activation).toBe(net.activation);
    other.scale.zero_();
    expect(numbers(net.forward(torch.ones(2)))).toEqual([1, 1]);
    expect(other.named_buffers().map(([name]) => name)).toEqual(['steps']);
    expect(Object.keys(other.state_dict())).toEqual([]);
  });

  test('tensors', () => {
    const x = torch.ones(3).requires_grad_();
    const y = torch.deepcopy(x);
    expect([y.requires_grad, y.is_leaf, numbers(y)]).toEqual([true, true, [1, 1, 1]]);
    expect(torch.deepcopy(new nn.Parameter(x.detach()))).toBeInstanceOf(nn.Parameter);
    expect(() => torch.deepcopy(x.mul(2))).toThrow(/^deepcopy: only leaf tensors can be copied/);
    expect(() => torch.deepcopy(3)).toThrow(
      /^deepcopy: expected its argument to be a Module, a Tensor or a collection of them, got 3/,
    );
  });

  test('refuses modules with hooks', () => {
    const layer = new nn.Linear(2, 2);
    const hook = layer.register_forward_hook(() => undefined);
    expect(() => torch.deepcopy(layer)).toThrow(/^deepcopy: Linear has hooks/);
    hook.remove();
    expect(torch.deepcopy(layer).parameters()).toHaveLength(2);
  });
});
