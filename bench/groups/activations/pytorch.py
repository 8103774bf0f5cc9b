import torch
from torch.nn import functional as F


def prelu_forward_backward(n):
    x = torch.randn(n, requires_grad=True)
    weight = torch.full([1], 0.25, requires_grad=True)
    g = torch.randn(n)

    def run(iterations):
        for _ in range(iterations):
            x.grad = None
            weight.grad = None
            F.prelu(x, weight).backward(g)

    return run


def activation_no_grad(name, n):
    f = getattr(torch if name in ("tanh", "sigmoid") else F, name)
    x = torch.randn(n)

    def run(iterations):
        with torch.no_grad():
            for _ in range(iterations):
                f(x)

    return run


def activation_forward_backward(name, n):
    f = getattr(torch if name in ("tanh", "sigmoid") else F, name)
    x = torch.randn(n, requires_grad=True)
    g = torch.randn(n)

    def run(iterations):
        for _ in range(iterations):
            x.grad = None
            f(x).backward(g)

    return run


RUNS = {"prelu_forward_backward": prelu_forward_backward, "activation_no_grad": activation_no_grad, "activation_forward_backward": activation_forward_backward}
