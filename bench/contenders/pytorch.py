"""PyTorch's side of the benchmark. Reads lines `CASE THREADS ITERATIONS ARGUMENT…`, answers with one JSON line each."""

import json
import os
import struct
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F


def leaky_relu_no_grad(n):
    x = torch.randn(n)

    def run(iterations):
        with torch.no_grad():
            for _ in range(iterations):
                F.leaky_relu(x, 0.01)

    return run


def leaky_relu_forward_backward(n):
    x = torch.randn(n, requires_grad=True)
    g = torch.randn(n)

    def run(iterations):
        for _ in range(iterations):
            x.grad = None
            F.leaky_relu(x, 0.01).backward(g)

    return run


def prelu_forward_backward(n):
    x = torch.randn(n, requires_grad=True)
    weight = torch.full([1], 0.25, requires_grad=True)
    g = torch.randn(n)

    def run(iterations):
        for _ in range(iterations):
            x.grad = None
            weight.grad = None
            F.prelu(x, weight).backward(g)

    return run


def activation_no_grad(name, n):
    f = getattr(torch if name in ("tanh", "sigmoid") else F, name)
    x = torch.randn(n)

    def run(iterations):
        with torch.no_grad():
            for _ in range(iterations):
                f(x)

    return run


def activation_forward_backward(name, n):
    f = getattr(torch if name in ("tanh", "sigmoid") else F, name)
    x = torch.randn(n, requires_grad=True)
    g = torch.randn(n)

    def run(iterations):
        for _ in range(iterations):
            x.grad = None
            f(x).backward(g)

    return run


def mlp_step(optimizer, batch):
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(10, 64), nn.LeakyReLU(0.01), nn.Linear(64, 64), nn.LeakyReLU(0.01), nn.Linear(64, 1))
    criterion = nn.MSELoss()
    make = {"sgd": lambda p: torch.optim.SGD(p, lr=0.01), "adam": lambda p: torch.optim.Adam(p, lr=1e-3)}
    opt = make[optimizer](model.parameters())
    x = torch.randn(batch, 10)
    y = torch.randn(batch, 1)

    def run(iterations):
        for _ in range(iterations):
            opt.zero_grad()
            criterion(model(x), y).backward()
            opt.step()

    return run


def adam_step(parameters):
    p = torch.randn(parameters)
    p.grad = torch.randn(parameters)
    opt = torch.optim.Adam([p], lr=1e-3, fused=True)

    def run(iterations):
        for _ in range(iterations):
            opt.step()

    return run


def read_idx(path):
    with open(path, "rb") as file:
        _, _, _, ndim = struct.unpack("4B", file.read(4))
        shape = struct.unpack(f">{ndim}I", file.read(4 * ndim))
        return torch.frombuffer(bytearray(file.read()), dtype=torch.uint8).reshape(shape)


def mnist_epoch(folder, loading):
    """`loader`: the DataLoader everybody writes. `batches`: one index_select a batch, the best that can be written by hand."""
    x = read_idx(os.path.join(folder, "train-images-idx3-ubyte")).reshape(-1, 784).float() / 255
    y = read_idx(os.path.join(folder, "train-labels-idx1-ubyte")).long()
    torch.manual_seed(0)
    model = nn.Sequential(
        nn.Linear(784, 256), nn.LeakyReLU(0.01), nn.Linear(256, 128), nn.LeakyReLU(0.01), nn.Linear(128, 10)
    )
    opt = torch.optim.Adam(model.parameters(), lr=1e-3)
    loader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(x, y), batch_size=128, shuffle=True)

    def batches():
        for index in torch.randperm(len(x)).split(128):
            yield x[index], y[index]

    def run(iterations):
        for _ in range(iterations):
            for xb, yb in loader if loading == "loader" else batches():
                opt.zero_grad()
                F.cross_entropy(model(xb), yb).backward()
                opt.step()

    return run


def page_faults():
    """Of this process so far: shows whether results land in memory that is used again."""
    with open("/proc/self/stat") as file:
        return int(file.read().rpartition(")")[2].split()[7])


CASES = {
    "leaky_relu_no_grad": leaky_relu_no_grad,
    "leaky_relu_forward_backward": leaky_relu_forward_backward,
    "prelu_forward_backward": prelu_forward_backward,
    "activation_no_grad": activation_no_grad,
    "activation_forward_backward": activation_forward_backward,
    "mlp_step": mlp_step,
    "adam_step": adam_step,
    "mnist_epoch": mnist_epoch,
}
prepared = {}


def blas():
    return next((name for name in ("mkl", "openblas", "accelerate") if name in torch.__config__.show().lower()), "unknown")


def answer(line):
    name, threads, iterations, *arguments = line.split()
    if name == "info":
        return {"name": f"PyTorch {torch.__version__}", "blas": blas(), "threads": torch.get_num_threads()}
    torch.set_num_threads(int(threads))
    key = (name, *arguments)
    if key not in prepared:
        prepared.clear()
        prepared[key] = CASES[name](*(int(a) if a.isdigit() else a for a in arguments))
    run = prepared[key]
    faults = page_faults()
    start = time.perf_counter()
    run(int(iterations))
    seconds = time.perf_counter() - start
    return {"seconds": seconds, "page_faults": (page_faults() - faults) / int(iterations)}


for request in sys.stdin:
    try:
        reply = answer(request)
    except Exception as error:
        reply = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(reply), flush=True)
