"""Writes test/golden/pytorch_file.pt: a checkpoint as PyTorch's torch.save writes it, and beside it as JSON what it holds.

    python3 test/golden/pytorch_file.py
"""
import collections
import json
from pathlib import Path

import torch

folder = Path(__file__).parent
torch.manual_seed(4)
model = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.BatchNorm1d(2))
optimizer = torch.optim.Adam(model.parameters(), lr=0.01, betas=(0.8, 0.9))
scheduler = torch.optim.lr_scheduler.MultiStepLR(optimizer, [2, 5, 5])
for _ in range(3):
    optimizer.zero_grad()
    model(torch.randn(4, 3)).pow(3).sum().backward()
    optimizer.step()
    scheduler.step()
base = torch.arange(6, dtype=torch.int32).reshape(2, 3)
checkpoint = {
    "model": model.state_dict(),
    "optimizer": optimizer.state_dict(),
    "scheduler": scheduler.state_dict(),
    "parameter": model[0].weight,
    "turned": base.t(),
    "row": base[1],
    "flags": torch.tensor([True, False]),
    "bytes": torch.tensor([1, 255], dtype=torch.uint8),
    "long": torch.tensor([2**62]),
    "double": torch.tensor(1 / 3, dtype=torch.float64),
    "empty": torch.ones(0, 3),
    "ordered": collections.OrderedDict(b=1, a=[None, True, -1, 70000, -(2**40), 2**70, 0.1, "ü"]),
    "nothing": {},
    "tuples": ((), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4)),
    "size": base.shape,
    "numbers": {1: "one", 2: "two"},
    "long text": "x" * 300,
}
torch.save(checkpoint, folder / "pytorch_file.pt")


def plain(value):
    if isinstance(value, torch.Tensor):
        values = [v if isinstance(v, (bool, float)) else str(v) for v in value.flatten().tolist()]
        return {"dtype": str(value.dtype), "shape": list(value.shape), "values": values}
    if isinstance(value, dict):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    return f"{value}n" if isinstance(value, int) and not isinstance(value, bool) and abs(value) > 2**53 else value


(folder / "pytorch_file.json").write_text(json.dumps(plain(checkpoint)))
