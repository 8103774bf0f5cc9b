"""Writes activations.json: values and gradients of PyTorch's activations on random and special values, to the bit. Run: python3 test/golden/activations.py

A case is a function of `torch.nn.functional` with its arguments; where it has a module, the module's text is there too.
"""

import base64
import json
import math
import os

import torch
from torch import nn
from torch.nn import functional as F

inf, nan = math.inf, math.nan
torch.manual_seed(0)

SPECIAL = [0.0, -0.0, inf, -inf, nan, 1.0, -1.0, 3.0, -3.0, 6.0, 0.5, -0.5, 20.0, -20.0, 100.0, -100.0, 1e-40, -1e-40, 1e30, -1e30]
RANDOM = torch.cat([torch.randn(12, dtype=torch.float64), 8 * torch.randn(8, dtype=torch.float64)]).tolist()

# name, arguments, the module
CASES = [
    ("relu", [], nn.ReLU()),
    ("relu6", [], nn.ReLU6()),
    ("hardtanh", [], nn.Hardtanh()),
    ("hardtanh", [-2.5, 0.5], nn.Hardtanh(-2.5, 0.5)),
    ("threshold", [0.5, 7.25], nn.Threshold(0.5, 7.25)),
    ("elu", [], nn.ELU()),
    ("elu", [-0.7], nn.ELU(-0.7)),
    ("celu", [], nn.CELU()),
    ("celu", [0.3], nn.CELU(0.3)),
    ("celu", [-2.5], nn.CELU(-2.5)),
    ("selu", [], nn.SELU()),
    ("gelu", [], nn.GELU()),
    ("gelu", ["tanh"], nn.GELU("tanh")),
    ("silu", [], nn.SiLU()),
    ("mish", [], nn.Mish()),
    ("softplus", [], nn.Softplus()),
    ("softplus", [2.5, 1.5], nn.Softplus(2.5, 1.5)),
    ("softplus", [-1.5], nn.Softplus(-1.5)),
    ("softsign", [], nn.Softsign()),
    ("sigmoid", [], nn.Sigmoid()),
    ("logsigmoid", [], nn.LogSigmoid()),
    ("tanh", [], nn.Tanh()),
    ("hardsigmoid", [], nn.Hardsigmoid()),
    ("hardswish", [], nn.Hardswish()),
    ("hardshrink", [], nn.Hardshrink()),
    ("hardshrink", [-0.25], nn.Hardshrink(-0.25)),
    ("softshrink", [], nn.Softshrink()),
    ("softshrink", [0.0], nn.Softshrink(0.0)),
    ("tanhshrink", [], nn.Tanhshrink()),
    ("rrelu", [], nn.RReLU()),
    ("glu", [], nn.GLU()),
]
TEXTS = [
    nn.PReLU(),
    nn.PReLU(3, 0.1),
    nn.RReLU(0.1, 0.3, True),
    nn.ReLU(True),
    nn.ReLU6(True),
    nn.ELU(2.0, True),
    nn.CELU(2.0, True),
    nn.SELU(True),
    nn.SiLU(True),
    nn.Mish(True),
    nn.Hardtanh(-2.0, 2.0, True),
    nn.Hardsigmoid(True),
    nn.Hardswish(True),
    nn.Threshold(0.1, 20.0, True),
    nn.Softmin(),
    nn.Softmin(1),
    nn.Softmax(),
    nn.Softmax(-1),
    nn.LogSoftmax(),
    nn.LogSoftmax(1),
    nn.Softmax2d(),
    nn.GLU(1),
]


def written(tensor):
    return base64.b64encode(tensor.detach().contiguous().numpy().tobytes()).decode()


def call(name, x, arguments):
    if name == "gelu" and arguments:
        return F.gelu(x, approximate=arguments[0])
    return getattr(F, name)(x, *arguments)


def measured(name, arguments, dtype, inputs):
    x = inputs.clone().requires_grad_()
    y = call(name, x, arguments)
    (dx,) = torch.autograd.grad(y, x, gradients(dtype)[: y.numel()])
    return {"y": written(y), "dx": written(dx)}


def inputs(dtype):
    return torch.tensor(SPECIAL + RANDOM, dtype=torch.float64).to(dtype)


def gradients(dtype):
    return (torch.arange(len(SPECIAL + RANDOM), dtype=torch.float64) % 7 - 3.25).to(dtype)


def prelu(dtype, shape, weight_count):
    """On the special values, laid out in a shape that ends with the channels or has them in the middle."""
    x = inputs(dtype).reshape(shape).requires_grad_()
    weight = torch.linspace(-0.5, 1.25, weight_count, dtype=torch.float64).to(dtype).requires_grad_()
    y = F.prelu(x, weight)
    dx, dw = torch.autograd.grad(y, [x, weight], gradients(dtype).reshape(shape))
    return {"shape": shape, "weight": written(weight), "y": written(y), "dx": written(dx), "dw": written(dw)}


def softmaxes(dtype):
    rows = torch.tensor(
        [[1.0, -2.0, 0.5, 3.0], [1000.0, 1000.0, -1000.0, 0.0], [-inf, 0.0, 1.0, -inf], [-inf] * 4, [inf, 0.0, 1.0, 2.0], [nan, 0.0, 1.0, 2.0]],
        dtype=dtype,
    )
    result = {"x": written(rows), "shape": list(rows.shape), "cases": []}
    for name in ["softmin", "softmax", "log_softmax"]:
        for dim in [0, 1]:
            x = rows.clone().requires_grad_()
            y = getattr(F, name)(x, dim)
            (dx,) = torch.autograd.grad(y, x, gradients(dtype)[: x.numel()].reshape(x.shape))
            result["cases"].append({"name": name, "dim": dim, "y": written(y), "dx": written(dx)})
    return result


golden = {"torch": torch.__version__.split("+")[0], "texts": [str(m) for m in TEXTS]}
for dtype in [torch.float32, torch.float64]:
    x = inputs(dtype)
    golden[str(dtype).removeprefix("torch.")] = {
        "x": written(x),
        "g": written(gradients(dtype)),
        "cases": [
            {"name": name, "args": arguments, "text": str(module), **measured(name, arguments, dtype, x)}
            for name, arguments, module in CASES
        ],
        "prelu": [prelu(dtype, [40], 1), prelu(dtype, [5, 8], 8), prelu(dtype, [2, 4, 5], 4)],
        "softmax": softmaxes(dtype),
    }

with open(os.path.join(os.path.dirname(__file__), "activations.json"), "w") as file:
    json.dump(golden, file, separators=(",", ":"))
    file.write("\n")
