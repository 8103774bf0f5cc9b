"""Writes test/golden/losses.json: losses of torch.nn.functional with their weights, and the gradients of all inputs, in float64.

    python3 test/golden/losses.py > test/golden/losses.json
"""
import json

import torch
from torch.nn import functional as F

generator = torch.Generator().manual_seed(17)
cases = []


def uniform(low, high, *shape):
    return (torch.rand(*shape, dtype=torch.float64, generator=generator) * (high - low) + low).float().double()


def rounded(tensor):
    return [float(f"{v:.14g}") for v in tensor.detach().flatten().tolist()]


def written(value):
    if not isinstance(value, torch.Tensor):
        return value
    return {"shape": list(value.shape), "dtype": str(value.dtype).removeprefix("torch."), "values": value.flatten().tolist()}


# How many of the tensors PyTorch differentiates by, where that is not all.
DIFFERENTIABLE = {"soft_margin_loss": 1, "margin_ranking_loss": 2, "hinge_embedding_loss": 1}


def add(name, *args, by=None, **options):
    args = [x.clone() if isinstance(x, torch.Tensor) else x for x in args]
    floats = [x for x in args if isinstance(x, torch.Tensor) and x.is_floating_point()][: by or DIFFERENTIABLE.get(name, 3)]
    for each in floats:
        each.requires_grad_()
    results = {}
    for reduction in ("none", "mean", "sum") + (("batchmean",) if name == "kl_div" else ()):
        loss = getattr(F, name)(*args, reduction=reduction, **options)
        factor = torch.linspace(1, 2, loss.numel(), dtype=torch.float64).reshape(loss.shape)
        grads = torch.autograd.grad((loss * factor).sum(), floats)
        results[reduction] = {"shape": list(loss.shape), "loss": rounded(loss), "grads": [rounded(g) for g in grads]}
    cases.append({
        "name": name, "args": [written(x.detach() if isinstance(x, torch.Tensor) else x) for x in args],
        "options": {key: written(value) for key, value in options.items()}, "results": results,
    })


x, y = uniform(-2, 2, 3, 4), uniform(-2, 2, 3, 4)
p, q = uniform(0.02, 0.98, 3, 4), uniform(0, 1, 3, 4)
edges, hard = torch.tensor([0.0, 1.0, 0.0, 1.0], dtype=torch.float64), torch.tensor([0.0, 1.0, 1.0, 0.0], dtype=torch.float64)
signs = torch.tensor([1.0, -1.0, -1.0, 1.0], dtype=torch.float64)
for name in ("mse_loss", "l1_loss", "huber_loss", "smooth_l1_loss"):
    add(name, x, y)
for name in ("mse_loss", "l1_loss", "huber_loss"):
    add(name, x, y, weight=uniform(0.5, 2, 3, 4))
add("huber_loss", x, y, delta=0.4)
add("smooth_l1_loss", x, y, beta=0.4)
add("smooth_l1_loss", x, y, beta=0.0)
add("binary_cross_entropy", p, q)
add("binary_cross_entropy", p, q, weight=uniform(0.5, 2, 4))
add("binary_cross_entropy", edges, hard, by=1)
for weights in ((), ("weight",), ("pos_weight",), ("weight", "pos_weight")):
    add("binary_cross_entropy_with_logits", x, q, **{name: uniform(0.5, 2, 4) for name in weights})
add("binary_cross_entropy_with_logits", torch.tensor([-800.0, 800.0, 30.0, -30.0], dtype=torch.float64), hard)
add("kl_div", x, q)
add("kl_div", x, y, log_target=True)
add("poisson_nll_loss", x, uniform(0, 5, 3, 4), full=True)
add("poisson_nll_loss", p, uniform(0, 5, 3, 4), log_input=False)
add("gaussian_nll_loss", x, y, uniform(0, 2, 3, 4), full=True)
add("gaussian_nll_loss", x, y, uniform(0, 2, 3), eps=0.5)
add("soft_margin_loss", x, signs)
add("hinge_embedding_loss", x, signs)
add("hinge_embedding_loss", x, signs, margin=0.3)
add("margin_ranking_loss", uniform(-1, 1, 4), uniform(-1, 1, 4), signs, margin=0.5)
labels = torch.tensor([1, -1, 1])
add("cosine_embedding_loss", x, y, labels)
add("cosine_embedding_loss", x, y, labels, margin=0.2)
add("cosine_embedding_loss", uniform(-1, 1, 4), uniform(-1, 1, 4), torch.tensor(-1))
add("triplet_margin_loss", x, y, uniform(-2, 2, 3, 4))
add("triplet_margin_loss", x, y, uniform(-2, 2, 3, 4), margin=3.0, p=3.0, eps=1e-3, swap=True)
add("triplet_margin_loss", uniform(-2, 2, 4), uniform(-2, 2, 4), uniform(-2, 2, 4), p=1.0)
classes = torch.tensor([3, 0, 2])
add("multi_margin_loss", x, classes)
add("multi_margin_loss", x, classes, p=2, margin=0.7, weight=uniform(0.5, 2, 4))
add("multilabel_margin_loss", x, torch.tensor([[3, 0, -1, 1], [-1, 0, 1, 2], [1, 2, 3, 0]]))
add("multilabel_soft_margin_loss", x, q)
add("multilabel_soft_margin_loss", x, q, weight=uniform(0.5, 2, 4))
print(json.dumps({"torch": torch.__version__, "cases": cases}))
