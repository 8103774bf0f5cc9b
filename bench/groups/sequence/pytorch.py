import torch
from torch import nn


def recurrent(kind, inputs, hidden, steps, batch):
    torch.manual_seed(0)
    net = getattr(nn, kind)(inputs, hidden)
    x = torch.randn(steps, batch, inputs, requires_grad=True)
    g = torch.randn(steps, batch, hidden)

    def run(iterations):
        for _ in range(iterations):
            net.zero_grad()
            x.grad = None
            net(x)[0].backward(g)

    return run


def lstm_cell_no_grad(inputs, hidden):
    cell = nn.LSTMCell(inputs, hidden)
    x, h, c = (torch.randn(1, size) for size in (inputs, hidden, hidden))

    def run(iterations):
        with torch.no_grad():
            for _ in range(iterations):
                cell(x, (h, c))

    return run


RUNS = {"recurrent": recurrent, "lstm_cell_no_grad": lstm_cell_no_grad}
