import { against_pytorch, type Duel } from '../../case';

/** What a language model is made of: a table of words, attention with and without its weights, a layer of the encoder. */
export const cases: Duel[] = [
  against_pytorch('Embedding 10000×128, 1600 words, forward + backward', 1, 'embedding', 10000, 128, 1600),
  against_pytorch('Embedding 65×128, 1600 words, forward + backward', 1, 'embedding', 65, 128, 1600),
  against_pytorch(
    'MultiheadAttention 256, 8 heads, 16×128 tokens, forward + backward',
    0.9,
    'multihead_attention',
    256,
    8,
    16,
    128,
    0,
  ),
  against_pytorch(
    'MultiheadAttention with its weights, 16×128 tokens, forward + backward',
    0.9,
    'multihead_attention',
    256,
    8,
    16,
    128,
    1,
  ),
  against_pytorch('TransformerEncoderLayer 256, 8 heads, 16×128 tokens, training', 0.9, 'layer', 256, 8, 16, 128),
];
