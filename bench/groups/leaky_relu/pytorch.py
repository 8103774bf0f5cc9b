import torch
from timed import forward_backward, no_grad
from torch.nn import functional as F


def leaky_relu_no_grad(n):
    x = torch.randn(n)
    return no_grad(lambda: F.leaky_relu(x, 0.01))


def leaky_relu_forward_backward(n):
    x = torch.randn(n, requires_grad=True)
    return forward_backward(lambda: F.leaky_relu(x, 0.01), torch.randn(n), x)


RUNS = {"leaky_relu_no_grad": leaky_relu_no_grad, "leaky_relu_forward_backward": leaky_relu_forward_backward}
