"""Writes promotion.json: the dtype of PyTorch's results for pairs of operands. Run: python3 test/golden/promotion.py

A key is "OP A B"; an operand is a dtype, a dtype with "0" for a 0-dim tensor, or a number. Pairs that PyTorch refuses are left out.
"""

import json
from pathlib import Path

import torch

dtypes = ["float32", "float64", "int64", "int32", "uint8", "bool"]
operands = {name + suffix: torch.ones(shape, dtype=getattr(torch, name)) for name in dtypes for suffix, shape in [("", [2]), ("0", [])]}
operands |= {"2": 2, "2.5": 2.5, "true": True}
ops = {
    "add": torch.add, "mul": torch.mul, "div": torch.div, "pow": torch.pow, "maximum": torch.maximum, "eq": torch.eq,
    "remainder": torch.remainder, "floor_divide": torch.floor_divide, "where": lambda a, b: torch.where(torch.tensor([True, False]), a, b),
    "clamp_min": lambda a, b: torch.clamp(a, min=b), "cat": lambda a, b: torch.cat([a, b]),
}
table = {}
for op, call in ops.items():
    for a, x in operands.items():
        for b, y in operands.items():
            if not isinstance(x, torch.Tensor) and not isinstance(y, torch.Tensor):
                continue
            if op in ("pow", "clamp_min") and "bool" in a and ("bool" in b or b == "true"):
                continue  # only for numbers here
            try:
                table[f"{op} {a} {b}"] = str(call(x, y).dtype).removeprefix("torch.")
            except (RuntimeError, TypeError):
                pass
path = Path(__file__).with_name("promotion.json")
path.write_text(json.dumps(table, indent=0).replace("\n}", "\n}\n"))
print(len(table), torch.__version__)
