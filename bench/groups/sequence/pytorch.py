import torch
from torch import nn
from torch.nn import functional as F


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


def attention(batch, heads, tokens, width, causal):
    q, k, v = (torch.randn(batch, heads, tokens, width, requires_grad=True) for _ in range(3))
    g = torch.randn(batch, heads, tokens, width)

    def run(iterations):
        for _ in range(iterations):
            q.grad = k.grad = v.grad = None
            F.scaled_dot_product_attention(q, k, v, is_causal=bool(causal)).backward(g)

    return run


def attention_no_grad(batch, heads, tokens, width, causal):
    q, k, v = (torch.randn(batch, heads, tokens, width) for _ in range(3))

    def run(iterations):
        with torch.no_grad():
            for _ in range(iterations):
                F.scaled_dot_product_attention(q, k, v, is_causal=bool(causal))

    return run


RUNS = {
    "recurrent": recurrent,
    "lstm_cell_no_grad": lstm_cell_no_grad,
    "attention": attention,
    "attention_no_grad": attention_no_grad,
}
