import torch
from timed import forward_backward, no_grad
from torch.nn import functional as F

SHAPE = (8, 64, 56, 56)


def backward_of(f, shape):
    x = torch.randn(SHAPE, requires_grad=True)
    return forward_backward(lambda: f(x), torch.randn(shape), x)


def resize(mode, size):
    return backward_of(lambda x: F.interpolate(x, size=size, mode=mode), (8, 64, size, size))


def resize_no_grad(mode, size):
    x = torch.randn(SHAPE)
    return no_grad(lambda: F.interpolate(x, size=size, mode=mode))


def shuffle(factor):
    return backward_of(lambda x: F.pixel_shuffle(x, factor), (8, 64 // factor**2, 56 * factor, 56 * factor))


def blocks(size):
    return backward_of(lambda x: F.unfold(x, size, padding=(size - 1) // 2), (8, 64 * size * size, 56 * 56))


RUNS = {"resize": resize, "resize_no_grad": resize_no_grad, "shuffle": shuffle, "blocks": blocks}
