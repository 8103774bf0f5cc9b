"""What the groups' runs share: a call without gradients, and a call with its backward pass."""

import torch


def no_grad(call):
    def run(iterations):
        with torch.no_grad():
            for _ in range(iterations):
                call()

    return run


def forward_backward(call, g, *leaves):
    """Of `call()`, whose gradient is `g`; what the leaves got before is dropped each time."""

    def run(iterations):
        for _ in range(iterations):
            for leaf in leaves:
                leaf.grad = None
            call().backward(g)

    return run
