"""Writes test/native/optim_golden.h: what torch.optim makes of a few parameters in four steps, in float64.

    python3 test/golden/optim_native.py > test/native/optim_golden.h
"""
import torch

N, STEPS = 7, 4
generator = torch.Generator().manual_seed(5)
start = torch.randn(N, dtype=torch.float64, generator=generator)
gradients = torch.randn(STEPS, N, dtype=torch.float64, generator=generator)


def cases():
    for momentum, dampening, nesterov in [(0, 0, 0), (0.9, 0, 0), (0.9, 0.3, 0), (0.9, 0, 1)]:
        for weight_decay, maximize in [(0, 0), (0.1, 1)]:
            options = dict(lr=0.1, momentum=momentum, dampening=dampening, weight_decay=weight_decay,
                           nesterov=nesterov, maximize=maximize)
            yield "sgd_step", torch.optim.SGD, options, options
    for decoupled in (0, 1):
        for amsgrad in (0, 1):
            for weight_decay, maximize in [(0, 0), (0.1, 1)]:
                shared = dict(lr=0.1, eps=1e-8, weight_decay=weight_decay, amsgrad=amsgrad, maximize=maximize)
                native = dict(lr=0.1, beta1=0.9, beta2=0.99, eps=1e-8, weight_decay=weight_decay, decoupled=decoupled,
                              amsgrad=amsgrad, maximize=maximize)
                yield ("adam_step", torch.optim.AdamW if decoupled else torch.optim.Adam,
                       dict(shared, betas=(0.9, 0.99)), native)
    shared = dict(lr=0.1, beta1=0.3, beta2=0.9, eps=1e-8, weight_decay=0, decoupled=0, amsgrad=0, maximize=0)
    yield "adam_step", torch.optim.Adam, dict(lr=0.1, betas=(0.3, 0.9)), shared
    for momentum in (0, 0.9):
        for centered in (0, 1):
            options = dict(lr=0.1, alpha=0.9, eps=1e-8, weight_decay=0.1, momentum=momentum, centered=centered, maximize=0)
            yield "rmsprop_step", torch.optim.RMSprop, options, options
    options = dict(lr=0.1, lr_decay=0.2, weight_decay=0.1, eps=1e-10, maximize=1)
    yield "adagrad_step", torch.optim.Adagrad, options, options
    options = dict(lr=0.7, rho=0.8, eps=1e-6, weight_decay=0.1, maximize=0)
    yield "adadelta_step", torch.optim.Adadelta, options, options
    shared = dict(lr=0.1, eps=1e-8, weight_decay=0.1, maximize=0)
    yield ("adamax_step", torch.optim.Adamax, dict(shared, betas=(0.9, 0.99)),
           dict(lr=0.1, beta1=0.9, beta2=0.99, eps=1e-8, weight_decay=0.1, maximize=0))
    for decoupled in (0, 1):
        yield ("nadam_step", torch.optim.NAdam,
               dict(shared, betas=(0.9, 0.99), momentum_decay=0.004, decoupled_weight_decay=bool(decoupled)),
               dict(lr=0.1, beta1=0.9, beta2=0.99, eps=1e-8, weight_decay=0.1, momentum_decay=0.004,
                    decoupled=decoupled, maximize=0))
        # beta2 = 0.5 reaches the rectified form (rho > 5) at no step, 0.999 from the sixth on.
        for beta2 in (0.5, 0.999):
            yield ("radam_step", torch.optim.RAdam,
                   dict(shared, betas=(0.9, beta2), decoupled_weight_decay=bool(decoupled)),
                   dict(lr=0.1, beta1=0.9, beta2=beta2, eps=1e-8, weight_decay=0.1, decoupled=decoupled, maximize=0))


def numbers(values):
    return "{" + ", ".join(repr(float(v)) for v in values) + "}"


def train(optimizer, options):
    parameter = torch.nn.Parameter(start.clone())
    optimizer = optimizer([parameter], foreach=False, **options)
    for step in range(2 * STEPS):
        parameter.grad = gradients[step % STEPS].clone()
        optimizer.step()
    return parameter.detach()


print("// Made by test/golden/optim_native.py with PyTorch " + torch.__version__.split("+")[0] + "; do not edit.")
print("// clang-format off\n#pragma once\n#include <vector>\n")
print("namespace optim_golden {\n")
print("// Every case takes 8 steps over the 4 gradients, twice around.")
print(f"const std::vector<double> start = {numbers(start)};")
print("const std::vector<std::vector<double>> gradients = {")
for gradient in gradients:
    print(f"    {numbers(gradient)},")
print("};\n")
print("struct Case {\n  const char* kernel;\n  std::vector<double> options;\n  std::vector<double> end;\n};\n")
print("const std::vector<Case> cases = {")
for kernel, optimizer, options, native in cases():
    flags = {k: bool(v) if k in ("nesterov", "maximize", "amsgrad", "centered") else v for k, v in options.items()}
    print(f'    {{"{kernel}", {numbers(native.values())},\n     {numbers(train(optimizer, flags))}}},')
print("};\n\n}  // namespace optim_golden")
