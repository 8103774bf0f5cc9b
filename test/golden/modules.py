"""Writes modules.json.gz: PyTorch's own samples of its modules, with outputs and gradients. Run: python3 test/golden/modules.py
(PyTorch's samples need the package `expecttest`.)

The samples come from torch.testing._internal (common_modules, common_nn); modules_more.py adds the modules that these leave out. Inputs and states are
rounded to 1/128 and 1/1024, so that they are the same numbers in float32 and float64 and take few bytes; all is computed in float64, results are written as float32.
Where PyTorch itself is further than ROUNDING from that in float32, its distance is written as the sample's "rounding".
The gradient that flows into element i of an output is ((7i + 3) mod 11 - 5) / 4.
"""

import base64
import copy
import gzip
import inspect
import json
import math
import os
import warnings

import modules_more
import torch
from torch import nn
from torch.nn import functional as F
from torch.testing._internal import common_modules, common_nn

warnings.simplefilter("ignore")
torch.set_default_dtype(torch.double)

MOST_ELEMENTS = 900  # of one sample
MOST_SAMPLES = {True: 14, False: 8}  # of one module in training and in evaluation, from one of PyTorch's sources
ROUNDING = 5e-6
FLOOR = 0.01  # as in test/support/parity.ts

RNN = ["input_size", "hidden_size", "num_layers", "bias", "batch_first", "dropout", "bidirectional", "proj_size"]
SIGNATURES = {"RNN": RNN[:3] + ["nonlinearity"] + RNN[3:7], "LSTM": RNN, "GRU": RNN[:7]}
REQUIRED = {"RNN": 2, "LSTM": 2, "GRU": 2}


def beyond(name):
    """What cresset does not have."""
    others = ["CrossMapLRN2d", "CTCLoss", "EmbeddingBag", "LinearCrossEntropyLoss", "Transformer", "TransformerDecoderLayer"]
    return name in others or name.startswith(("Lazy", "FractionalMaxPool")) or (name.endswith("3d") and "Pad" not in name)


# --- How a module was made -------------------------------------------------------------------------------------------


def remember_arguments(cls):
    plain = cls.__init__

    def init(self, *args, **kwargs):
        self.__dict__.setdefault("_made", (args, kwargs))
        plain(self, *args, **kwargs)

    init.__signature__ = inspect.signature(plain)
    cls.__init__ = init


for each in {value for value in vars(nn).values() if inspect.isclass(value) and issubclass(value, nn.Module)}:
    remember_arguments(each)


def arguments_of(module):
    """What PyTorch wants first, then the rest by name."""
    cls, (args, kwargs) = type(module), module._made
    name = cls.__name__
    parameters = list(inspect.signature(cls.__init__).parameters.values())[1:]
    names = SIGNATURES.get(name) or [p.name for p in parameters]
    required = REQUIRED.get(name, sum(p.default is inspect.Parameter.empty and p.kind != p.VAR_KEYWORD for p in parameters))
    if any(p.kind == p.VAR_POSITIONAL for p in parameters) and name not in SIGNATURES:
        return [written(arg) for arg in args]
    given = {**dict(zip(names, args)), **kwargs}
    for unused in ("device", "dtype"):
        given.pop(unused, None)
    options = {key: written(value) for key, value in given.items() if key not in names[:required]}
    return [written(given[key]) for key in names[:required]] + ([options] if options else [])


# --- Values ----------------------------------------------------------------------------------------------------------


def written(value):
    if isinstance(value, torch.Tensor):
        return tensor(value)
    if isinstance(value, nn.Module):
        return {"module": type(value).__name__, "make": arguments_of(value)}
    if callable(value):
        return {"function": value.__name__}
    if isinstance(value, (list, tuple)):
        return [written(each) for each in value]
    if isinstance(value, float) and not math.isfinite(value):
        return {"number": str(value)}
    return value


def tensor(t):
    kind = {torch.double: "float", torch.int64: "int64", torch.bool: "bool"}[t.dtype]
    text = {"dtype": kind, "shape": list(t.shape)}
    values = t.detach().flatten()
    if kind == "float" and torch.isfinite(values).all():
        text["steps"] = 128 if torch.equal(values, (values * 128).round() / 128) else 1024
        text["values"] = (values * text["steps"]).round().long().tolist()
    elif kind == "float":
        text["values"] = [str(v) for v in values.tolist()]
    else:
        text["values"] = values.long().tolist()
    return {**text, "grad": True} if t.requires_grad else text


def result(t):
    if not t.is_floating_point():
        return tensor(t)
    values = t.detach().float().contiguous().numpy().tobytes()
    return {"dtype": "float", "shape": list(t.shape), "bytes": base64.b64encode(values).decode()}


def rounded(value, steps):
    """The same structure of new tensors whose floats are whole multiples of 1/steps."""
    if isinstance(value, torch.Tensor):
        t = value.detach().clone().contiguous()
        t = (t.double() * steps).round() / steps if t.is_floating_point() else t
        return t.requires_grad_(value.requires_grad)
    if isinstance(value, (list, tuple)):
        return type(value)(rounded(each, steps) for each in value)
    if isinstance(value, dict):
        return {key: rounded(each, steps) for key, each in value.items()}
    return value


def tensors(value):
    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from tensors(each)
    elif isinstance(value, dict):
        yield from tensors(list(value.values()))


def upstream(t):
    return (((7 * torch.arange(t.numel()) + 3) % 11 - 5) / 4.0).reshape(t.shape).to(t.dtype)


# --- A sample --------------------------------------------------------------------------------------------------------


def computed(module, args, kwargs):
    outputs = list(tensors(module(*args, **kwargs)))
    roots = [t for t in outputs if t.requires_grad]
    leaves = [t for t in tensors([args, kwargs]) if t.requires_grad]
    parameters = dict(module.named_parameters())
    found = torch.autograd.grad(roots, leaves + list(parameters.values()), [upstream(t) for t in roots], allow_unused=True) if roots else []
    weights = {name: g for name, g in zip(parameters, found[len(leaves) :]) if g is not None}
    return outputs, list(found[: len(leaves)]), weights


def measured(module, args, kwargs):
    outputs, inputs, weights = computed(module, args, kwargs)
    return [result(t) for t in outputs], [None if g is None else result(g) for g in inputs], {name: result(g) for name, g in weights.items()}


def cast(value, dtype):
    if isinstance(value, torch.Tensor):
        return value.detach().to(dtype).requires_grad_(value.requires_grad) if value.is_floating_point() else value
    if isinstance(value, (list, tuple)):
        return type(value)(cast(each, dtype) for each in value)
    return {key: cast(each, dtype) for key, each in value.items()} if isinstance(value, dict) else value


def rounding(module, args, kwargs):
    """How far PyTorch's float32 is from its float64, if that is far."""
    exact = list(tensors(list(computed(copy.deepcopy(module), args, kwargs))))
    single = list(tensors(list(computed(copy.deepcopy(module).float(), cast(args, torch.float), cast(kwargs, torch.float)))))
    pairs = [(a.double(), b.double()) for a, b in zip(single, exact) if b.is_floating_point() and b.numel() > 0 and torch.isfinite(b).all()]
    error = max(((a - b).abs().max() / max(b.abs().max(), FLOOR) for a, b in pairs), default=0)
    return {"rounding": float(f"{error:.1e}")} if error > ROUNDING else {}


def placed(module, args, kwargs):
    """Arguments that forward requires go by place, though PyTorch's sample may name them."""
    required = [p.name for p in inspect.signature(module.forward).parameters.values() if p.default is inspect.Parameter.empty and p.name in kwargs]
    return [*args, *(kwargs[name] for name in required)], {name: value for name, value in kwargs.items() if name not in required}


def sample(module, args, kwargs, source, title, training):
    module = module.double().train(training)
    torch.manual_seed(1)
    with torch.no_grad():
        for t in module.state_dict().values():
            t.copy_(rounded(t, 1024))
    args, kwargs = rounded(placed(module, args, kwargs), 128)
    before = {name: t.clone() for name, t in module.state_dict().items()}
    if len({json.dumps(measured(copy.deepcopy(module), args, kwargs)[0]) for _ in range(2)}) > 1:
        return sample(module, args, kwargs, source, title, False) if training else None
    far = rounding(module, args, kwargs)
    outputs, inputs, weights = measured(module, args, kwargs)
    after = {name: result(t) for name, t in module.state_dict().items() if not torch.equal(t, before[name])}
    if sum(t.numel() for t in tensors([args, kwargs, before])) > MOST_ELEMENTS:
        return None
    return {
        "module": type(module).__name__, "make": arguments_of(module), "text": str(module), "source": source, "title": title,
        "training": training,
        "args": written(list(args)), "kwargs": {name: written(value) for name, value in kwargs.items() if value is not None},
        "state": {name: tensor(t.detach()) for name, t in before.items()},
        "outputs": outputs, "input_gradients": inputs, "gradients": weights, "after": after, **far,
    }


# --- Sources ---------------------------------------------------------------------------------------------------------


def from_module_db():
    for info in common_modules.module_db:
        cls = info.module_cls
        if beyond(cls.__name__):
            continue
        for training in (True, False) if info.train_and_eval_differ else (True,):
            inputs = info.module_inputs_func(info, device="cpu", dtype=torch.double, requires_grad=True, training=training)
            for each in inputs:
                made, called = each.constructor_input, each.forward_input
                if called is not None:
                    yield cls, made.args, made.kwargs, called.args, called.kwargs, "module_db", each.desc, training


def generated(test, key):
    if f"{key}_fn" in test:
        value = test[f"{key}_fn"]()
        return value if isinstance(value, tuple) else (value,)
    size = test[f"{key}_size"]
    return tuple(torch.randn(each) for each in size) if size and isinstance(size[0], tuple) else (torch.randn(size),)


def from_common_nn():
    for test in common_nn.module_tests + common_nn.get_new_module_tests() + common_nn.criterion_tests:
        make = test.get("constructor") or getattr(nn, test["module_name"])
        args, kwargs = test.get("constructor_args", ()), {}
        title = test.get("fullname") or test.get("desc", "")
        if inspect.isclass(make) and make.__name__ == "FunctionalModule":
            closure = inspect.getclosurevars(make.forward).nonlocals
            if closure["fn"] is not F.interpolate or closure["kwargs"]["mode"] not in ("nearest", "linear", "bilinear"):
                continue
            make, kwargs = nn.Upsample, {key: value for key, value in closure["kwargs"].items() if value is not None}
        elif (inspect.isclass(make) and beyond(make.__name__)) or title.endswith(("sparse", "3d")):
            continue
        inputs = [t.double().requires_grad_() if t.is_floating_point() else t for t in generated(test, "input")]
        if "target_fn" in test or "target_size" in test:
            inputs += generated(test, "target")
        yield make, args, kwargs, inputs, {}, "common_nn", title, True


def spread(samples, count):
    """As many as `count`, evenly from all."""
    return samples if len(samples) <= count else [samples[i * len(samples) // count] for i in range(count)]


def collected():
    groups, left_out = {}, {"too large or random": 0, "one of many": 0}
    for make, made, options, args, kwargs, source, title, training in [*from_module_db(), *from_common_nn(), *modules_more.samples()]:
        module = make(*rounded(list(made), 128), **rounded(options, 128))
        if beyond(type(module).__name__) or any(t.is_complex() for t in tensors([list(args), kwargs])):
            continue
        each = sample(module, args, kwargs, source, title, training)
        if each is None:
            left_out["too large or random"] += 1
        else:
            groups.setdefault((each["module"], source, training), []).append(each)
    kept = [each for key, group in groups.items() for each in (group if key[1] == "more" else spread(group, MOST_SAMPLES[key[2]]))]
    left_out["one of many"] = sum(map(len, groups.values())) - len(kept)
    return kept, left_out


if __name__ == "__main__":
    torch.manual_seed(0)
    kept, left_out = collected()
    known = {info.module_cls.__name__ for info in common_modules.module_db}
    golden = {"torch": torch.__version__.split("+")[0], "left_out": left_out, "beyond": sorted(filter(beyond, known)), "samples": kept}
    text = json.dumps(golden, separators=(",", ":"))
    path = os.path.join(os.path.dirname(__file__), "modules.json.gz")
    with open(path, "wb") as file:
        file.write(gzip.compress(text.encode(), 9, mtime=0))
    print(len(kept), "samples", left_out, len(text), os.path.getsize(path))
