import torch
from torch.nn import functional


def of(f):
    def make(sizes, dims):
        x = torch.rand(sizes)
        return lambda: f(x, dims)

    return make


def of_two(f):
    def make(sizes, dims):
        x, y = torch.rand(sizes), torch.rand(sizes)
        return lambda: f(x, y, dims)

    return make


def with_shape(shape):
    def make(sizes, dims):
        x, y = torch.rand(sizes), torch.rand(shape(sizes))
        return lambda: x.add(y)

    return make


def of_int64(f):
    def make(sizes, dims):
        x, y = torch.randint(1000, sizes), torch.randint(1000, sizes)
        return lambda: f(x, y)

    return make


def masked(f):
    def make(sizes, dims):
        mask, x, y = torch.rand(sizes) > 0.5, torch.rand(sizes), torch.rand(sizes)
        return lambda: f(mask, x, y)

    return make


def outer_add(sizes, dims):
    x, y = torch.rand(sizes[0], 1), torch.rand(1, sizes[1])
    return lambda: x.add(y)


def gather(sizes, dims):
    x, index = torch.rand(sizes), torch.randint(sizes[dims[0]], sizes)
    return lambda: x.gather(dims[0], index)


def index_select(sizes, dims):
    x, index = torch.rand(sizes), torch.randint(sizes[dims[0]], sizes[dims[0]:dims[0] + 1])
    return lambda: x.index_select(dims[0], index)


def expanded(sizes, dims):
    x = torch.rand(sizes[0], 1)
    return lambda: x.expand(*sizes).contiguous()


def planes(x):
    return x.view(1, -1, *x.shape[-2:])


def mv(sizes, dims):
    x, y = torch.rand(sizes), torch.rand(sizes[1])
    return lambda: x.mv(y)


def triplet_margin_loss(sizes, dims):
    anchor, positive, negative = torch.rand(sizes), torch.rand(sizes), torch.rand(sizes)
    return lambda: functional.triplet_margin_loss(anchor, positive, negative)


OPERATIONS = {
    "add": of_two(lambda x, y, _: x.add(y)),
    "mul_number": of(lambda x, _: x.mul(2)),
    "view": of(lambda x, _: x.view(2, -1)),
    "relu": of(lambda x, _: x.relu()),
    "index": of(lambda x, _: x.select(0, 3)),
    "add_channels": with_shape(lambda sizes: [1, sizes[1], 1, 1]),
    "add_row": with_shape(lambda sizes: [sizes[1]]),
    "add_column": with_shape(lambda sizes: [sizes[0], 1]),
    "outer_add": outer_add,
    "pow": of(lambda x, exponent: x.pow(exponent[0])),
    "pow_tensors": of_two(lambda x, y, _: x.pow(y)),
    "flip": of(lambda x, dims: x.flip(dims)),
    "cat": of_two(lambda x, y, dims: torch.cat([x, y], *dims)),
    "roll": of(lambda x, dims: x.roll(*dims)),
    "pad": of(lambda x, widths: functional.pad(planes(x), widths)),
    "pad_reflect": of(lambda x, widths: functional.pad(planes(x), widths, "reflect")),
    "clamp": of(lambda x, _: x.clamp(0.25, 0.75)),
    "arange": lambda sizes, dims: lambda: torch.arange(sizes[0]),
    "mv": mv,
    "triplet_margin_loss": triplet_margin_loss,
    "stack": of_two(lambda x, y, dims: torch.stack([x, y], *dims)),
    "sum": of(lambda x, dims: x.sum(dims) if dims else x.sum()),
    "mean": of(lambda x, dims: x.mean(dims)),
    "var": of(lambda x, dims: x.var(dims)),
    "max": of(lambda x, dims: x.max(*dims)),
    "argmax": of(lambda x, dims: x.argmax(*dims)),
    "softmax": of(lambda x, dims: x.softmax(*dims)),
    "where": masked(lambda mask, x, y: torch.where(mask, x, y)),
    "where_number": masked(lambda mask, x, y: torch.where(mask, x, 0)),
    "masked_fill": masked(lambda mask, x, y: x.masked_fill(mask, 0)),
    "gather": gather,
    "index_select": index_select,
    "cumsum": of(lambda x, dims: x.cumsum(*dims)),
    "sort": of(lambda x, dims: x.sort(*dims)),
    "topk": of(lambda x, dims: x.topk(5, *dims)),
    "greater": of_two(lambda x, y, _: x.gt(y)),
    "greater_number": of(lambda x, _: x.gt(0.5)),
    "to_float": masked(lambda mask, x, y: mask.float()),
    "to_int64": masked(lambda mask, x, y: mask.long()),
    "add_int64": of_int64(lambda x, y: x.add(y)),
    "mul_int64": of_int64(lambda x, y: x.mul(y)),
    "sum_int64": of_int64(lambda x, y: x.sum()),
    "transposed": of(lambda x, _: x.t().contiguous()),
    "transposed_add": of_two(lambda x, y, _: x.add(y.t())),
    "permuted": of(lambda x, dims: x.permute(dims).contiguous()),
    "expanded": expanded,
    "clone": of(lambda x, _: x.clone()),
    "fill": of(lambda x, _: x.fill_(1)),
    "einsum": of_two(lambda x, y, _: torch.einsum("bij,bjk->bik", x, y)),
    "bmm": of_two(lambda x, y, _: x.bmm(y)),
}


def tensor(run, *sizes):
    name, _, numbers = run.partition(":")
    dims = [float(n) if "." in n else int(n) for n in numbers.split(",")] if numbers else []
    body = OPERATIONS[name](sizes, dims)

    def repeat(iterations):
        with torch.no_grad():
            for _ in range(iterations):
                body()

    return repeat


RUNS = {"tensor": tensor}
