import * as torch from 'cresset';
import { type Run, type Runs, repeated } from '../../ours';

function embedding(rows: number, width: number, words: number): Run {
  const table = new torch.nn.Embedding(rows, width);
  const at = torch.randint(0, rows, [words]);
  const g = torch.randn([words, width]);
  return repeated(() => {
    table.weight.grad = null;
    table.forward(at).backward(g);
  });
}

function multihead_attention(width: number, heads: number, batch: number, tokens: number, weights: number): Run {
  const net = new torch.nn.MultiheadAttention(width, heads, { batch_first: true });
  const [x, g] = [torch.randn([batch, tokens, width]), torch.randn([batch, tokens, width])];
  return repeated(() => {
    net.zero_grad();
    net.forward(x, x, x, { need_weights: weights === 1 })[0].backward(g);
  });
}

function layer(width: number, heads: number, batch: number, tokens: number): Run {
  const net = new torch.nn.TransformerEncoderLayer(width, heads, { dim_feedforward: 4 * width, batch_first: true });
  const [x, g] = [torch.randn([batch, tokens, width]), torch.randn([batch, tokens, width])];
  return repeated(() => {
    net.zero_grad();
    net.forward(x).backward(g);
  });
}

export const runs: Runs = { embedding, multihead_attention, layer };
