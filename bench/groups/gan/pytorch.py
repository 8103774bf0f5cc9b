import torch
from torch import nn

LATENT = 64


def gan_step(batch):
    torch.manual_seed(0)
    generator = nn.Sequential(
        nn.ConvTranspose2d(LATENT, 128, 7, bias=False),
        nn.BatchNorm2d(128),
        nn.ReLU(),
        nn.ConvTranspose2d(128, 64, 4, stride=2, padding=1, bias=False),
        nn.BatchNorm2d(64),
        nn.ReLU(),
        nn.ConvTranspose2d(64, 1, 4, stride=2, padding=1),
        nn.Tanh(),
    )
    discriminator = nn.Sequential(
        nn.Conv2d(1, 32, 4, stride=2, padding=1),
        nn.LeakyReLU(0.2),
        nn.Conv2d(32, 64, 4, stride=2, padding=1),
        nn.LeakyReLU(0.2),
        nn.Flatten(),
        nn.Linear(64 * 7 * 7, 1),
    )
    optimizer_g = torch.optim.Adam(generator.parameters(), lr=2e-4, betas=(0.5, 0.999))
    optimizer_d = torch.optim.Adam(discriminator.parameters(), lr=2e-4, betas=(0.5, 0.999))
    criterion = nn.BCEWithLogitsLoss()
    real = torch.rand(batch, 1, 28, 28)
    ones, zeros = torch.ones(batch, 1), torch.zeros(batch, 1)

    def run(iterations):
        for _ in range(iterations):
            fake = generator(torch.randn(batch, LATENT, 1, 1))
            optimizer_d.zero_grad()
            (criterion(discriminator(real), ones) + criterion(discriminator(fake.detach()), zeros)).backward()
            optimizer_d.step()
            optimizer_g.zero_grad()
            criterion(discriminator(fake), ones).backward()
            optimizer_g.step()

    return run


RUNS = {"gan_step": gan_step}
