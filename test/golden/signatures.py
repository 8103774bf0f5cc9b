"""Writes signatures.json: how PyTorch's constructors and functions take their arguments. Run: python3 test/golden/signatures.py

Of each the places (a name, or a name with its default) and what may be given by name only. Places end at the first argument that cresset does not have:
`size_average` and `reduce`, which `reduction` replaced, `device`, `dtype`, and what begins with an underscore.
"""

import inspect
import json
import re
import warnings
from pathlib import Path

import torch
import torch.nn.functional as F

warnings.simplefilter("ignore")

SPACES = {
    "torch": torch,
    "nn": torch.nn,
    "nn.functional": F,
    "nn.init": torch.nn.init,
    "nn.utils": torch.nn.utils,
    "utils.data": torch.utils.data,
    "optim": torch.optim,
    "optim.lr_scheduler": torch.optim.lr_scheduler,
}
NOT_OURS = {"device", "dtype", "size_average", "reduce", "foreach", "capturable", "differentiable", "fused", "sparse", "out", "error_if_nonfinite", "generator", "min_value", "max_value", "multiprocessing_context", "pin_memory_device", "in_order"}
NOT_OURS |= {"layout", "requires_grad", "memory_format", "compute_mode", "sparse_grad", "pickle_module", "copy"}

# Those whose signature is behind *args, or in a docstring that ends too early.
WRITTEN = {
    "RNN": "input_size, hidden_size, num_layers=1, nonlinearity='tanh', bias=True, batch_first=False, dropout=0.0, bidirectional=False",
    "LSTM": "input_size, hidden_size, num_layers=1, bias=True, batch_first=False, dropout=0.0, bidirectional=False, proj_size=0",
    "GRU": "input_size, hidden_size, num_layers=1, bias=True, batch_first=False, dropout=0.0, bidirectional=False",
    "max_pool1d": "input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False",
    "max_pool2d": "input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False",
    "adaptive_max_pool1d": "input, output_size, return_indices=False",
    "adaptive_max_pool2d": "input, output_size, return_indices=False",
    "scaled_dot_product_attention": "query, key, value, attn_mask=None, dropout_p=0.0, is_causal=False, scale=None",
}


def signature_of(name, value):
    if name not in WRITTEN:
        try:
            return inspect.signature(value.__init__ if inspect.isclass(value) else value)
        except ValueError:  # in C++: the first line of its documentation
            line = re.match(r"\s*\w+\((.*?)\)\s*->", value.__doc__ or "")
    text = WRITTEN.get(name) or (line and line.group(1))
    try:
        return text and inspect.signature(eval(f"lambda {text}: None", {"torch": torch}))
    except (SyntaxError, NameError):  # with types, or for several forms
        return None


def written(parameter):
    if parameter.default is parameter.empty:
        return parameter.name
    default = parameter.default
    return [parameter.name, default.__name__ if callable(default) else default]


def places_of(signature):
    places, named = [], []
    closed = False
    for parameter in signature.parameters.values():
        if parameter.name == "self":
            continue
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            return None
        # Of a DataLoader only the first two stand in their places here.
        closed = closed or parameter.name == "sampler" and len(places) == 3
        if parameter.name in NOT_OURS or parameter.name.startswith("_"):
            closed = True
            continue
        closed = closed or parameter.kind == parameter.KEYWORD_ONLY
        (named if closed else places).append(written(parameter))
    return {"places": places, "named": named} if named else {"places": places}


found = {}
names = json.loads((Path(__file__).parent / "names.json").read_text())["names"]
for space, holder in SPACES.items():
    found[space] = {}
    for name in names[space]["public"]:
        if not callable(getattr(holder, name)):
            continue
        signature = signature_of(name, getattr(holder, name))
        places = signature and places_of(signature)
        # Of the many functions of torch, those with something to leave out.
        if places and (space != "torch" or any(isinstance(each, list) for each in places["places"] + places.get("named", []))):
            found[space][name] = places

lines = (",\n".join(f"    {json.dumps(name)}: {json.dumps(each)}" for name, each in space.items()) for space in found.values())
body = ",\n".join(f'  {json.dumps(space)}: {{\n{text}\n  }}' for space, text in zip(found, lines))
Path(__file__).with_suffix(".json").write_text(f"{{\n{body}\n}}\n")
