"""How cases of operations are made and written; see test/golden.test.ts.

A case names an operation of `torch`, of `torch.nn.functional`, or a Tensor method; `["t", i]` among its arguments stands for input i. Gradients are those
of the sum of all outputs, each element weighted by 1, 2, 3, …
"""


import json
import math
import pathlib

import torch
from torch.nn import functional as F

inf, nan = math.inf, math.nan
cases = []


class Input:
    """An argument that is a tensor."""

    def __init__(self, values, dtype=torch.float64, constant=False):
        self.tensor = torch.as_tensor(values).to(dtype)
        self.constant = constant or not self.tensor.is_floating_point()


def rand(*shape, low=-2.0, high=2.0):
    return Input(((high - low) * torch.rand(shape, dtype=torch.float64) + low).mul(1000).round() / 1000)


def f32(*values):
    return Input(list(values), torch.float32)


def ints(*values):
    return Input(list(values), torch.int64)


def bools(*values):
    return Input(list(values), torch.bool)


def find(name):
    for home in (torch, F):
        if hasattr(home, name):
            return getattr(home, name)
    return lambda x, *args, **kwargs: getattr(x, name)(*args, **kwargs)


def number(value):
    if isinstance(value, bool) or isinstance(value, int):
        return int(value)
    return value if math.isfinite(value) else str(value)


def packed(tensor):
    return {
        "dtype": str(tensor.dtype).removeprefix("torch."),
        "shape": list(tensor.shape),
        "values": [number(v) for v in tensor.detach().reshape(-1).tolist()],
    }


def encoded(argument, inputs):
    if isinstance(argument, Input):
        inputs.append(argument)
        return ["t", len(inputs) - 1]
    if isinstance(argument, (list, tuple)):
        return [encoded(each, inputs) for each in argument]
    if isinstance(argument, float) and not math.isfinite(argument):
        return ["n", str(argument)]
    return argument


def unwrapped(argument):
    if isinstance(argument, Input):
        return argument.tensor
    if isinstance(argument, (list, tuple)):
        return [unwrapped(each) for each in argument]
    return argument


def case(name, *args, **kwargs):
    inputs = []
    written = {
        "op": name,
        "args": [encoded(a, inputs) for a in args],
        "options": {k: encoded(v, inputs) for k, v in kwargs.items()},
    }
    for each in inputs:
        each.tensor = each.tensor.detach().requires_grad_(not each.constant)
    result = find(name)(*map(unwrapped, args), **{k: unwrapped(v) for k, v in kwargs.items()})
    outputs = [result] if isinstance(result, torch.Tensor) else [each for each in result if each is not None]
    total = sum((o * torch.arange(1, o.numel() + 1, dtype=o.dtype).reshape(o.shape)).sum() for o in outputs if o.requires_grad)
    wanted = [each.tensor for each in inputs if each.tensor.requires_grad]
    grads = torch.autograd.grad(total, wanted, allow_unused=True) if isinstance(total, torch.Tensor) else []
    by_input = iter(grads)
    cases.append(
        {
            **written,
            "inputs": [{**packed(each.tensor), "constant": each.constant} for each in inputs],
            "outputs": [packed(o) for o in outputs],
            "grads": [
                None if not grads or not each.tensor.requires_grad or (g := next(by_input)) is None else packed(g) for each in inputs
            ],
        }
    )


def write(script):
    with open(pathlib.Path(script).with_suffix(".json"), "w") as file:
        file.write('{"torch": "%s", "cases": [\n' % torch.__version__.split("+")[0])
        file.write(",\n".join(json.dumps(each) for each in cases))
        file.write("\n]}\n")
