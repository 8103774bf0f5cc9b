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

# Two numbers
edge = [0.0, -0.0, 1.0, -2.0, inf, -inf, nan]
crossed = [Input([a for a in edge for _ in edge], constant=True), Input([b for _ in edge for b in edge], constant=True)]
for name in ["atan2", "hypot", "logaddexp", "xlogy", "copysign", "fmax", "fmin"]:
    case(name, *crossed)
    second = rand(4, low=0.1)
    second.constant = name == "copysign"
    case(name, rand(3, 4), second)
case("hypot", Input([3e30, 3e-30], torch.float32, constant=True), Input([4e30, 4e-30], torch.float32, constant=True))
case("xlogy", Input([0.0, 0.0, 2.0]), Input([0.0, 2.0, 3.0], constant=True))
case("logaddexp", Input([1.0, 2.0]), Input([1.0, -3.0]))
case("fmax", Input([1.0, nan, 2.0]), Input([1.0, 1.0, nan]))
case("copysign", rand(4), -1.0)

# One number
case("frac", Input([1.5, -2.25, 0.0, 3.0]))
case("logit", Input([0.1, 0.5, 0.9]))
case("logit", Input([0.01, 0.5, 0.99]), eps=0.1)
case("sinc", Input([0.5, -1.25, 2.5]))
case("deg2rad", rand(3))
case("rad2deg", rand(3))
case("nan_to_num", Input([1.0, nan, inf, -inf]))
case("nan_to_num", Input([1.0, nan, inf, -inf]), nan=2.0, posinf=5.0, neginf=-5.0)
case("nansum", Input([[1.0, nan], [2.0, 3.0]]), 1)
case("nanmean", Input([[1.0, nan], [2.0, 3.0]]), 0, keepdim=True)

# Diagonals
case("diag", rand(3))
case("diag", rand(3), 1)
case("diag", rand(3, 4), -1)
case("diag_embed", rand(2, 3))
case("diag_embed", rand(2, 3), offset=-1, dim1=0, dim2=2)
case("diagflat", rand(2, 2), 1)
case("trace", rand(3, 4))
case("tril_indices", 3, 4, -1)
case("triu_indices", 3, 4, 1)

# Products and distances
case("tensordot", rand(2, 3, 4), rand(3, 4, 5))
case("tensordot", rand(2, 3), rand(3, 2), dims=1)
case("tensordot", rand(2, 3, 4), rand(4, 2), dims=[[0, 2], [1, 0]])
case("inner", rand(2, 3), rand(4, 3))
case("inner", Input(2.0), rand(3))
case("kron", rand(2, 3), rand(3, 2))
case("kron", rand(2), rand(2, 2))
case("cross", rand(2, 3), rand(2, 3), dim=1)
case("cross", rand(3, 2), rand(3, 1), dim=0)
case("dist", rand(2, 3), rand(2, 3), 3)
case("cdist", rand(3, 2), rand(4, 2))
case("cdist", rand(2, 3, 2), rand(2, 4, 2), 1.0)
case("bilinear", rand(3, 2), rand(3, 4), rand(5, 2, 4), rand(5))

# Running products, with zeros on the way
case("cumprod", rand(3, 4), 1)
case("cumprod", Input([2.0, 0.0, 3.0, 4.0]), 0)
case("cumprod", Input([[2.0, 0.0, 3.0, 0.0, 5.0], [1.0, 2.0, 3.0, 4.0, 0.0]]), 1)
case("cumprod", ints(2, 3, -4), 0)

# Pieces
case("tensor_split", rand(7), 3)
case("tensor_split", rand(2, 7), [2, -2], 1)
case("hsplit", rand(2, 4), 2)
case("vsplit", rand(4, 2), [1, 3])
case("dsplit", rand(1, 2, 4), 2)
case("fliplr", rand(2, 3))
case("flipud", rand(2, 3))
for turns in range(-1, 4):
    case("rot90", rand(2, 3), turns)
case("rot90", rand(2, 3, 2), 1, [2, 0])
case("ravel", rand(2, 3))
case("argwhere", Input([[0.0, 2.0], [3.0, 0.0]], constant=True))
for name in ["atleast_1d", "atleast_2d", "atleast_3d"]:
    case(name, Input(1.0))
    case(name, rand(2))
    case(name, rand(2, 3))
case("column_stack", [rand(2), rand(2, 3)])
case("broadcast_tensors", rand(2, 1), rand(3))
case("block_diag", rand(2, 3), rand(2), Input(1.0))
case("cartesian_prod", rand(2), rand(3), rand(2))

# Places in sequences
ladder = Input([-1.0, 0.0, 0.0, 2.0, 3.0], constant=True)
probes = Input([[-2.0, -1.0, 0.0], [2.5, 3.0, nan]], constant=True)
case("searchsorted", ladder, probes)
case("searchsorted", ladder, probes, right=True)
case("searchsorted", Input([[1.0, 2.0], [0.0, 5.0]], constant=True), Input([[1.5, 9.0], [0.0, 1.0]], constant=True), side="right", out_int32=True)
case("searchsorted", Input([3.0, 1.0, 2.0], constant=True), Input([2.0], constant=True), sorter=ints(1, 2, 0))
case("bucketize", probes, ladder)
case("bucketize", probes, ladder, right=True)
case("isin", ints(1, 2, 3, 2), ints(2, 5))
case("isin", ints(1, 2, 3, 2), 3, invert=True)
case("histc", Input([1.0, 2.0, 1.0, 5.0, -1.0], constant=True), bins=4, min=0, max=3)
case("histc", Input([1.0, 2.0, 1.0, 5.0, -1.0], constant=True), 3)

# Windows and losses
case("lp_pool1d", rand(2, 7, low=0.1), 2.0, 3, 2)
case("lp_pool2d", rand(1, 4, 5, low=0.1), 3.0, 2, ceil_mode=True)
case("triplet_margin_with_distance_loss", rand(3, 4), rand(3, 4), rand(3, 4), margin=2.0, swap=True)

# Bits
for name in ["bitwise_and", "bitwise_or", "bitwise_xor"]:
    case(name, ints(12, -5, 7), ints(10, 3, -1))
    case(name, ints(12, -5, 7), 6)
    case(name, Input([12, 5], torch.int32), ints(10, 3))
    case(name, bools(True, True, False, False), bools(True, False, True, False))
    case(name, bools(True, False), ints(2, 3))
case("bitwise_not", ints(0, 5, -3))
case("bitwise_not", bools(True, False))
case("bitwise_left_shift", ints(1, -3, 5, 1, 1, 1), ints(2, 3, 0, 62, 64, -1))
case("bitwise_right_shift", ints(9, -9, 5, -1, 7, -7), ints(2, 3, 0, 62, 64, -1))
case("bitwise_left_shift", Input([1, 3], torch.int32), 31)

# Groups
for reduce in ["sum", "prod", "mean", "amax", "amin"]:
    for include_self in [True, False]:
        at = ints(0, 2, 2, 0, 2)
        case("scatter_reduce", rand(4), 0, at, rand(5), reduce, include_self=include_self)
        # PyTorch lets what was there share the gradient even where it does not count.
        there = [1.0, 5.0, 2.0, 3.0] if include_self else [0.5, 5.0, 2.5, 3.0]
        tied = Input([1.0, 2.0, 2.0, 1.0, 2.0])
        case("scatter_reduce", Input(there), 0, at, tied, reduce, include_self=include_self)
        if reduce != "prod":
            zeros = Input([0.0, 0.0, 3.0, 2.0, 0.0])
            case("scatter_reduce", Input([0.0 if include_self else 0.5, 5.0, 2.0, 0.0]), 0, at, zeros, reduce, include_self=include_self)
        case("scatter_reduce", ints(7, 8, 9), 0, ints(0, 0, 2), ints(-2, 4, 5), reduce, include_self=include_self)
    grid = ints(2, 0, 0, 1, 1, 1)
    grid.tensor = grid.tensor.reshape(2, 3)
    case("scatter_reduce", rand(3, 3), 0, grid, rand(2, 3), reduce)
    case("scatter_reduce", rand(2, 4), 1, grid, rand(2, 3), reduce, include_self=False)
case("scatter_reduce", Input([nan, 1.0], constant=True), 0, ints(0, 1, 1), Input([1.0, nan, 2.0], constant=True), "amax")
case("scatter_reduce", Input([2.0, 0.0]), 0, ints(0, 1, 1), Input([0.0, 3.0, 4.0]), "prod")

# Ranks
case("kthvalue", rand(7), 3)
case("kthvalue", rand(3, 5), 2, 0, True)
case("kthvalue", ints(5, 1, 4, 9), 4)
case("kthvalue", Input([1.0, nan, 0.0], constant=True), 3)
case("mode", Input([2.0, 1.0, 2.0, 3.0, 1.0]))
case("mode", Input([[1.0, 2.0, 2.0], [5.0, 4.0, 3.0]]), 1, True)
case("mode", ints(3, 3, 1, 1, 2))
for name in ["cummax", "cummin"]:
    case(name, rand(7), 0)
    case(name, rand(3, 4), 1)
    case(name, Input([1.0, 3.0, 3.0, 2.0, 3.0]), 0)
    case(name, Input([1.0, nan, 5.0, nan, 0.0], constant=True), 0)
    case(name, ints(3, 1, 4, 1, 5), 0)
case("aminmax", rand(3, 4), dim=1, keepdim=True)
case("aminmax", rand(3, 4))
case("pdist", rand(5, 3))
case("pdist", rand(4, 2), 1.0)
case("pdist", rand(4, 2), 3.0)
case("pdist", rand(1, 2))

# Parts
case("diagonal", rand(3, 4), 1)
case("diagonal", rand(2, 3, 4), -1, 1, 2)
case("diagonal", rand(2, 3, 4), offset=1, dim1=-1, dim2=0)
case("diagonal", rand(3, 4), 4)
case("diff", rand(3, 4), 2, 0)
case("diff", rand(3, 4), prepend=rand(3, 1), append=rand(3, 2))
case("diff", rand(3, 4), 2, 0, rand(1, 4))
case("select_scatter", rand(3, 4), rand(3), 1, -1)
case("slice_scatter", rand(3, 4), rand(3, 2), 1, 1, 4, 2)
case("slice_scatter", rand(3, 4), rand(2, 4), start=1)
case("diagonal_scatter", rand(3, 4), rand(3), 1)

# Statistics
case("cov", rand(3, 5))
case("cov", rand(5))
case("cov", rand(3, 4), correction=0, fweights=ints(1, 2, 1, 3))
case("cov", rand(3, 4), aweights=Input([0.5, 1.0, 2.0, 0.25], constant=True))
case("cov", rand(2, 3), correction=2, fweights=ints(2, 2, 1), aweights=Input([0.5, 1.0, 2.0], constant=True))
case("corrcoef", Input(rand(3, 5).tensor, constant=True))
case("trapezoid", rand(3, 4))
case("trapezoid", rand(3, 4), dx=0.5, dim=0)
case("trapezoid", rand(3, 4), rand(4))
case("trapezoid", rand(3, 4), rand(3), dim=0)
case("cumulative_trapezoid", rand(3, 4), rand(3, 4))
case("trapezoid", rand(3, 1))
case("logaddexp2", rand(3, 4), rand(4))
case("logaddexp2", Input([2000.0, -inf], constant=True), Input([1999.0, -inf], constant=True))

write(__file__)
