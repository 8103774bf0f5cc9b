"""Writes test/golden/swa.json: averages of a small model's weights along 12 steps, and the rates of SWALR, by torch.optim.swa_utils.

    python3 test/golden/swa.py > test/golden/swa.json
"""
import json

import torch
from torch import nn
from torch.optim import lr_scheduler, swa_utils

STEPS, EPOCHS = 12, 20
torch.manual_seed(2)
torch.set_default_dtype(torch.float64)
start = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Linear(4, 1)).state_dict()
data = torch.randn(STEPS, 6, 3)


def build():
    model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Linear(4, 1))
    model.load_state_dict(start)
    return model


def numbers(state):
    return {key: value.flatten().tolist() for key, value in state.items()}


def train(options):
    model = build()
    averaged = swa_utils.AveragedModel(model, **options)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for step in range(STEPS):
        optimizer.zero_grad()
        ((model(data[step]) - data[step].sum(1, keepdim=True)) ** 2).mean().backward()
        optimizer.step()
        if step % 2 == 1:
            averaged.update_parameters(model)
    state = numbers(averaged.state_dict())
    swa_utils.update_bn([(x, None) for x in data[:4]], averaged)
    return {"state": state, "after_update_bn": numbers(averaged.state_dict())}


def rates(options, before):
    params = [nn.Parameter(torch.ones(1)) for _ in range(2)]
    optimizer = torch.optim.SGD([{"params": [params[0]]}, {"params": [params[1]], "lr": 0.05}], lr=0.2)
    first = lr_scheduler.ExponentialLR(optimizer, 0.9)
    scheduler = swa_utils.SWALR(optimizer, **options)
    found = []
    for epoch in range(EPOCHS):
        found.append([group["lr"] for group in optimizer.param_groups])
        optimizer.step()
        (first if epoch < before else scheduler).step()
    keys = sorted(key for key in scheduler.state_dict() if key not in ("_get_lr_called_within_step", "_is_initial"))
    return {"options": options, "before": before, "rates": found, "keys": keys}


AVERAGES = {
    "swa": {},
    "swa_buffers": {"use_buffers": True, "avg_fn": swa_utils.get_swa_avg_fn()},
    "swa_multi": {"multi_avg_fn": swa_utils.get_swa_multi_avg_fn()},
    "ema": {"multi_avg_fn": swa_utils.get_ema_multi_avg_fn(0.9)},
    "ema_buffers": {"multi_avg_fn": swa_utils.get_ema_multi_avg_fn(0.7), "use_buffers": True},
    "ema_one": {"avg_fn": swa_utils.get_ema_avg_fn(0.8)},
    "own": {"avg_fn": lambda averaged, current, n: averaged * 0.25 + current * 0.75 + n},
}
RATES = [
    ({"swa_lr": 0.05}, 0),
    ({"swa_lr": [0.05, 0.5], "anneal_epochs": 4, "anneal_strategy": "linear"}, 8),
    ({"swa_lr": 0.01, "anneal_epochs": 0}, 3),
    ({"swa_lr": 0.01, "anneal_epochs": 7}, 5),
]
print(json.dumps({
    "torch": torch.__version__,
    "start": numbers(start),
    "data": data.tolist(),
    "averages": {name: train(options) for name, options in AVERAGES.items()},
    "rates": [rates(*each) for each in RATES],
}))
