"""Writes leaky_relu.json: PyTorch's LeakyReLU to the bit. Run: python3 test/golden/leaky_relu.py

Values are little-endian base64. Every slope is applied to the same x, forward, and backward with the same g.
"""

import base64
import json
import math
import os

import numpy as np
import torch
from torch.nn import functional as F

SLOPES = ["-2", "-0.2", "-0.0", "0.0", "1e-50", "0.01", "0.2", "1", "1.5", "inf", "nan"]
DTYPES = {"float32": (torch.float32, np.float32), "float64": (torch.float64, np.float64)}


def special_values(kind):
    info = np.finfo(kind)
    positive = [0.0, float(info.smallest_subnormal), float(info.tiny) / 3, float(info.tiny), 0.5, 1.0, 400.0, float(info.max), math.inf]
    return [s * v for v in positive for s in (1.0, -1.0)] + [math.nan]


def inputs(kind):
    """Every special x with every special g of a few, and random values between."""
    random = np.random.default_rng(7)
    x = [v for v in special_values(kind) for _ in range(4)]
    g = [1.5, math.inf, -0.0, math.nan] * len(special_values(kind))
    x += list(random.standard_normal(44) * 10.0 ** random.integers(-3, 3, 44))
    g += list(random.standard_normal(44))
    return np.array(x, kind), np.array(g, kind)


def encode(tensor):
    return base64.b64encode(tensor.detach().numpy().tobytes()).decode()


def cases_of(dtype, kind):
    x, g = (torch.from_numpy(a) for a in inputs(kind))
    x.requires_grad_()
    cases = []
    for slope in SLOPES:
        y = F.leaky_relu(x, float(slope))
        (dx,) = torch.autograd.grad(y, x, g)
        assert y.dtype == dtype
        cases.append({"slope": slope, "y": encode(y), "dx": encode(dx)})
    return {"x": encode(x), "g": encode(g), "cases": cases}


golden = {"torch": torch.__version__.split("+")[0], **{name: cases_of(*kinds) for name, kinds in DTYPES.items()}}
with open(os.path.join(os.path.dirname(__file__), "leaky_relu.json"), "w") as file:
    json.dump(golden, file, indent=1)
    file.write("\n")
