import torch
from torch.nn import functional as F

SHAPE = [32, 64, 28, 28]


def forward_backward(shape, f):
    x = torch.randn(shape, requires_grad=True)
    g = torch.randn(f(x).shape)

    def run(iterations):
        for _ in range(iterations):
            x.grad = None
            f(x).backward(g)

    return run


def no_grad(shape, f):
    x = torch.randn(shape)

    def run(iterations):
        with torch.no_grad():
            for _ in range(iterations):
                f(x)

    return run


RUNS = {
    "max_pool2d": lambda *window: forward_backward(SHAPE, lambda x: F.max_pool2d(x, *window)),
    "max_pool2d_no_grad": lambda *window: no_grad(SHAPE, lambda x: F.max_pool2d(x, *window)),
    "avg_pool2d": lambda *window: forward_backward(SHAPE, lambda x: F.avg_pool2d(x, *window)),
    "adaptive_avg_pool2d": lambda size: forward_backward(SHAPE, lambda x: F.adaptive_avg_pool2d(x, size)),
    "dropout": lambda n: forward_backward([n], lambda x: F.dropout(x, 0.5)),
    "dropout_no_grad": lambda n: no_grad([n], lambda x: F.dropout(x, 0.5)),
}
