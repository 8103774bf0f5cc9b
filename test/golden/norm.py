"""Writes test/golden/norm.json: normalising modules of torch.nn in float64, three training steps and one of evaluation each.

    python3 test/golden/norm.py > test/golden/norm.json
"""
import json

import torch
from torch import nn


def wave(shape, phase):
    """The test computes the same values."""
    n = torch.Size(shape).numel()
    return (torch.sin(torch.arange(n, dtype=torch.float64) * 0.7 + phase) * 2 + phase / 4).reshape(shape)


def numbers(tensor):
    return [float(f"{value:.10g}") for value in tensor.detach().double().flatten().tolist()]


def run(name, args, options, shape):
    module = getattr(nn, name)(*args, **options).double()
    text = repr(module)
    for i, parameter in enumerate(module.parameters()):
        parameter.data.copy_(wave(parameter.shape, i + 1))
    steps = []
    for step in range(4):
        if step == 3:
            module.eval()
        x = wave(shape, step).requires_grad_()
        module.zero_grad()
        y = module(x)
        y.backward(wave(y.shape, step + 5))
        steps.append({"y": numbers(y), "dx": numbers(x.grad), "parameters": [numbers(p.grad) for p in module.parameters()]})
    return {"name": name, "args": args, "options": options, "shape": shape, "repr": text, "keys": list(module.state_dict()),
            "buffers": [numbers(buffer) for buffer in module.buffers()], "last": steps[2], "eval": steps[3]}


cases = [run(*case) for case in [
    ("BatchNorm1d", [3], {}, [4, 3]),
    ("BatchNorm1d", [3], {"momentum": None}, [2, 3, 5]),
    ("BatchNorm1d", [2], {"affine": False, "track_running_stats": False}, [3, 2]),
    ("BatchNorm1d", [3], {"bias": False}, [4, 3]),
    ("BatchNorm2d", [3], {"eps": 0.1, "momentum": 0.3}, [2, 3, 4, 5]),
    ("BatchNorm2d", [2], {"affine": False}, [3, 2, 2, 1]),
    ("BatchNorm2d", [2], {"track_running_stats": False}, [2, 2, 3, 3]),
    ("InstanceNorm1d", [3], {}, [2, 3, 5]),
    ("InstanceNorm1d", [3], {"affine": True}, [3, 4]),
    ("InstanceNorm2d", [2], {"affine": True, "track_running_stats": True}, [3, 2, 3, 2]),
    ("InstanceNorm2d", [2], {"track_running_stats": True, "momentum": 0.4}, [2, 2, 5, 4]),
    ("LayerNorm", [5], {}, [4, 5]),
    ("LayerNorm", [[3, 4]], {"eps": 0.01, "bias": False}, [2, 3, 4]),
    ("LayerNorm", [6], {"elementwise_affine": False}, [3, 6]),
    ("RMSNorm", [5], {}, [4, 5]),
    ("RMSNorm", [[2, 3]], {"eps": 0.01}, [3, 2, 3]),
    ("RMSNorm", [4], {"elementwise_affine": False}, [3, 4]),
    ("GroupNorm", [2, 4], {}, [3, 4]),
    ("GroupNorm", [3, 6], {"eps": 0.01}, [2, 6, 2, 3]),
    ("GroupNorm", [1, 3], {"affine": False}, [2, 3, 5]),
    ("GroupNorm", [2, 4], {"bias": False}, [2, 4, 3]),
    ("LocalResponseNorm", [3], {"alpha": 0.5, "beta": 0.6, "k": 2.0}, [2, 4, 3]),
    ("LocalResponseNorm", [2], {}, [1, 5, 2, 2]),
]]


def wrapped(wrap, make, inputs, **options):
    """A layer under nn.utils.weight_norm or spectral_norm: two training steps, one of evaluation, then without the wrap."""
    layer = make().double()
    for i, parameter in enumerate(layer.parameters()):
        parameter.data.copy_(wave(parameter.shape, i + 1))
    layer = getattr(nn.utils, wrap)(layer, **options)
    for i, (name, buffer) in enumerate(layer.named_buffers()):
        buffer.copy_(nn.functional.normalize(wave(buffer.shape, i + 2), dim=0))
    ys, grads = [], []
    for step in range(3):
        if step == 2:
            layer.eval()
        layer.zero_grad()
        y = layer(wave(inputs, step))
        y.backward(wave(y.shape, step + 5))
        ys.append(numbers(y))
        grads.append([numbers(p.grad) for p in layer.parameters()])
    state = {name: numbers(value) for name, value in layer.state_dict().items()}
    shapes = {name: list(value.shape) for name, value in layer.state_dict().items()}
    getattr(nn.utils, "remove_" + wrap)(layer)
    return {"wrap": wrap, "options": options, "inputs": inputs, "y": ys, "grads": grads, "state": state, "shapes": shapes,
            "removed": numbers(layer.weight), "keys": list(layer.state_dict())}


import warnings  # noqa: E402

warnings.simplefilter("ignore")
linear = lambda: nn.Linear(4, 3)  # noqa: E731
wraps = [
    wrapped("weight_norm", linear, [2, 4]),
    wrapped("weight_norm", linear, [2, 4], dim=1),
    wrapped("weight_norm", linear, [2, 4], dim=None),
    wrapped("spectral_norm", linear, [2, 4]),
    wrapped("spectral_norm", linear, [2, 4], n_power_iterations=3),
    wrapped("spectral_norm", linear, [2, 4], dim=1),
]

print(json.dumps({"torch": torch.__version__, "cases": cases, "wraps": wraps}))
