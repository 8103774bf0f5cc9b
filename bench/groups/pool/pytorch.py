import torch
from timed import forward_backward, no_grad
from torch.nn import functional as F

SHAPE = [32, 64, 28, 28]


def trained(shape, f):
    x = torch.randn(shape, requires_grad=True)
    return forward_backward(lambda: f(x), torch.randn(f(x).shape), x)


def evaluated(shape, f):
    x = torch.randn(shape)
    return no_grad(lambda: f(x))


RUNS = {
    "max_pool2d": lambda *window: trained(SHAPE, lambda x: F.max_pool2d(x, *window)),
    "max_pool2d_no_grad": lambda *window: evaluated(SHAPE, lambda x: F.max_pool2d(x, *window)),
    "avg_pool2d": lambda *window: trained(SHAPE, lambda x: F.avg_pool2d(x, *window)),
    "adaptive_avg_pool2d": lambda size: trained(SHAPE, lambda x: F.adaptive_avg_pool2d(x, size)),
    "dropout": lambda n: trained([n], lambda x: F.dropout(x, 0.5)),
    "dropout_no_grad": lambda n: evaluated([n], lambda x: F.dropout(x, 0.5)),
}
