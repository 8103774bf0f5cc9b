import torch

TENSORS = 16


def optimizer_step(name, count, implementation):
    torch.manual_seed(0)
    params = [torch.randn(int(count) // TENSORS, requires_grad=True) for _ in range(TENSORS)]
    for param in params:
        param.grad = torch.randn_like(param)
    options = dict(lr=1e-3, momentum=0.9) if name == "SGD" else dict(lr=1e-3)
    if implementation != "default":
        options[implementation] = True
    optimizer = getattr(torch.optim, name)(params, **options)

    def run(iterations):
        for _ in range(iterations):
            optimizer.step()

    return run


RUNS = {"optimizer_step": optimizer_step}
