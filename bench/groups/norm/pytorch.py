import torch
from torch import nn


def trained(module, shape):
    x = torch.randn(shape, requires_grad=True)
    g = torch.randn(shape)

    def run(iterations):
        for _ in range(iterations):
            x.grad = None
            module.zero_grad()
            module(x).backward(g)

    return run


def batch_norm_for(shape):
    return nn.BatchNorm1d(shape[1]) if len(shape) == 2 else nn.BatchNorm2d(shape[1])


def batch_norm_evaluation(*shape):
    module = batch_norm_for(shape).eval()
    x = torch.randn(shape)

    def run(iterations):
        with torch.no_grad():
            for _ in range(iterations):
                module(x)

    return run


RUNS = {
    "batch_norm": lambda *shape: trained(batch_norm_for(shape), shape),
    "batch_norm_leaky_relu": lambda *shape: trained(nn.Sequential(batch_norm_for(shape), nn.LeakyReLU(0.2)), shape),
    "batch_norm_evaluation": batch_norm_evaluation,
    "layer_norm": lambda *shape: trained(nn.LayerNorm(shape[-1]), shape),
    "rms_norm": lambda *shape: trained(nn.RMSNorm(shape[-1]), shape),
    "group_norm": lambda *shape: trained(nn.GroupNorm(8, shape[1]), shape),
}
