"""Writes composite.safetensors, the state of a model of many modules as PyTorch saves it, and composite.json: inputs and what the model makes of them.
Run: python3 test/golden/composite.py (needs the package `safetensors`)
"""

import json
import os

import torch
from safetensors.torch import save_file
from torch import nn


class Composite(nn.Module):
    """The same class is in test/serialization_pytorch.test.ts."""

    def __init__(self):
        super().__init__()
        self.picture = nn.Sequential(
            nn.Conv2d(1, 4, 3, padding=1),
            nn.BatchNorm2d(4),
            nn.LeakyReLU(0.2),
            nn.MaxPool2d(2),
            nn.Conv2d(4, 4, 3, padding=1, groups=4, bias=False),
            nn.GroupNorm(2, 4),
            nn.PReLU(4),
            nn.ConvTranspose2d(4, 2, 2, stride=2),
            nn.InstanceNorm2d(2, affine=True, track_running_stats=True),
            nn.AdaptiveAvgPool2d(2),
            nn.Flatten(),
        )
        self.embedding = nn.Embedding(11, 8, padding_idx=0)
        self.lstm = nn.LSTM(8, 8, num_layers=2, batch_first=True, bidirectional=True)
        self.gru = nn.GRU(16, 16, batch_first=True)
        layer = nn.TransformerEncoderLayer(16, 4, 24, dropout=0.0, batch_first=True, norm_first=True)
        self.encoder = nn.TransformerEncoder(layer, 2, norm=nn.LayerNorm(16), enable_nested_tensor=False)
        self.blocks = nn.ModuleList([nn.Linear(24, 12), nn.RMSNorm(12), nn.BatchNorm1d(12)])
        self.heads = nn.ModuleDict({"class": nn.Linear(12, 3), "value": nn.Linear(12, 1, bias=False)})
        self.scales = nn.ParameterList([torch.full((12,), 1.5), torch.tensor(0.5)])
        self.offsets = nn.ParameterDict({"shift": torch.full((12,), 0.25)})
        self.register_buffer("steps", torch.tensor(0))

    def forward(self, image, words):
        self.steps.add_(1)
        x = self.embedding(words)
        x, _ = self.lstm(x)
        x, _ = self.gru(x)
        x = self.encoder(x).mean(1)
        x = torch.cat([self.picture(image), x], 1)
        for block in self.blocks:
            x = block(x)
        x = x * self.scales[0] * self.scales[1] + self.offsets["shift"]
        return self.heads["class"](x), self.heads["value"](x)


torch.manual_seed(0)
model = Composite()
image, words = torch.randn(5, 1, 6, 6), torch.randint(11, (5, 7))
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
for _ in range(5):
    classes, value = model(image, words)
    loss = classes.logsumexp(1).mean() + (value - 1).square().mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()

state = {name: tensor.clone() for name, tensor in model.state_dict().items()}
model.eval()
classes, value = model(image, words)
folder = os.path.dirname(os.path.abspath(__file__))
save_file(state, os.path.join(folder, "composite.safetensors"))
with open(os.path.join(folder, "composite.json"), "w") as file:
    text = {"image": image, "words": words, "classes": classes, "value": value}
    json.dump({**{name: tensor.tolist() for name, tensor in text.items()}, "repr": str(model)}, file, separators=(",", ":"))
    file.write("\n")
