"""Writes test/golden/schedulers.json: the learning rates (and momenta) of torch.optim.lr_scheduler over 50 epochs, in two groups.

    python3 test/golden/schedulers.py > test/golden/schedulers.json
"""
import json

import torch
from torch.optim import lr_scheduler as S

EPOCHS = 50
MEASURES = [3 / (1 + 0.1 * min(epoch, 12)) + (0.3 if epoch % 7 == 3 else 0) for epoch in range(EPOCHS)]
CASES = [
    ("StepLR", {"step_size": 7, "gamma": 0.5}),
    ("MultiStepLR", {"milestones": [5, 20, 20, 33], "gamma": 0.3}),
    ("ExponentialLR", {"gamma": 0.93}),
    ("ConstantLR", {"factor": 0.25, "total_iters": 12}),
    ("LinearLR", {"start_factor": 0.2, "end_factor": 0.9, "total_iters": 30}),
    ("LinearLR", {}),
    ("PolynomialLR", {"total_iters": 40, "power": 1.7}),
    ("CosineAnnealingLR", {"T_max": 12, "eta_min": 0.01}),
    ("CosineAnnealingWarmRestarts", {"T_0": 5, "T_mult": 2, "eta_min": 0.001}),
    ("CosineAnnealingWarmRestarts", {"T_0": 9}),
    ("CyclicLR", {"base_lr": 0.01, "max_lr": 0.2, "step_size_up": 6, "step_size_down": 9}),
    ("CyclicLR", {"base_lr": [0.01, 0.02], "max_lr": 0.2, "step_size_up": 5, "mode": "triangular2", "base_momentum": 0.6}),
    ("CyclicLR", {"base_lr": 0.01, "max_lr": 0.2, "step_size_up": 5, "mode": "exp_range", "gamma": 0.97, "cycle_momentum": False}),
    ("OneCycleLR", {"max_lr": 0.5, "total_steps": 51}),
    ("OneCycleLR", {"max_lr": [0.5, 0.2], "epochs": 10, "steps_per_epoch": 6, "pct_start": 0.25, "three_phase": True,
                    "anneal_strategy": "linear", "div_factor": 10.0, "final_div_factor": 100.0}),
    ("ReduceLROnPlateau", {"mode": "min", "factor": 0.5, "patience": 3, "cooldown": 2, "min_lr": 0.01}),
    ("ReduceLROnPlateau", {"mode": "max", "patience": 5, "threshold": 0.1, "threshold_mode": "abs"}),
    ("StepLR", {"step_size": 1}),
    ("MultiStepLR", {"milestones": [3, 40]}),
    ("ConstantLR", {}),
    ("PolynomialLR", {}),
    ("OneCycleLR", {"max_lr": 0.3, "total_steps": 60, "base_momentum": [0.7, 0.6], "max_momentum": 0.9, "div_factor": 4.0}),
    ("OneCycleLR", {"max_lr": 0.3, "total_steps": 51, "cycle_momentum": False, "anneal_strategy": "linear"}),
    ("CyclicLR", {"base_lr": 0.01, "max_lr": [0.2, 0.1], "step_size_up": 4, "base_momentum": [0.5, 0.6], "max_momentum": 0.95,
                  "mode": "exp_range", "gamma": 0.9}),
    ("ReduceLROnPlateau", {"factor": 0.3, "patience": 2, "threshold": 0.05, "min_lr": [0.02, 0.001], "eps": 0.002}),
    ("ReduceLROnPlateau", {"mode": "min", "patience": 4, "threshold": 0.2, "threshold_mode": "abs", "cooldown": 3}),
    ("ReduceLROnPlateau", {"mode": "max", "patience": 1, "threshold": 0.01}),
    ("LambdaLR", {}),
    ("MultiplicativeLR", {}),
    ("ChainedScheduler", {}),
    ("SequentialLR", {}),
]


def build(name, optimizer, options):
    if name == "LambdaLR":
        return S.LambdaLR(optimizer, [lambda e: 1 / (1 + e), lambda e: 0.5 ** (e // 10)])
    if name == "MultiplicativeLR":
        return S.MultiplicativeLR(optimizer, lambda e: 0.9 if e % 2 else 0.99)
    if name == "ChainedScheduler":
        return S.ChainedScheduler([S.ConstantLR(optimizer, 0.5, 6), S.ExponentialLR(optimizer, 0.95), S.StepLR(optimizer, 11)])
    if name == "SequentialLR":
        parts = [S.LinearLR(optimizer, 0.1, total_iters=8), S.CosineAnnealingLR(optimizer, 20), S.ExponentialLR(optimizer, 0.8)]
        return S.SequentialLR(optimizer, parts, [8, 30])
    return getattr(S, name)(optimizer, **options)


def run(name, options, make):
    params = [torch.nn.Parameter(torch.ones(1)) for _ in range(2)]
    optimizer = make([{"params": [params[0]]}, {"params": [params[1]], "lr": 0.05}])
    scheduler = build(name, optimizer, options)
    rates, momenta = [], []
    for epoch in range(EPOCHS):
        rates.append([group["lr"] for group in optimizer.param_groups])
        momenta.append([group["betas"][0] if "betas" in group else group["momentum"] for group in optimizer.param_groups])
        optimizer.step()
        scheduler.step(*([MEASURES[epoch]] if name == "ReduceLROnPlateau" else []))
    keys = sorted(key for key in scheduler.state_dict() if key not in ("_get_lr_called_within_step", "_is_initial"))
    moved = any(each != momenta[0] for each in momenta)
    return {"scheduler": name, "optimizer": type(optimizer).__name__, "options": options, "keys": keys,
            "rates": [[row[k] for row in rates] for k in range(2)], "momenta": [row[0] for row in momenta] if moved else None}


sgd = lambda groups: torch.optim.SGD(groups, lr=0.1, momentum=0.9)
adam = lambda groups: torch.optim.Adam(groups, lr=0.1)
cases = [run(*each, sgd) for each in CASES] + [run(*each, adam) for each in CASES if each[0] in ("OneCycleLR", "CyclicLR")][:4]
print(json.dumps({"torch": torch.__version__, "measures": MEASURES, "cases": cases}))
