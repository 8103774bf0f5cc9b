import * as torch from 'cresset';
import { type Run, type Runs, repeated, without_grad } from '../../ours';

const nets = {
  RNN: (inputs: number, hidden: number) => new torch.nn.RNN(inputs, hidden),
  LSTM: (inputs: number, hidden: number) => new torch.nn.LSTM(inputs, hidden),
  GRU: (inputs: number, hidden: number) => new torch.nn.GRU(inputs, hidden),
};

function recurrent(kind: keyof typeof nets, inputs: number, hidden: number, steps: number, batch: number): Run {
  torch.manual_seed(0);
  const net = nets[kind](inputs, hidden);
  const x = torch.randn([steps, batch, inputs], { requires_grad: true });
  const g = torch.randn([steps, batch, hidden]);
  return repeated(() => {
    net.zero_grad();
    x.grad = null;
    net.forward(x)[0].backward(g);
  });
}

function lstm_cell_no_grad(inputs: number, hidden: number): Run {
  const cell = new torch.nn.LSTMCell(inputs, hidden);
  const [x, h, c] = [inputs, hidden, hidden].map((size) => torch.randn([1, size]));
  return without_grad(() => {
    cell.forward(x, [h, c]);
  });
}

const { scaled_dot_product_attention } = torch.nn.functional;

function attention(batch: number, heads: number, tokens: number, width: number, causal: number): Run {
  const make = (): torch.Tensor => torch.randn([batch, heads, tokens, width], { requires_grad: true });
  const [q, k, v] = [make(), make(), make()];
  const g = torch.randn([batch, heads, tokens, width]);
  return repeated(() => {
    for (const each of [q, k, v]) each.grad = null;
    scaled_dot_product_attention(q, k, v, { is_causal: causal === 1 }).backward(g);
  });
}

function attention_no_grad(batch: number, heads: number, tokens: number, width: number, causal: number): Run {
  const make = (): torch.Tensor => torch.randn([batch, heads, tokens, width]);
  const [q, k, v] = [make(), make(), make()];
  return without_grad(() => {
    scaled_dot_product_attention(q, k, v, { is_causal: causal === 1 });
  });
}

export const runs: Runs = { recurrent, lstm_cell_no_grad, attention, attention_no_grad };
