"""Writes conv.json: convolutions and transposed ones of PyTorch, their gradients, and how the modules print.

Operands are small multiples of 1/8, the same that conv.test.ts makes, so every result is a multiple of 1/64 and exact in
float64: the file holds 64 times each as whole numbers.

    python3 test/golden/conv.py > test/golden/conv.json
"""

import json

import torch
from torch import nn
from torch.nn import functional as F


def pattern(shape, salt):
    n = 1
    for size in shape:
        n *= size
    i = torch.arange(n, dtype=torch.float64)
    return (((i * 37 + salt * 101) % 29 - 14) / 8).reshape(shape)


def whole(tensor):
    values = (tensor * 64).flatten()
    assert torch.equal(values, values.round())
    return [int(v) for v in values]


CONV = [
    # input, weight, options
    ([2, 3, 5, 4], [2, 3, 3, 3], {}),
    ([2, 2, 5, 4], [3, 2, 3, 3], {"padding": 1}),
    ([1, 2, 7, 6], [2, 2, 4, 4], {"stride": 2, "padding": 1}),
    ([2, 6, 5], [2, 2, 3, 3], {"stride": [1, 2], "padding": [0, 2]}),
    ([1, 2, 6, 7], [2, 2, 2, 3], {"dilation": [3, 2], "padding": "same"}),
    ([1, 1, 5, 5], [2, 1, 2, 4], {"padding": "same"}),
    ([2, 4, 3, 4], [6, 2, 2, 2], {"groups": 2, "padding": "valid"}),
    ([2, 4, 4, 4], [4, 1, 3, 3], {"groups": 4, "padding": 1}),
    ([1, 3, 4, 4], [6, 1, 3, 2], {"groups": 3, "stride": 2, "padding": 1, "dilation": [2, 1]}),
    ([2, 5, 3, 3], [4, 5, 1, 1], {}),
    ([2, 3, 4, 5], [2, 3, 1, 1], {"stride": [2, 3]}),
    ([2, 3, 3, 3], [4, 3, 3, 3], {}),
    ([1, 2, 2, 2], [2, 2, 2, 2], {"stride": 4, "padding": 3}),
    ([1, 1, 3, 17], [1, 1, 2, 5], {"padding": [1, 2]}),
    ([1, 1, 1, 3], [1, 1, 3, 7], {"padding": [1, 4], "stride": [1, 3]}),
    ([2, 3, 9], [4, 3, 3], {}),
    ([3, 10], [2, 3, 4], {"stride": 3, "padding": 2}),
    ([2, 4, 7], [4, 2, 2], {"groups": 2, "dilation": 3, "padding": "same"}),
    ([2, 2, 11], [4, 1, 3], {"groups": 2, "stride": 2, "padding": 1, "dilation": 2}),
    ([1, 17, 3, 3], [3, 17, 2, 2], {}),
]

TRANSPOSE = [
    ([2, 3, 3, 4], [3, 2, 3, 3], {}),
    ([1, 2, 3, 4], [2, 3, 4, 4], {"stride": 2, "padding": 1}),
    ([2, 3, 3], [2, 2, 3, 2], {"stride": [2, 3], "output_padding": [1, 2]}),
    ([1, 4, 3, 2], [4, 2, 2, 3], {"groups": 2, "dilation": [2, 1], "padding": [1, 0]}),
    ([2, 4, 2, 3], [4, 1, 3, 3], {"groups": 4, "stride": 2, "padding": 1, "output_padding": 1}),
    ([2, 3, 1, 1], [3, 2, 3, 4], {}),
    ([1, 2, 3, 2], [2, 1, 1, 1], {"stride": 3}),
    ([1, 2, 2, 3], [2, 2, 2, 2], {"stride": 4, "dilation": 3, "padding": 1}),
    ([2, 3, 5], [3, 2, 4], {"stride": 2, "padding": 1}),
    ([4, 4], [4, 2, 3], {"groups": 2, "stride": 3, "output_padding": 2, "dilation": 2}),
]

MODULES = [
    ("Conv1d", [16, 33, 3], {"stride": 2}),
    ("Conv2d", [3, 32, 4], {"stride": 2, "padding": 1}),
    ("Conv2d", [4, 8, [3, 5]], {"padding": "same", "groups": 2, "bias": False}),
    ("Conv2d", [4, 8, 3], {"padding": [4, 2], "dilation": [3, 1], "padding_mode": "circular"}),
    ("Conv2d", [4, 8, 3], {"padding": "valid"}),
    ("ConvTranspose1d", [4, 8, 3], {"stride": 2, "padding": 1, "output_padding": 1}),
    ("ConvTranspose2d", [4, 8, 3], {"stride": [2, 3], "groups": 4, "bias": False, "dilation": 2}),
]

# Input, module, its arguments and options: padding modes.
MODES = [
    ([1, 2, 4, 5], "Conv2d", [2, 2, 3], {"padding": 1, "padding_mode": mode}) for mode in ("reflect", "replicate", "circular")
] + [
    ([2, 4, 4], "Conv2d", [2, 2, [2, 3]], {"padding": "same", "dilation": [1, 2], "padding_mode": "circular"}),
    ([1, 1, 6], "Conv1d", [1, 2, 4], {"padding": 3, "stride": 2, "padding_mode": "reflect"}),
]


def tuples(options):
    return {name: tuple(value) if isinstance(value, list) else value for name, value in options.items()}


def differentiate(run, x, w, b):
    for each in (x, w, b):
        each.requires_grad_()
    out = run()
    g = pattern(list(out.shape), 4)
    out.backward(g)
    return {"shape": list(out.shape), "out": whole(out), "dx": whole(x.grad), "dw": whole(w.grad), "db": whole(b.grad)}


def function(name, x_shape, w_shape, options, out_channels):
    x, w, b = pattern(x_shape, 1), pattern(w_shape, 2), pattern([out_channels], 3)
    dims = len(w_shape) - 2
    call = getattr(F, f"{name}{dims}d")
    found = differentiate(lambda: call(x, w, b, **tuples(options)), x, w, b)
    return {"name": f"{name}{dims}d", "x": x_shape, "w": w_shape, "options": options, **found}


def mode(x_shape, name, arguments, options):
    arguments_ = [tuple(each) if isinstance(each, list) else each for each in arguments]
    module = getattr(nn, name)(*arguments_, **tuples(options)).double()
    with torch.no_grad():
        module.weight.copy_(pattern(list(module.weight.shape), 2))
        module.bias.copy_(pattern(list(module.bias.shape), 3))
    x = pattern(x_shape, 1)
    found = differentiate(lambda: module(x), x, module.weight, module.bias)
    return {"name": name, "x": x_shape, "arguments": arguments, "options": options, **found}


def printed(name, arguments, options):
    arguments_ = [tuple(each) if isinstance(each, list) else each for each in arguments]
    module = getattr(nn, name)(*arguments_, **tuples(options))
    state = {key: list(value.shape) for key, value in module.state_dict().items()}
    return {"name": name, "arguments": arguments, "options": options, "repr": repr(module), "state": state}


functions = [function("conv", x, w, options, w[0]) for x, w, options in CONV]
functions += [function("conv_transpose", x, w, options, w[1] * options.get("groups", 1)) for x, w, options in TRANSPOSE]
golden = {
    "functions": functions,
    "modes": [mode(*each) for each in MODES],
    "modules": [printed(*each) for each in MODULES],
}
print("{")
sections = []
for section, cases in golden.items():
    sections.append(f'"{section}": [\n' + ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases) + "\n]")
print(",\n".join(sections))
print("}")
