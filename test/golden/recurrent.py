"""Writes test/golden/recurrent.json: outputs, states and gradients of PyTorch's recurrent modules, in float64.

    python3 test/golden/recurrent.py > test/golden/recurrent.json

Weights and inputs are waves, the same formula in the test, so that only results are stored.
"""
import json
import math

import torch
from torch import nn

torch.set_default_dtype(torch.float64)


def wave(shape, phase):
    n = math.prod(shape)
    return torch.sin(torch.arange(n) * 0.7 + phase).mul(0.6).reshape(shape)


def numbers(tensor):
    return [float(f"{x:.10g}") for x in tensor.detach().flatten().tolist()]


def flat(value):
    return [value] if isinstance(value, torch.Tensor) else [t for each in value for t in flat(each)]


def case(name, args, options, input_shape, state_shapes):
    module = getattr(nn, name)(*args, **options)
    with torch.no_grad():
        for i, parameter in enumerate(module.parameters()):
            parameter.copy_(wave(parameter.shape, i + 1))
    x = wave(input_shape, 0.3).requires_grad_()
    states = [wave(shape, 0.5 + i).requires_grad_() for i, shape in enumerate(state_shapes)]
    hx = None if not states else tuple(states) if name.startswith("LSTM") else states[0]
    outputs = flat(module(x, hx))
    sum((out * wave(out.shape, 0.1 + i)).sum() for i, out in enumerate(outputs)).backward()
    return {
        "name": name, "args": args, "options": options, "input": list(input_shape), "states": [list(s) for s in state_shapes],
        "repr": repr(module), "keys": [[key, list(value.shape)] for key, value in module.state_dict().items()],
        "outputs": [{"shape": list(out.shape), "values": numbers(out)} for out in outputs],
        "grads": [numbers(t.grad) for t in [x, *states, *module.parameters()]],
    }


def layers(name, options, **more):
    directions = 2 if options.get("bidirectional") else 1
    count = directions * options.get("num_layers", 1)
    batch = [] if more.get("unbatched") else [2]
    time = [3]
    lead = batch + time if options.get("batch_first") and batch else time + batch
    size = options.get("proj_size", 0) or 4
    shapes = [[count, *batch, size], [count, *batch, 4]][: 2 if name == "LSTM" else 1] if more.get("states") else []
    return case(name, [3, 4], options, [*lead, 3], shapes)


cases = []
for name in ("RNN", "LSTM", "GRU"):
    cases += [
        layers(name, {}),
        layers(name, {"bidirectional": True}, states=True),
        layers(name, {"num_layers": 2, "bidirectional": True, "batch_first": True}, states=True),
        layers(name, {"num_layers": 2, "bias": False}, states=True, unbatched=True),
        layers(name, {"batch_first": True}, unbatched=True),
    ]
    cell = f"{name}Cell"
    state = [[[2, 4]], [[2, 4], [2, 4]]][name == "LSTM"]
    cases += [
        case(cell, [3, 4], {}, [2, 3], state),
        case(cell, [3, 4], {"bias": False}, [3], []),
    ]
cases += [
    layers("RNN", {"nonlinearity": "relu", "num_layers": 2}, states=True),
    layers("LSTM", {"proj_size": 2, "bidirectional": True, "num_layers": 2}, states=True),
    case("RNNCell", [3, 4], {"nonlinearity": "relu"}, [2, 3], [[2, 4]]),
]
print(json.dumps({"torch": torch.__version__, "cases": cases}, separators=(",", ":")))
