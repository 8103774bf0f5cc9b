"""Writes test/golden/lbfgs.json: the paths of torch.optim.LBFGS down a valley and a bowl, in float64.

    python3 test/golden/lbfgs.py > test/golden/lbfgs.json
"""
import json

import torch

CASES = [
    ("bowl", {}),
    ("bowl", {"lr": 0.5, "max_iter": 4, "history_size": 2}),
    ("bowl", {"max_iter": 3, "history_size": 2, "line_search_fn": "strong_wolfe"}),
    ("bowl", {"max_iter": 3, "line_search_fn": "strong_wolfe", "maximize": True}),
    ("valley", {"lr": 0.1, "max_iter": 5}),
    ("valley", {"max_iter": 3, "line_search_fn": "strong_wolfe"}),
    ("valley", {"lr": 4, "max_iter": 6, "max_eval": 5, "history_size": 3, "line_search_fn": "strong_wolfe"}),
    ("valley", {"tolerance_grad": 1e-2, "tolerance_change": 1e-3, "line_search_fn": "strong_wolfe"}),
]


def loss_of(problem, a, b):
    if problem == "bowl":
        return ((a - 1) ** 2 * torch.tensor([1.0, 4.0, 0.5], dtype=torch.float64)).sum() + (a.sum() * b - 2).pow(2).sum()
    return (1 - a).pow(2).sum() + 100 * (b - a.pow(2)).pow(2).sum()


def train(problem, options):
    size = 3 if problem == "bowl" else 1
    a = torch.nn.Parameter(torch.linspace(-1.2, 0.7, size, dtype=torch.float64))
    b = torch.nn.Parameter(torch.ones(1, dtype=torch.float64))
    optimizer = torch.optim.LBFGS([a, b], **options)
    sign = -1 if options.get("maximize") else 1
    losses, path = [], []

    def closure():
        optimizer.zero_grad()
        loss = sign * loss_of(problem, a, b)
        loss.backward()
        return loss

    for step in range(8):
        losses.append(optimizer.step(closure).item())
        path.append([*a.tolist(), *b.tolist()])
    state = optimizer.state_dict()["state"][0]
    return {"problem": problem, "options": options, "losses": losses, "path": path,
            "func_evals": state["func_evals"], "n_iter": state["n_iter"], "history": len(state["ro"])}


print(json.dumps({"torch": torch.__version__, "cases": [train(*each) for each in CASES]}))
