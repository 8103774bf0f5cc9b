import torch
from torch import nn


def discriminator_step(batch):
    torch.manual_seed(0)
    model = nn.Sequential(
        nn.Conv2d(3, 32, 4, stride=2, padding=1),
        nn.LeakyReLU(0.2),
        nn.Conv2d(32, 64, 4, stride=2, padding=1),
        nn.LeakyReLU(0.2),
        nn.Flatten(),
        nn.Linear(64 * 8 * 8, 1),
    )
    criterion = nn.BCEWithLogitsLoss()
    opt = torch.optim.Adam(model.parameters(), lr=2e-4)
    x = torch.randn(batch, 3, 32, 32)
    y = torch.ones(batch, 1)

    def run(iterations):
        for _ in range(iterations):
            opt.zero_grad()
            criterion(model(x), y).backward()
            opt.step()

    return run


def conv_layer(kind, in_channels, out_channels, kernel_size, stride, padding, groups, batch, size):
    torch.manual_seed(0)
    layer = getattr(nn, kind)(in_channels, out_channels, kernel_size, stride=stride, padding=padding, groups=groups)
    x = torch.randn(batch, in_channels, size, size, requires_grad=True)
    g = torch.randn_like(layer(x))

    def run(iterations):
        for _ in range(iterations):
            layer.zero_grad()
            x.grad = None
            layer(x).backward(g)

    return run


RUNS = {"discriminator_step": discriminator_step, "conv_layer": conv_layer}
