"""Writes test/golden/loss.json: losses of torch.nn.functional and their gradients, in float64.

    python3 test/golden/loss.py > test/golden/loss.json
"""
import itertools
import json

import torch
from torch.nn import functional as F

generator = torch.Generator().manual_seed(3)
weight = torch.rand(5, dtype=torch.float64, generator=generator) + 0.5
cases, inputs = [], {}


def add(name, x, target, **options):
    key = next((key for key, value in inputs.items() if value is x), f"x{len(inputs)}")
    inputs[key] = x
    x = x.clone().requires_grad_()
    tensors = {key: value for key, value in options.items() if isinstance(value, torch.Tensor)}
    plain = {key: value for key, value in options.items() if key not in tensors}
    loss = getattr(F, name)(x, target, **options)
    factor = torch.linspace(1, 2, loss.numel(), dtype=torch.float64).reshape(loss.shape)
    (loss * factor).sum().backward()
    cases.append({
        "name": name, "x": key, "target": target.tolist(), "classes": not target.is_floating_point(),
        "options": plain, "weighted": "weight" in tensors, "loss": loss.detach().flatten().tolist(), "grad": x.grad.flatten().tolist(),
    })


x2 = torch.randn(4, 5, dtype=torch.float64, generator=generator)
x3 = torch.randn(2, 5, 3, dtype=torch.float64, generator=generator)
t1 = torch.tensor([4, 0, 2, 2])
t2 = torch.tensor([[1, 1, 4], [0, 2, 3]])
soft = torch.rand(4, 5, dtype=torch.float64, generator=generator)
log_x2 = F.log_softmax(x2, 1)
for reduction, weighted, ignored in itertools.product(("mean", "sum", "none"), (False, True), (-100, 2)):
    extra = {"reduction": reduction, "ignore_index": ignored, **({"weight": weight} if weighted else {})}
    add("nll_loss", log_x2, t1, **extra)
    for smoothing in (0.0, 0.2):
        add("cross_entropy", x2, t1, label_smoothing=smoothing, **extra)
        add("cross_entropy", x3, t2, label_smoothing=smoothing, **extra)
for reduction, weighted, smoothing in itertools.product(("mean", "sum", "none"), (False, True), (0.0, 0.2)):
    add("cross_entropy", x2, soft, reduction=reduction, label_smoothing=smoothing, **({"weight": weight} if weighted else {}))
for reduction in ("mean", "sum", "none"):
    add("mse_loss", x2, soft, reduction=reduction)
    add("l1_loss", x2, soft, reduction=reduction)

print(json.dumps({"torch": torch.__version__, "weight": weight.tolist(), "inputs": {key: x.tolist() for key, x in inputs.items()},
                  "cases": cases}))
