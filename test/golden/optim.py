"""Writes test/golden/optim.json: what torch.optim makes of two parameters in fifty steps down a bowl, in float64.

    python3 test/golden/optim.py > test/golden/optim.json
"""
import json

import torch

STEPS, SHOWN = 50, (1, 2, 10, 50)
generator = torch.Generator().manual_seed(11)
start = [torch.randn(3, 4, dtype=torch.float64, generator=generator), torch.randn(5, dtype=torch.float64, generator=generator)]
scale = [torch.rand(3, 4, dtype=torch.float64, generator=generator) + 0.5, torch.rand(5, dtype=torch.float64, generator=generator) + 0.5]

SGD = [
    {"lr": 0.1},
    {"lr": 0.1, "momentum": 0.9},
    {"lr": 0.1, "momentum": 0.9, "dampening": 0.3, "weight_decay": 0.1},
    {"lr": 0.1, "momentum": 0.9, "nesterov": True, "weight_decay": 0.01},
    {"lr": 0.01, "momentum": 0.5, "maximize": True},
]
ADAM = [
    {},
    {"lr": 0.1, "betas": [0.8, 0.95], "eps": 1e-6},
    {"lr": 0.1, "weight_decay": 0.1, "amsgrad": True},
    {"lr": 0.01, "maximize": True},
]
CASES = [("SGD", each) for each in SGD] + [(name, each) for name in ("Adam", "AdamW") for each in ADAM]


def loss_of(params):
    # The second parameter gets no gradient at every third step.
    return sum(((s * p) ** 2).sum() for s, p in zip(scale, params)) + (params[0].sum() - 1) ** 2


def train(name, options, grouped):
    params = [torch.nn.Parameter(each.clone()) for each in start]
    keywords = {key: tuple(value) if isinstance(value, list) else value for key, value in options.items()}
    given = [{"params": [params[0]], "lr": 0.05}, {"params": [params[1]]}] if grouped else params
    optimizer = getattr(torch.optim, name)(given, foreach=False, **keywords)
    shown = {}
    for step in range(1, STEPS + 1):
        optimizer.zero_grad()
        loss_of(params).backward()
        if step % 3 == 0:
            params[1].grad = None
        optimizer.step()
        if step in SHOWN:
            shown[step] = [p.detach().flatten().tolist() for p in params]
    state = {
        str(number): {key: value.flatten().tolist() for key, value in own.items()}
        for number, own in optimizer.state_dict()["state"].items()
    }
    return {"optimizer": name, "options": options, "grouped": grouped, "shown": shown, "state": state}


cases = [train(name, options, grouped) for name, options in CASES for grouped in (False, True)]
print(json.dumps({
    "torch": torch.__version__,
    "start": [p.tolist() for p in start],
    "scale": [s.tolist() for s in scale],
    "cases": cases,
}))
