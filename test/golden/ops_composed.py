"""Writes ops_composed.json: operations that are made of others. Run: python3 test/golden/ops_composed.py"""

import torch
from op_cases import Input, bools, case, inf, ints, nan, rand, write

torch.manual_seed(0)

# Attention of several heads: 4 features, 2 heads.
def heads(query, key, value, weights, *, bias=True, bias_kv=False, zero=False, **options):
    def learned(*shape):
        return rand(*shape, low=-1, high=1)

    in_bias, out_bias = (learned(12), learned(4)) if bias else (None, None)
    bias_k, bias_v = (learned(1, 1, 4), learned(1, 1, 4)) if bias_kv else (None, None)
    given = (weights, in_bias, bias_k, bias_v, zero, 0.0, learned(4, 4), out_bias)
    case("multi_head_attention_forward", query, key, value, 4, 2, *given, **options)


heads(rand(3, 2, 4), rand(5, 2, 4), rand(5, 2, 4), rand(12, 4))
heads(rand(3, 4), rand(3, 4), rand(3, 4), rand(12, 4), bias=False, need_weights=False)
causal = bools(*(j > i for i in range(3) for j in range(3)))
causal.tensor = causal.tensor.reshape(3, 3)
heads(rand(3, 2, 4), rand(3, 2, 4), rand(3, 2, 4), rand(12, 4), attn_mask=causal, is_causal=True, need_weights=False)
padding = Input([[False, True, False], [False, False, True]], torch.bool)
separate = {"use_separate_proj_weight": True, "q_proj_weight": rand(4, 4), "k_proj_weight": rand(4, 2), "v_proj_weight": rand(4, 3)}
heads(rand(2, 2, 4), rand(3, 2, 2), rand(3, 2, 3), None, bias_kv=True, zero=True, key_padding_mask=padding, average_attn_weights=False, **separate)
fixed = {"static_k": rand(4, 5, 2), "static_v": rand(4, 5, 2)}
heads(rand(3, 2, 4), rand(5, 2, 4), rand(5, 2, 4), rand(12, 4), zero=True, **fixed)

write(__file__)
