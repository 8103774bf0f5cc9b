import torch
from torch.nn import functional as F


def leaky_relu_no_grad(n):
    x = torch.randn(n)

    def run(iterations):
        with torch.no_grad():
            for _ in range(iterations):
                F.leaky_relu(x, 0.01)

    return run


def leaky_relu_forward_backward(n):
    x = torch.randn(n, requires_grad=True)
    g = torch.randn(n)

    def run(iterations):
        for _ in range(iterations):
            x.grad = None
            F.leaky_relu(x, 0.01).backward(g)

    return run


RUNS = {"leaky_relu_no_grad": leaky_relu_no_grad, "leaky_relu_forward_backward": leaky_relu_forward_backward}
