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
    for make, made, options, args, kwargs, training in attention():
        yield make, made, options, args, kwargs, "more", "", training


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
    for mode in ("nearest", "nearest-exact"):
        yield nn.Upsample, (), {"scale_factor": (0.6, 1.7), "mode": mode}, [rand(1, 2, 5, 4)], True
        yield nn.Upsample, (), {"size": 7, "mode": mode}, [rand(2, 2, 3)], True
        yield nn.Upsample, (), {"size": (2, 5, 3), "mode": mode}, [rand(1, 2, 3, 2, 4)], True
    for mode in ("bilinear", "bicubic"):
        for align_corners in (False, True):
            yield nn.Upsample, (), {"scale_factor": (0.6, 1.7), "mode": mode, "align_corners": align_corners}, [rand(1, 2, 5, 4)], True
            yield nn.Upsample, (), {"size": (7, 1), "mode": mode, "align_corners": align_corners}, [rand(2, 1, 4, 3)], True
            yield nn.Upsample, (), {"scale_factor": 1.7, "mode": mode, "recompute_scale_factor": True}, [rand(1, 2, 3, 4)], True
    for align_corners in (False, True):
        yield nn.Upsample, (), {"size": 5, "mode": "linear", "align_corners": align_corners}, [rand(2, 2, 3)], True
        yield nn.Upsample, (), {"scale_factor": 2, "mode": "trilinear", "align_corners": align_corners}, [rand(1, 2, 2, 2, 3)], True
    yield nn.UpsamplingNearest2d, (), {"scale_factor": 2}, [rand(2, 2, 2, 3)], True
    yield nn.UpsamplingNearest2d, ((3, 5),), {}, [rand(2, 2, 2, 3)], True
    yield nn.UpsamplingBilinear2d, (), {"scale_factor": 3}, [rand(2, 2, 2, 3)], True
    yield nn.UpsamplingBilinear2d, ((3, 5),), {}, [rand(2, 2, 2, 3)], True
    yield nn.ChannelShuffle, (3,), {}, [rand(2, 6, 2, 3)], True
    yield nn.Unflatten, (-1, (2, -1)), {}, [rand(4, 6)], True
    volume = (2, 2, 3, 4, 3)
    yield nn.ZeroPad3d, ((1, 0, 2, 1, 0, 1),), {}, [rand(*volume)], True
    yield nn.ConstantPad3d, ((0, 1, -1, 1, 1, -1), 0.5), {}, [rand(*volume)], True
    for make in (nn.ReflectionPad3d, nn.ReplicationPad3d, nn.CircularPad3d):
        yield make, ((1, 0, 2, 1, 0, 1),), {}, [rand(*volume)], True
        yield make, (1,), {}, [rand(2, 3, 2, 4)], True
    yield nn.Unfold, ((2, 3),), {"dilation": (2, 1), "padding": (1, 0), "stride": (1, 2)}, [rand(2, 2, 4, 5)], True
    yield nn.Unfold, (2,), {}, [rand(3, 3, 4)], True
    yield nn.Fold, ((4, 5), (2, 3)), {"dilation": (2, 1), "padding": (1, 0), "stride": (1, 2)}, [rand(2, 12, 8)], True
    yield nn.Fold, ((3, 4), 2), {}, [rand(8, 6)], True

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

    yield from losses()


def attention():
    """MultiheadAttention and the encoder with each option: arguments of forward by name."""
    hide, minus = torch.zeros(4, 5, dtype=torch.bool), float("-inf")
    hide[1, 2] = hide[3, 0] = True
    padding = torch.tensor([[False] * 5, [False, False, False, True, True]])
    causal = torch.triu(torch.ones(4, 4, dtype=torch.bool), 1)
    scores, each_head = torch.randn(4, 5), torch.randn(6, 4, 5)

    def cross():
        return [rand(4, 2, 6), rand(5, 2, 6), rand(5, 2, 6)]

    plain, both = {}, {"add_bias_kv": True, "add_zero_attn": True}
    yield nn.MultiheadAttention, (6, 3), plain, cross(), {}, True
    for called in ({"need_weights": False}, {"average_attn_weights": False}):
        for made in (plain, both):
            yield nn.MultiheadAttention, (6, 3), made, cross(), called, True
            yield nn.MultiheadAttention, (6, 3), made, cross(), {"attn_mask": hide, **called}, True
            yield nn.MultiheadAttention, (6, 3), made, cross(), {"attn_mask": hide, "key_padding_mask": padding, **called}, True
            yield nn.MultiheadAttention, (6, 3), made, cross(), {"attn_mask": scores, **called}, True
            yield nn.MultiheadAttention, (6, 3), made, cross(), {"attn_mask": each_head, **called}, True
            floats = torch.zeros(2, 5).masked_fill(padding, minus)
            yield nn.MultiheadAttention, (6, 3), made, cross(), {"attn_mask": each_head, "key_padding_mask": floats, **called}, True
    for need_weights in (True, False):
        other = {"kdim": 3, "vdim": 5}
        yield nn.MultiheadAttention, (6, 2), {"batch_first": True, **other}, [rand(2, 4, 6), rand(2, 3, 3), rand(2, 3, 5)], {"need_weights": need_weights}, True
        yield nn.MultiheadAttention, (6, 2), {"bias": False, **other}, [rand(4, 6), rand(3, 3), rand(3, 5)], {"need_weights": need_weights}, True
        called = {"attn_mask": causal, "is_causal": True, "need_weights": need_weights}
        yield nn.MultiheadAttention, (6, 2, 0.5), {"batch_first": True}, [rand(2, 4, 6) for _ in range(3)], called, False

    for activation in ("gelu", nn.functional.silu, nn.GELU(), nn.functional.relu):
        layer = {"dim_feedforward": 5, "dropout": 0.0, "activation": activation, "layer_norm_eps": 0.01}
        yield nn.TransformerEncoderLayer, (4, 2), layer, [rand(4, 2, 4)], {"src_mask": causal, "is_causal": True}, True
        made = (nn.TransformerEncoderLayer(4, 2, norm_first=True, bias=False, batch_first=True, **layer), 2)
        yield nn.TransformerEncoder, made, {"norm": nn.LayerNorm(4)}, [rand(2, 4, 4)], {"mask": causal}, True


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
    yield nn.Bilinear, (3, 4, 2), {}, [rand(5, 3), rand(5, 4)], True
    yield nn.Bilinear, (3, 1, 2), {"bias": False}, [rand(2, 5, 3), rand(2, 5, 1)], True
    yield nn.LPPool1d, (2, 3), {"stride": 2}, [(torch.rand(2, 3, 8) + 0.1).requires_grad_()], True
    yield nn.LPPool2d, (3, (2, 3)), {"ceil_mode": True}, [(torch.rand(2, 3, 5, 7) + 0.1).requires_grad_()], True
    for reduction in ("mean", "sum", "none"):
        yield nn.TripletMarginWithDistanceLoss, (), {"margin": 2.0, "swap": True, "reduction": reduction}, [rand(5, 4) for _ in range(3)], True
    yield nn.CosineSimilarity, (), {}, [rand(5, 6), rand(5, 6)], True
    yield nn.CosineSimilarity, (), {"dim": 2, "eps": 0.01}, [rand(2, 3, 4), rand(2, 3, 4)], True
    yield nn.PairwiseDistance, (), {"p": 1.0, "keepdim": True}, [rand(5, 6), rand(5, 6)], True
