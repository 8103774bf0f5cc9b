"""Writes ops.json: values and gradients of PyTorch's operations on small inputs. Run: python3 test/golden/ops.py"""

import torch
from op_cases import Input, bools, case, f32, inf, ints, nan, rand, write

torch.manual_seed(0)

# Elementwise
x = [-2.5, -1.0, -0.5, -0.0, 0.0, 0.5, 1.5, 2.5, inf, -inf, nan]
for name in ["neg", "abs", "sign", "round", "floor", "ceil", "trunc", "exp", "square"]:
    case(name, Input(x))
for name in ["log", "sqrt", "rsqrt", "reciprocal", "log1p", "log2", "log10", "expm1", "sin", "cos"]:
    case(name, rand(2, 3, low=0.1, high=3))
    case(name, f32(0.25, 1.0, 7.0))
for exponent in [0, 1, 2, 3, -1, 0.5, -2.5]:
    case("pow", Input([0.0, 0.5, 1.0, 2.0]), exponent)
case("pow", rand(2, 3, low=0.1), rand(3))
case("pow", Input([0.0, 0.0, 2.0]), Input([0.0, 2.0, 0.0]))
case("pow", 2, rand(3))
case("clamp", Input([-2.0, -1.0, 0.0, 1.0, 2.0, nan]), -1, 1)
case("clamp", Input([-2.0, -1.0, 0.0, 1.0, 2.0]), min=0)
case("clamp", Input([-2.0, -1.0, 0.0, 1.0, 2.0]), max=1)
case("clamp", Input([-2.0, -1.0, 0.0, 1.0, 2.0, nan]), Input([-1.0]), Input([1.0]))
case("clamp", Input([-2.0, -1.0, 0.0, nan]), Input([-1.0]))
case("clamp", Input([-2.0, 1.0, 2.0, nan]), None, Input([1.0]))
case("clamp", Input([0.0, 1.0, 2.0, 1.0, 2.0]), Input([1.0, 1.0, 1.0, 2.0, 3.0]), Input([1.0, 1.0, 1.0, 1.0, 2.0]))
case("where", bools(True, False, True), rand(2, 3), rand(3))
case("where", bools(True, False), rand(2), 0.5)
tied = [1.0, 2.0, 3.0, nan, 0.0, -0.0]
other = [1.0, 3.0, 2.0, 1.0, -0.0, 0.0]
for name in ["maximum", "minimum"]:
    case(name, Input(tied), Input(other))
    case(name, rand(2, 1, 3), rand(4, 1))
for name in ["eq", "ne", "lt", "le", "gt", "ge"]:
    case(name, Input(tied), Input(other))
    case(name, Input(tied), 1)
for name in ["isnan", "isinf", "isfinite"]:
    case(name, Input(x))
for name in ["add", "sub", "mul", "div"]:
    case(name, rand(2, 3), rand(2, 3))
    case(name, rand(2, 1, 3), rand(4, 1))
    case(name, rand(3), 1.5)
    case(name, rand(), rand(3))
    case(name, rand(0, 3), rand(3))
    case(name, f32(1.0, 2.0), Input([3.0], torch.float64))
    case(name, ints(7, -7), ints(2))
    case(name, ints(7, -7), 0.5)
    case(name, f32(1.0, 2.0), ints(3, 4))
case("remainder", Input([5.0, -5.0, 5.5, -5.5]), 3)
case("leaky_relu", Input(x), 0.2)
case("leaky_relu", rand(3, 4), -0.5)

# Reductions
for name in ["sum", "mean", "prod"]:
    case(name, rand(2, 3, 4))
    case(name, rand(2, 3, 4), 1)
    case(name, rand(2, 3, 4), -1, True)
for name in ["sum", "mean"]:
    case(name, rand(2, 3, 4), [0, 2])
    case(name, rand(2, 3, 4), [0, 2], True)
    case(name, rand(2, 0, 4), 1)
case("sum", ints(1, 2, 3))
case("sum", bools(True, True, False))
case("prod", Input([2.0, 0.0, 3.0]))
case("prod", Input([[2.0, 0.0, 0.0], [1.0, 2.0, 3.0]]), 1)
for name in ["var", "std"]:
    case(name, rand(3, 4))
    case(name, rand(3, 4), 1)
    case(name, rand(3, 4), dim=0, correction=0)
    case(name, rand(3, 4), dim=1, keepdim=True)
for name in ["max", "min"]:
    case(name, Input([3.0, 1.0, 3.0, 1.0]))
    case(name, Input([[3.0, 1.0, 3.0], [nan, 2.0, 1.0]]), 1)
    case(name, rand(2, 3, 4), 1, True)
    case(f"arg{name}", Input([[3.0, 1.0, 3.0], [1.0, nan, 1.0]]))
    case(f"arg{name}", Input([[3.0, 1.0, 3.0, 1.0], [1.0, nan, 1.0, 2.0]]), 1)
    case(f"a{name}", Input([[3.0, 1.0, 3.0], [2.0, 2.0, 2.0]]), 1)
case("logsumexp", rand(3, 4), 1)
case("cumsum", rand(3, 4), 1)

# Matrices
case("matmul", rand(3), rand(3))
case("matmul", rand(2, 3), rand(3))
case("matmul", rand(3), rand(3, 2))
case("matmul", rand(2, 3), rand(3, 4))
case("matmul", rand(5, 2, 3), rand(3, 4))
case("matmul", rand(2, 1, 2, 3), rand(4, 3, 2))
case("mm", rand(2, 0), rand(0, 3))
case("mm", rand(5, 7), rand(7, 6))
case("bmm", rand(2, 3, 4), rand(2, 4, 5))
case("linear", rand(4, 3), rand(2, 3), rand(2))
case("linear", rand(2, 4, 3), rand(2, 3))

# Joining, windows, indices
case("cat", [rand(2, 3), rand(1, 3)], 0)
case("cat", [rand(2, 3), rand(2, 1)], -1)
case("stack", [rand(2, 3), rand(2, 3)], 1)
case("split", rand(7, 2), 3)
case("split", rand(7, 2), [2, 5])
case("chunk", rand(5, 2), 3)
case("select", rand(3, 4), 1, 2)
case("narrow", rand(3, 4), 1, 1, 2)
case("index_select", rand(3, 4), 0, ints(2, 0, 2))
case("gather", rand(3, 4), 1, Input([[0, 0], [3, 1], [2, 2]], torch.int64))
case("reshape", rand(2, 6), [3, 4])
case("view", rand(2, 6), [-1, 4])
case("flatten", rand(2, 3, 4), 1)
case("transpose", rand(2, 3, 4), 0, 2)
case("permute", rand(2, 3, 4), [2, 0, 1])
case("squeeze", rand(1, 3, 1))
case("squeeze", rand(1, 3, 1), 0)
case("unsqueeze", rand(3), 0)
case("expand", rand(3, 1), [2, 3, 4])

# Indexing, masks, sorting
case("gather", rand(3, 4), 0, Input([[0, 2], [1, 1]], torch.int64))
case("index_select", rand(3, 4), -1, Input([3, 3], torch.int32))
case("index_add", rand(3, 2), 0, ints(2, 0, 2), rand(3, 2))
case("index_add", rand(3, 4), 1, ints(3, 3), rand(3, 2), alpha=-2)
case("scatter", rand(3, 4), 1, Input([[0, 1], [3, 1], [2, 0]], torch.int64), rand(3, 2))
case("scatter", rand(3, 4), 0, Input([[0, 1, 2, 0]], torch.int64), 1.5)
case("scatter_add", rand(3, 4), 1, Input([[0, 0], [3, 3], [2, 0]], torch.int64), rand(3, 2))
case("take_along_dim", rand(3, 4), Input([[3], [0], [1]], torch.int64), 1)
case("take_along_dim", rand(2, 3), ints(5, 0, 5))
case("masked_fill", rand(2, 3), bools(True, False, True), -2.5)
case("masked_fill", rand(2, 3), bools(True, False, True), rand())
case("masked_fill", ints(1, 2), bools(True, False), 7)
case("masked_select", rand(2, 3), bools(True, False, True))
case("nonzero", Input([[0.0, 1.0], [nan, -0.0]]))
case("one_hot", ints(0, 2, 1))
case("one_hot", ints(0, 2, 1), 5)
for name in ["tril", "triu"]:
    for diagonal in [0, 1, -1, 9]:
        case(name, rand(3, 4), diagonal)
    case(name, rand(2, 3, 3))
unsorted = Input([[3.0, nan, 1.0, -inf], [2.0, 2.0, inf, 2.0]])
for name in ["sort", "argsort"]:
    case(name, unsorted, stable=True, dim=1)
    case(name, unsorted, stable=True, dim=1, descending=True)
    case(name, rand(4, 3), 0)
    case(name, ints(3, -1, 2))
case("topk", rand(3, 5), 2)
case("topk", rand(3, 5), 2, 0, False)
case("topk", Input([1.0, nan, 3.0, 2.0]), 2)
case("unbind", rand(3, 2), 1)
case("repeat", rand(2, 3), 2, 1, 2)
case("tile", rand(2, 3), [2])
case("repeat_interleave", rand(2, 3), 2)
case("repeat_interleave", rand(2, 3), 2, 1)
case("flip", rand(2, 3), [0, 1])
case("roll", rand(2, 3), 1)
case("roll", rand(2, 3), [1, -1], [0, 1])
case("cat", [rand(2), Input([], torch.float64)])
case("cat", [f32(1.0), ints(2)])
case("stack", [f32(1.0), rand(1)])

# More reductions and pairs
for p in [0, 1, 1.5, 2, 3, inf, -inf]:
    case("norm", Input([[3.0, -4.0], [0.0, 0.0], [1.0, -1.0]]), p, 1)
case("norm", rand(3, 4))
case("norm", rand(3, 4), 2, [0, 1], True)
for name in ["amax", "amin"]:
    case(name, rand(2, 3, 4), [0, 2])
    case(name, Input([[1.0, nan], [2.0, 2.0]]), 1)
    case(name, Input([1.0, 2.0, 2.0]))
for name in ["max", "min"]:
    case(name, Input([nan, 1.0, nan]))
    case(name, ints(3, 1, 2))
    case(name, Input([1.0, 2.0, nan]), Input([1.0, 3.0, 1.0]))
for name in ["any", "all"]:
    case(name, Input([[0.0, nan], [0.0, -0.0], [1.0, 2.0]]))
    case(name, Input([[0.0, nan], [0.0, -0.0], [1.0, 2.0]]), 1)
    case(name, bools(), 0)
case("mean", rand(0))
case("var", rand(1))
case("std", Input([[1.0, 1.0], [1.0, 2.0]]), 1)
case("var", rand(3, 4), False)
case("var", rand(3, 4), [0, 1], correction=2)
case("logsumexp", Input([[1000.0, 1000.0], [-inf, -inf], [inf, 1.0], [nan, 1.0]]), 1)
case("logsumexp", ints(1, 2), 0)
case("cumsum", ints(1, 2, 3), 0)
case("cumsum", bools(True, True), 0)
case("prod", Input([[0.0, 2.0, 3.0], [4.0, 5.0, 6.0]]), 1, True)
for name in ["logical_and", "logical_or", "logical_xor"]:
    case(name, Input([0.0, 1.0, nan, -0.0]), Input([1.0, 1.0, 0.0, nan]))
    case(name, bools(True, False), ints(3, 0))
case("logical_not", Input([0.0, 1.0, nan]))
pairs = Input([5.5, -5.5, 5.5, -5.5, 6.0, -6.0, inf, 1.0]), Input([2.0, 2.0, -2.0, -2.0, 3.0, 3.0, 2.0, inf])
for name in ["remainder", "fmod", "floor_divide"]:
    case(name, Input(pairs[0].tensor.tolist(), constant=name == "floor_divide"), Input(pairs[1].tensor.tolist(), constant=True))
    case(name, ints(7, -7, 7, -7), ints(2, 2, -2, -2))
case("fmod", Input([5.5, -5.5]), Input([2.0, 2.0]))
case("remainder", 7, Input([2.0, -2.0], constant=True))
case("pow", ints(2, -3), 3)
case("pow", ints(2, 3), 0.5)
case("pow", ints(2, 3), ints(0, 2))
case("pow", Input([-inf, -2.0, -0.0, inf, nan]), 0.5)
case("pow", Input([-2.0, 2.0, 0.0]), Input([3.0, -2.0, -1.0]))
case("pow", 0, Input([-1.0, 0.0, 2.0]))
case("clamp_min", Input([-1.0, 0.0, 2.0]), 0)
case("clamp_max", Input([-1.0, 0.0, 2.0]), Input([0.0]))
case("clamp", ints(-3, 0, 3), -1, 1)
case("clamp", ints(-3, 0, 3), 0.5)
case("clamp", Input([1.0, 2.0]), 3, 0)
case("where", bools(True, False), f32(1.0, 2.0), ints(3, 4))
case("where", bools(True, False), ints(1, 2), 0.5)
case("isclose", Input([1.0, 1.0, nan, inf, inf]), Input([1.0 + 1e-9, 1.1, nan, inf, -inf]))
case("isclose", Input([nan, 1.0]), Input([nan, 1.5]), equal_nan=True, atol=0.5)
case("square", ints(3, -4))
case("exp", ints(0, 1))
case("abs", ints(3, -4))
case("sqrt", Input([0.0, -0.0, -1.0, inf]))
case("log", Input([0.0, -0.0, -1.0, inf]))
case("reciprocal", Input([0.0, -0.0, inf]))

# Losses and activations of whole rows
for name in ["softmax", "log_softmax"]:
    case(name, rand(3, 5), 1)
    case(name, rand(3, 5, 2), 1)
    case(name, Input([[1.0, -inf, 2.0], [-inf, -inf, -inf]]), 1)
classes = ints(1, 4, 0)
case("cross_entropy", rand(3, 5), classes)
case("cross_entropy", rand(3, 5), classes, reduction="sum")
case("cross_entropy", rand(3, 5), classes, reduction="none")
case("cross_entropy", rand(3, 5), classes, ignore_index=4)
case("cross_entropy", rand(3, 5), classes, label_smoothing=0.1)
case("cross_entropy", rand(3, 5), classes, weight=Input([1.0, 0.5, 2.0, 1.0, 3.0], constant=True), label_smoothing=0.2)
case("nll_loss", rand(3, 5), classes)
for reduction in ["mean", "sum", "none"]:
    case("mse_loss", rand(3, 2), rand(3, 2), reduction=reduction)
    case("l1_loss", Input([1.0, -2.0, 3.0]), Input([1.0, 2.0, 1.0]), reduction=reduction)

# Angles, mixtures, products, arrangements, statistics
for name in ["tan", "asin", "acos", "atan", "sinh", "cosh", "asinh", "atanh", "exp2", "erfc"]:
    case(name, rand(2, 3, low=-0.9, high=0.9))
    case(name, Input([0.0, -0.0, 1.0, -1.0, 3.0, -3.0, inf, -inf, nan]))
case("acosh", Input([1.5, 3.0, 1.0, 0.5, inf, nan]))
case("erfc", Input([-6.0, 0.4, 2.1, 5.0, 9.0]))
case("lerp", rand(2, 3), rand(2, 3), 0.3)
case("lerp", rand(2, 3), rand(2, 3), rand(2, 3))
case("addcmul", rand(2, 3), rand(2, 3), rand(3), value=0.5)
case("addcdiv", rand(2, 3), rand(2, 3), rand(3, low=0.5), value=-2)
case("outer", rand(3), rand(4))
case("addmm", rand(4), rand(2, 3), rand(3, 4), beta=0.5, alpha=2)
case("addmm", Input([[nan, inf]]), rand(1, 3), rand(3, 2), beta=0)
case("baddbmm", rand(2, 1, 4), rand(2, 2, 3), rand(2, 3, 4))
case("addmv", rand(2), rand(2, 3), rand(3), alpha=-1)
for equation, shapes in [
    ("ij,jk->ik", [(2, 3), (3, 4)]),
    ("bij,bjk", [(2, 2, 3), (2, 3, 2)]),
    ("iij,j->i", [(3, 3, 2), (2,)]),
    ("bhqd,bhkd->bhqk", [(2, 2, 3, 4), (2, 2, 5, 4)]),
    ("i,ij,j->", [(2,), (2, 3), (3,)]),
    ("ba", [(2, 3)]),
]:
    case("einsum", equation, *[rand(*shape) for shape in shapes])
case("movedim", rand(2, 3, 4), 0, -1)
case("movedim", rand(2, 3, 4), [0, 1], [2, 0])
for name in ["hstack", "vstack", "dstack"]:
    case(name, [rand(3), rand(3)])
    case(name, [rand(2, 3), rand(2, 3)])
    case(name, [Input(1.0), Input(2.0)])
case("meshgrid", [rand(2), rand(3)], indexing="ij")
case("meshgrid", [rand(2), rand(3)], indexing="xy")
for name in ["var_mean", "std_mean"]:
    case(name, rand(3, 4))
    case(name, rand(3, 4), 1)
    case(name, rand(3, 4), dim=0, correction=0, keepdim=True)
case("count_nonzero", Input([[0.0, 1.0, -0.0], [nan, 2.0, 0.0]]))
case("count_nonzero", Input([[0.0, 1.0, -0.0], [nan, 2.0, 0.0]]), 1)
case("diff", rand(5))
case("diff", rand(3, 4), 2, 0)
case("median", Input([3.0, 1.0, 4.0, 2.0]))
case("median", Input([3.0, nan, 4.0, 2.0]))
case("median", Input([[3.0, 1.0, 4.0], [2.0, nan, 0.0]]), 1)
case("median", Input([[3.0, 1.0, 4.0], [2.0, 5.0, 0.0]]), 0, True)
case("quantile", rand(7), 0.3)
case("quantile", Input([1.0, nan, 2.0]), 0.3)
case("quantile", rand(3, 4), Input([0.0, 0.25, 0.5, 1.0], constant=True), dim=0)
for interpolation in ["linear", "lower", "higher", "midpoint", "nearest"]:
    case("quantile", rand(3, 6), 0.5, dim=1, keepdim=True, interpolation=interpolation)
    case("quantile", rand(3, 4), 0.3, dim=1, interpolation=interpolation)
case("bincount", ints(1, 0, 3, 1, 1))
case("bincount", ints(1, 0), minlength=4)
case("bincount", ints(1, 0, 1), weights=Input([0.5, 1.0, 2.0], constant=True))
case("unique", Input([[3.0, 1.0], [3.0, 2.0]], constant=True))

write(__file__)
