import torch
from torch.nn import functional as F

SHAPE = (8, 64, 56, 56)


def backward_of(forward, x, g):
    def run(iterations):
        for _ in range(iterations):
            x.grad = None
            forward(x).backward(g)

    return run


def resize(mode, size):
    x = torch.randn(SHAPE, requires_grad=True)
    return backward_of(lambda t: F.interpolate(t, size=size, mode=mode), x, torch.randn(8, 64, size, size))


def resize_no_grad(mode, size):
    x = torch.randn(SHAPE)

    def run(iterations):
        with torch.no_grad():
            for _ in range(iterations):
                F.interpolate(x, size=size, mode=mode)

    return run


def shuffle(factor):
    x = torch.randn(SHAPE, requires_grad=True)
    g = torch.randn(8, 64 // factor**2, 56 * factor, 56 * factor)
    return backward_of(lambda t: F.pixel_shuffle(t, factor), x, g)


def blocks(size):
    x = torch.randn(SHAPE, requires_grad=True)
    return backward_of(lambda t: F.unfold(t, size, padding=(size - 1) // 2), x, torch.randn(8, 64 * size * size, 56 * 56))


RUNS = {"resize": resize, "resize_no_grad": resize_no_grad, "shuffle": shuffle, "blocks": blocks}
