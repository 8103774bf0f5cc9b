import { against_pytorch, type Duel } from '../../case';

/** Recurrent nets: whole sequences forward and backward, and a single step as text generation takes it. Attention over heads. */
export const cases: Duel[] = [
  against_pytorch('LSTM 128-256, 50 steps, batch 32, forward + backward', 1, 'recurrent', 'LSTM', 128, 256, 50, 32),
  against_pytorch('GRU 128-256, 50 steps, batch 32, forward + backward', 1, 'recurrent', 'GRU', 128, 256, 50, 32),
  against_pytorch('RNN 128-256, 50 steps, batch 32, forward + backward', 1, 'recurrent', 'RNN', 128, 256, 50, 32),
  against_pytorch('LSTM 32-64, 20 steps, batch 8, forward + backward', 0.7, 'recurrent', 'LSTM', 32, 64, 20, 8),
  against_pytorch('LSTMCell 128-256, batch 1, no grad', 0.7, 'lstm_cell_no_grad', 128, 256),
  ...[128, 256].flatMap((n) => [
    against_pytorch(`attention 8×8 heads, ${n} tokens of 64, forward + backward`, 0.9, 'attention', 8, 8, n, 64, 0),
    against_pytorch(`attention 8×8 heads, ${n} tokens of 64, no grad`, 0.9, 'attention_no_grad', 8, 8, n, 64, 0),
  ]),
  against_pytorch(
    'attention 1×8 heads, 1024 tokens of 64, causal, forward + backward',
    0.9,
    'attention',
    1,
    8,
    1024,
    64,
    1,
  ),
];
