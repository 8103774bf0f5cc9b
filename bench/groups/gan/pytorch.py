import torch
from torch import nn
from torch.nn import functional as F

KINDS, VARIATIONS, SPREAD = 64, 8, 0.5


def generator():
    return nn.Sequential(
        nn.ConvTranspose2d(KINDS + VARIATIONS, 128, 7, bias=False),
        nn.BatchNorm2d(128),
        nn.ReLU(),
        nn.ConvTranspose2d(128, 64, 4, stride=2, padding=1, bias=False),
        nn.BatchNorm2d(64),
        nn.ReLU(),
        nn.ConvTranspose2d(64, 1, 4, stride=2, padding=1),
        nn.Tanh(),
    )


def latent(n):
    kind = F.one_hot(torch.randint(0, KINDS, (n,)), KINDS).float()
    return torch.cat([kind, torch.randn(n, VARIATIONS) * SPREAD], 1).view(n, -1, 1, 1)


def discriminator():
    return nn.Sequential(
        nn.Conv2d(1, 32, 4, stride=2, padding=1),
        nn.LeakyReLU(0.2),
        nn.Conv2d(32, 64, 4, stride=2, padding=1),
        nn.LeakyReLU(0.2),
        nn.Flatten(),
        nn.Linear(64 * 7 * 7, 1),
    )


class TwoScales(nn.Module):
    def __init__(self):
        super().__init__()
        self.near, self.far = discriminator(), discriminator()

    def forward(self, x):
        mosaic = x.view(-1, 14, 2, 14, 2).permute(0, 2, 1, 4, 3).reshape(-1, 1, 28, 28)
        return torch.cat([self.near(x), self.far(mosaic)], 1)


def gan_step(batch):
    torch.manual_seed(0)
    g, d = generator(), TwoScales()
    optimizer_g = torch.optim.Adam(g.parameters(), lr=1e-3, betas=(0.5, 0.999))
    optimizer_d = torch.optim.Adam(d.parameters(), lr=3e-3, betas=(0.5, 0.999))
    criterion = nn.BCEWithLogitsLoss()
    real = torch.rand(batch, 1, 28, 28)
    ones, zeros = torch.ones(batch, 2), torch.zeros(batch, 2)

    def run(iterations):
        for _ in range(iterations):
            fake = g(latent(batch))
            optimizer_d.zero_grad()
            (criterion(d(real), ones) + criterion(d(fake.detach()), zeros)).backward()
            optimizer_d.step()
            optimizer_g.zero_grad()
            criterion(d(fake), ones).backward()
            optimizer_g.step()

    return run


RUNS = {"gan_step": gan_step}
