"""Writes print.json: how PyTorch prints tensors.

    python3 test/golden/print.py

A case holds a shape, a dtype and values (numbers, or "nan", "inf", "-inf", "-0"; or "range": first and step), maybe
printing options, and the text.
"""

import json
import math
import random
from pathlib import Path

import torch

random.seed(0)
cases = []


def encode(value):
    if isinstance(value, bool) or isinstance(value, int):
        return int(value)
    if math.isnan(value):
        return "nan"
    if math.isinf(value):
        return "inf" if value > 0 else "-inf"
    return "-0" if value == 0 and math.copysign(1, value) < 0 else value


def case(shape, dtype, values=None, *, first=0, step=None, options=None, grad=None):
    count = math.prod(shape)
    name = str(dtype).removeprefix("torch.")
    entry = {"shape": list(shape), "dtype": name}
    if values is None:
        tensor = torch.arange(count, dtype=torch.float64) * step + first
        entry["range"] = [first, step]
    else:
        tensor = torch.tensor(values, dtype=torch.float64)
        entry["values"] = [encode(v) for v in tensor.tolist()]
    tensor = tensor.to(dtype).reshape(shape)
    if grad is not None:
        entry["grad"] = grad
        tensor.requires_grad_()
        if grad == "add":
            tensor = tensor + 1
    if options is not None:
        entry["options"] = options
        torch.set_printoptions(**options)
    entry["text"] = str(tensor)
    torch.set_printoptions(profile="default")
    cases.append(entry)


floats = [torch.float32, torch.float64]
for dtype in floats:
    for values in [
        [1.0, 2.0, 3.0], [0.5], [-0.0], [0.0, -0.0], [float("nan")], [1.0, float("inf"), float("-inf"), float("nan")],
        [1.5, float("nan"), -2.25], [1e-5, 1.0], [1e-4, 1e-3], [9.9e-5], [1000.0, 1.0], [1001.0, 1.0], [1001.5, 1.0],
        [1e8], [1.1e8], [123456789.0, 1.0], [1e20, 1e20], [1e-30, 1e30], [0.03125, 0.09375, 0.15625], [0.00005, 0.1],
        [2.00005, 2.00015], [99999.5, 1.0], [0.99999, 0.5], [1e10, float("inf")], [0.0, 1e-10], [5e-324, 1.0],
        [1.7976931348623157e308], [-1.0, -20.0, 300.0], [0.1, 0.2, 0.3], [3.14159265358979],
    ]:
        case([len(values)], dtype, values)
    case([], dtype, [3.25])
    case([], dtype, [2.0])
    case([], dtype, [float("nan")])
    case([0], dtype, [])
    case([2, 0, 3], dtype, [])
    case([1, 1, 1], dtype, [7.0])
    for shape in [[2, 3], [3, 1, 2], [2, 2, 2, 2], [40], [3, 20], [7, 13]]:
        for scale in [1, 1e-3, 1e3, 1e6]:
            case(shape, dtype, [random.gauss(0, scale) for _ in range(math.prod(shape))])
            case(shape, dtype, [round(random.gauss(0, scale)) for _ in range(math.prod(shape))])
    for shape in [[1000], [1001], [1500], [40, 30], [7, 200], [6, 200], [200, 6], [11, 11, 11], [2, 7, 100], [1, 1, 1001]]:
        case(shape, dtype, first=-3, step=0.25)
        case(shape, dtype, first=0, step=1)
    case([1200], dtype, first=1e-5, step=0.37)

for dtype in [torch.int64, torch.int32, torch.uint8, torch.bool]:
    case([], dtype, [1])
    case([0], dtype, [])
    case([0, 2], dtype, [])
    case([4], dtype, [0, 1, 0, 1])
    case([2, 3], dtype, [0, 1, 20, 3, 100, 5])
    case([40], dtype, first=0, step=1)
    case([1200], dtype, first=0, step=1)
    case([30, 60], dtype, first=0, step=0.1)
case([4], torch.int64, [-9007199254740991, 9007199254740991, 0, -1])
case([3], torch.int32, [-2147483648, 2147483647, 0])

for grad in ["leaf", "add"]:
    for dtype in floats:
        case([3], dtype, [0.5, 1.0, 1.5], grad=grad)
        case([], dtype, [0.5], grad=grad)
        case([2, 2], dtype, [1.0, 2.0, 3.0, 4.0], grad=grad)
        case([0], dtype, [], grad=grad)
        case([12], dtype, first=0.5, step=1.25, grad=grad)
        case([6], dtype, first=0.5, step=1.25, grad=grad)
        case([7], dtype, first=0.5, step=1.25, grad=grad)
        case([8], dtype, first=0.5, step=1.25, grad=grad)

for options in [
    {"precision": 2}, {"precision": 0}, {"precision": 8}, {"threshold": 5}, {"threshold": 5, "edgeitems": 1}, {"edgeitems": 0},
    {"threshold": 5, "edgeitems": 0}, {"linewidth": 20}, {"linewidth": 200}, {"sci_mode": True}, {"sci_mode": False},
    {"profile": "short"}, {"profile": "full"}, {"profile": "short", "precision": 3},
]:
    for dtype in [torch.float32, torch.int64]:
        case([9], dtype, first=-1, step=2, options=options)
        case([3, 4], dtype, first=0.1, step=1.37, options=options)
        case([12], dtype, [0.5, 2.5, 1e-6, 1e12, -3, 0, 0.125, 0.375, 1, 2, 3, 4], options=options)
        case([2, 30], dtype, first=0, step=1, options=options)

path = Path(__file__).with_name("print.json")
path.write_text("[\n" + ",\n".join(json.dumps(c) for c in cases) + "\n]\n")
print(f"{len(cases)} cases, PyTorch {torch.__version__}, {path.stat().st_size} bytes")
