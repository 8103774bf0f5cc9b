import { against_pytorch, type Duel } from '../../case';

/** Recurrent nets: whole sequences forward and backward, and a single step as text generation takes it. */
export const cases: Duel[] = [
  against_pytorch('LSTM 128-256, 50 steps, batch 32, forward + backward', 1, 'recurrent', 'LSTM', 128, 256, 50, 32),
  against_pytorch('GRU 128-256, 50 steps, batch 32, forward + backward', 1, 'recurrent', 'GRU', 128, 256, 50, 32),
  against_pytorch('RNN 128-256, 50 steps, batch 32, forward + backward', 1, 'recurrent', 'RNN', 128, 256, 50, 32),
  against_pytorch('LSTM 32-64, 20 steps, batch 8, forward + backward', 0.7, 'recurrent', 'LSTM', 32, 64, 20, 8),
  against_pytorch('LSTMCell 128-256, batch 1, no grad', 0.7, 'lstm_cell_no_grad', 128, 256),
];
