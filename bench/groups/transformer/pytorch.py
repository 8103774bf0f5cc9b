import torch
from torch import nn


def embedding(rows, width, words):
    table = nn.Embedding(rows, width)
    at = torch.randint(rows, (words,))
    g = torch.randn(words, width)

    def run(iterations):
        for _ in range(iterations):
            table.weight.grad = None
            table(at).backward(g)

    return run


def trained(net, call, batch, tokens, width):
    x, g = torch.randn(batch, tokens, width), torch.randn(batch, tokens, width)

    def run(iterations):
        for _ in range(iterations):
            net.zero_grad()
            call(x).backward(g)

    return run


def multihead_attention(width, heads, batch, tokens, weights):
    net = nn.MultiheadAttention(width, heads, batch_first=True)
    return trained(net, lambda x: net(x, x, x, need_weights=bool(weights))[0], batch, tokens, width)


def layer(width, heads, batch, tokens):
    net = nn.TransformerEncoderLayer(width, heads, dim_feedforward=4 * width, batch_first=True)
    return trained(net, net, batch, tokens, width)


RUNS = {"embedding": embedding, "multihead_attention": multihead_attention, "layer": layer}
