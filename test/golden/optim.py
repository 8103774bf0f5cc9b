"""Writes test/golden/optim.json: what torch.optim makes of two parameters in fifty steps down a bowl, in float64.

    python3 test/golden/optim.py > test/golden/optim.json
"""
import json

import torch

STEPS, SHOWN = 50, (2, 50)
generator = torch.Generator().manual_seed(11)
start = [torch.randn(3, 4, dtype=torch.float64, generator=generator), torch.randn(5, dtype=torch.float64, generator=generator)]
scale = [torch.rand(3, 4, dtype=torch.float64, generator=generator) + 0.5, torch.rand(5, dtype=torch.float64, generator=generator) + 0.5]

SGD = [
    {"lr": 0.1},
    {"lr": 0.1, "momentum": 0.9},
    {"lr": 0.1, "momentum": 0.9, "dampening": 0.3, "weight_decay": 0.1},
    {"lr": 0.1, "momentum": 0.9, "nesterov": True, "weight_decay": 0.01},
    {"lr": 0.01, "momentum": 0.5, "maximize": True},
    {"lr": 0.01, "momentum": 0.8, "dampening": 0.5, "weight_decay": 0.2, "maximize": True},
]
ADAM = [
    {},
    {"lr": 0.1, "betas": [0.8, 0.95], "eps": 1e-6},
    {"lr": 0.1, "weight_decay": 0.1, "amsgrad": True},
    {"lr": 0.01, "maximize": True},
    {"lr": 0.02, "betas": [0.4, 0.9], "weight_decay": 0.2, "amsgrad": True, "maximize": True},
    {"lr": 0.02, "betas": [0.0, 0.0], "eps": 0.1},
]
RMSPROP = [
    {},
    {"lr": 0.05, "alpha": 0.9, "eps": 1e-6, "weight_decay": 0.1},
    {"momentum": 0.9},
    {"centered": True, "momentum": 0.5},
    {"centered": True, "maximize": True},
    {"lr": 0.02, "centered": True, "momentum": 0.5, "weight_decay": 0.2, "maximize": True},
]
ADAGRAD = [
    {},
    {"lr": 0.1, "lr_decay": 0.05, "weight_decay": 0.1, "initial_accumulator_value": 0.5, "eps": 1e-6},
    {"maximize": True},
    {"lr_decay": 0.1, "weight_decay": 0.2, "maximize": True},
]
ADADELTA = [{}, {"lr": 0.5, "rho": 0.8, "eps": 1e-4, "weight_decay": 0.1}, {"maximize": True},
            {"weight_decay": 0.2, "maximize": True}]
ADAMAX = [{}, {"lr": 0.1, "betas": [0.8, 0.95], "eps": 1e-6, "weight_decay": 0.1}, {"maximize": True},
          {"weight_decay": 0.2, "maximize": True}]
NADAM = [
    {},
    {"lr": 0.1, "betas": [0.8, 0.95], "eps": 1e-6, "weight_decay": 0.1, "momentum_decay": 0.01},
    {"lr": 0.1, "weight_decay": 0.1, "decoupled_weight_decay": True},
    {"maximize": True},
    {"weight_decay": 0.2, "momentum_decay": 0.0, "maximize": True},
]
RADAM = [
    {},
    {"lr": 0.1, "betas": [0.8, 0.95], "eps": 1e-6, "weight_decay": 0.1},
    {"lr": 0.1, "betas": [0.9, 0.5], "weight_decay": 0.1, "decoupled_weight_decay": True},
    {"maximize": True},
    {"betas": [0.5, 0.95], "weight_decay": 0.2, "maximize": True},
]
LION = [{"lr": 0.01}, {"lr": 0.02, "betas": [0.8, 0.95], "weight_decay": 0.5}, {"lr": 0.01, "maximize": True}]


class Lion(torch.optim.Optimizer):
    """PyTorch has none; the program of the paper, https://arxiv.org/abs/2302.06675, algorithm 2."""

    def __init__(self, params, lr=1e-4, betas=(0.9, 0.99), weight_decay=0, maximize=False, foreach=False):
        super().__init__(params, dict(lr=lr, betas=betas, weight_decay=weight_decay, maximize=maximize))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            lr, (beta1, beta2) = group["lr"], group["betas"]
            for p in group["params"]:
                if p.grad is None:
                    continue
                g = -p.grad if group["maximize"] else p.grad
                m = self.state[p].setdefault("exp_avg", torch.zeros_like(p))
                p.mul_(1 - lr * group["weight_decay"]).sub_(lr * torch.sign(beta1 * m + (1 - beta1) * g))
                m.mul_(beta2).add_((1 - beta2) * g)


torch.optim.Lion = Lion
TABLE = {"SGD": SGD, "Adam": ADAM, "AdamW": ADAM, "RMSprop": RMSPROP, "Adagrad": ADAGRAD, "Adadelta": ADADELTA,
         "Adamax": ADAMAX, "NAdam": NADAM, "RAdam": RADAM, "Lion": LION}
# With two parameter groups once for each optimizer.
CASES = [(name, each, False) for name, options in TABLE.items() for each in options]
CASES += [(name, options[1], True) for name, options in TABLE.items()]


def digits(tensor):
    return [float(f"{v:.14g}") for v in tensor.detach().flatten().tolist()]


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
            shown[step] = [digits(p) for p in params]
    state = {
        str(number): {key: digits(value) for key, value in own.items()}
        for number, own in optimizer.state_dict()["state"].items()
    }
    return {"optimizer": name, "options": options, "grouped": grouped, "shown": shown, "state": state}


def group(name):
    """What state_dict() says of a group that was given nothing but parameters."""
    params = dict(torch.nn.Linear(2, 1).named_parameters())
    return getattr(torch.optim, name)(list(params.items())).state_dict()["param_groups"][0]


cases = [train(*each) for each in CASES]
print(json.dumps({
    "torch": torch.__version__,
    "start": [p.tolist() for p in start],
    "scale": [s.tolist() for s in scale],
    "cases": cases,
    "groups": {name: group(name) for name in [*TABLE, "LBFGS"] if name != "Lion"},
}))
