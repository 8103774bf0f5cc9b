import torch
from timed import forward_backward, no_grad
from torch.nn import functional as F


def prelu_forward_backward(n):
    x = torch.randn(n, requires_grad=True)
    weight = torch.full([1], 0.25, requires_grad=True)
    return forward_backward(lambda: F.prelu(x, weight), torch.randn(n), x, weight)


def activation(name):
    return getattr(torch if name in ("tanh", "sigmoid") else F, name)


def activation_no_grad(name, n):
    f, x = activation(name), torch.randn(n)
    return no_grad(lambda: f(x))


def activation_forward_backward(name, n):
    f, x = activation(name), torch.randn(n, requires_grad=True)
    return forward_backward(lambda: f(x), torch.randn(n), x)


RUNS = {
    "prelu_forward_backward": prelu_forward_backward,
    "activation_no_grad": activation_no_grad,
    "activation_forward_backward": activation_forward_backward,
}
