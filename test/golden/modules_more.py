"""Samples for modules.py of modules and options that PyTorch's own samples leave out."""

import torch
from torch import nn


def rand(*shape):
    return torch.randn(shape).requires_grad_()


def labels(*shape, classes=4):
    return torch.randint(classes, shape)


# A module's class, arguments and options; the arguments of forward; whether in training.
def samples():
    for make, made, options, args, training in cases():
        yield make, made, options, args, {}, "more", "", training


def cases():
    image, sequence, rows = (2, 4, 5, 6), (2, 4, 7), (5, 6)

    yield nn.Identity, (), {}, [rand(*rows)], True
    yield nn.Unflatten, (1, (2, 3)), {}, [rand(4, 6, 2)], True
    yield nn.Flatten, (), {"start_dim": 2}, [rand(*image)], True
    yield nn.PixelShuffle, (2,), {}, [rand(2, 8, 2, 3)], True
    yield nn.PixelUnshuffle, (2,), {}, [rand(2, 2, 4, 6)], True
    for scale in (2, 1.5, (2, 3)):
        for mode in ("nearest", "bilinear"):
            yield nn.Upsample, (), {"scale_factor": scale, "mode": mode}, [rand(1, 2, 3, 4)], True
    yield nn.Upsample, (), {"size": (2, 7), "mode": "bilinear", "align_corners": True}, [rand(1, 2, 3, 4)], True
    yield nn.Upsample, (), {"size": 5}, [rand(2, 2, 3)], True

    for make, shape in ((nn.Dropout, rows), (nn.Dropout1d, sequence), (nn.Dropout2d, image), (nn.AlphaDropout, rows), (nn.FeatureAlphaDropout, image)):
        yield make, (), {}, [rand(*shape)], False
        yield make, (), {"p": 0.0}, [rand(*shape)], True
    yield nn.RReLU, (0.1, 0.4), {}, [rand(*rows)], False
    yield nn.Hardsigmoid, (), {}, [6 * torch.randn(rows)], True

    for mode in ("zeros", "reflect", "replicate", "circular"):
        yield nn.Conv1d, (4, 6, 3), {"padding": 2, "padding_mode": mode, "groups": 2}, [rand(*sequence)], True
        yield nn.Conv2d, (4, 2, (3, 2)), {"padding": (2, 1), "padding_mode": mode, "dilation": (1, 2)}, [rand(*image)], True
        yield nn.Conv2d, (4, 3, 3), {"padding": "same", "padding_mode": mode, "bias": False}, [rand(*image)], True
    yield nn.Conv2d, (3, 4, 4), {"stride": 2, "padding": 1}, [rand(2, 3, 8, 8)], True
    yield nn.Conv2d, (4, 8, 1), {"stride": 2}, [rand(*image)], True
    yield nn.ConvTranspose1d, (4, 2, 3), {"stride": 3, "padding": 1, "output_padding": 2, "groups": 2}, [rand(*sequence)], True
    yield nn.ConvTranspose2d, (4, 3, 4), {"stride": 2, "padding": 1}, [rand(*image)], True
    yield nn.ConvTranspose2d, (4, 2, (3, 2)), {"dilation": (2, 1), "bias": False, "groups": 2}, [rand(*image)], True

    yield nn.MaxPool1d, (3,), {"stride": 2, "padding": 1, "dilation": 2, "return_indices": True}, [rand(*sequence)], True
    yield nn.MaxPool2d, (3,), {"stride": 2, "ceil_mode": True}, [rand(*image)], True
    yield nn.MaxPool2d, ((2, 3),), {"padding": (1, 1), "return_indices": True}, [rand(*image)], True
    yield nn.AvgPool1d, (3,), {"stride": 2, "padding": 1, "ceil_mode": True, "count_include_pad": False}, [rand(*sequence)], True
    yield nn.AvgPool2d, (3,), {"stride": 2, "padding": 1, "ceil_mode": True, "count_include_pad": False}, [rand(*image)], True
    yield nn.AvgPool2d, (2,), {"divisor_override": 3}, [rand(*image)], True
    yield nn.AdaptiveAvgPool2d, ((None, 4),), {}, [rand(*image)], True
    yield nn.AdaptiveMaxPool1d, (3,), {"return_indices": True}, [rand(*sequence)], True
    yield nn.AdaptiveMaxPool2d, ((3, None),), {"return_indices": True}, [rand(*image)], True

    for training in (True, False):
        yield nn.BatchNorm1d, (4,), {"momentum": None}, [rand(*sequence)], training
        yield nn.BatchNorm2d, (4,), {"track_running_stats": False}, [rand(*image)], training
        yield nn.BatchNorm2d, (4,), {"affine": False, "eps": 0.01, "momentum": 0.3}, [rand(*image)], training
        yield nn.InstanceNorm1d, (4,), {"affine": True, "track_running_stats": True}, [rand(*sequence)], training
        yield nn.InstanceNorm2d, (4,), {"affine": True, "track_running_stats": True, "momentum": 0.25}, [rand(*image)], training
    yield nn.GroupNorm, (2, 4), {"affine": False}, [rand(*image)], True
    yield nn.RMSNorm, (6,), {"eps": 0.01}, [rand(*rows)], True

    yield nn.Embedding, (5, 3), {"padding_idx": 2}, [torch.tensor([[0, 2, 4], [1, 2, 2]])], True
    yield nn.Embedding, (5, 3), {"padding_idx": -1, "scale_grad_by_freq": True}, [torch.tensor([0, 4, 1, 1, 1, 0])], True
    yield nn.Embedding, (5, 3), {"max_norm": 1.0, "norm_type": 1.0}, [torch.tensor([0, 3, 3])], True

    for make, options in ((nn.RNN, {"nonlinearity": "relu"}), (nn.LSTM, {}), (nn.GRU, {})):
        yield make, (3, 4), {"num_layers": 2, "bidirectional": True, **options}, [rand(5, 2, 3)], True
        yield make, (3, 4), {"batch_first": True, "bias": False, **options}, [rand(2, 5, 3)], True
    yield nn.LSTM, (3, 4), {"num_layers": 2}, [rand(5, 2, 3), (rand(2, 2, 4), rand(2, 2, 4))], True
    yield nn.GRU, (3, 4), {"num_layers": 2, "dropout": 0.5}, [rand(5, 2, 3), rand(2, 2, 4)], False
    for make in (nn.RNNCell, nn.GRUCell):
        yield make, (3, 4), {"bias": False}, [rand(2, 3)], True
    yield nn.LSTMCell, (3, 4), {}, [rand(2, 3), (rand(2, 4), rand(2, 4))], True
    yield nn.MultiheadAttention, (6, 3), {}, [rand(4, 2, 6), rand(5, 2, 6), rand(5, 2, 6)], True
    yield nn.MultiheadAttention, (6, 2), {"kdim": 3, "vdim": 5, "batch_first": True}, [rand(2, 4, 6), rand(2, 3, 3), rand(2, 3, 5)], True

    yield from losses()


def losses():
    x, y = rand(*(5, 6)), torch.randn(5, 6)
    for reduction in ("mean", "sum", "none"):
        options = {"reduction": reduction}
        yield nn.TripletMarginLoss, (), {"margin": 0.5, "p": 1, "swap": True, **options}, [rand(5, 6), rand(5, 6), rand(5, 6)], True
        yield nn.TripletMarginLoss, (), {"margin": 2.0, **options}, [rand(5, 6), rand(5, 6), rand(5, 6)], True
        yield nn.HuberLoss, (), {"delta": 0.4, **options}, [x, y], True
        yield nn.BCEWithLogitsLoss, (), {"pos_weight": torch.tensor([1.0, 2, 0.5, 3, 1, 0.25]), **options}, [x, torch.rand(5, 6)], True
        yield nn.KLDivLoss, (), {"log_target": True, **options}, [x, y], True
        yield nn.CosineEmbeddingLoss, (), {"margin": 0.25, **options}, [rand(5, 6), rand(5, 6), torch.tensor([1, -1, 1, -1, -1])], True
        yield nn.CrossEntropyLoss, (), {"label_smoothing": 0.1, "weight": torch.rand(6) + 0.5, **options}, [x, labels(5, classes=6)], True
        yield nn.CrossEntropyLoss, (), options, [x, torch.rand(5, 6)], True
    yield nn.KLDivLoss, (), {"reduction": "batchmean"}, [x, torch.rand(5, 6)], True
    yield nn.CosineSimilarity, (), {}, [rand(5, 6), rand(5, 6)], True
    yield nn.CosineSimilarity, (), {"dim": 2, "eps": 0.01}, [rand(2, 3, 4), rand(2, 3, 4)], True
    yield nn.PairwiseDistance, (), {"p": 1.0, "keepdim": True}, [rand(5, 6), rand(5, 6)], True
