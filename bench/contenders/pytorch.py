"""PyTorch's side of the benchmark. Reads lines `RUN THREADS ITERATIONS ARGUMENT…`, answers with one JSON line each."""

import json
import pathlib
import runpy
import sys
import time

import torch

# Every group with a pytorch.py declares RUNS: from a name to a function of the case's arguments that returns `run(iterations)`.
RUNS = {}
for path in sorted(pathlib.Path(__file__).parent.parent.glob("groups/*/pytorch.py")):
    for name, make in runpy.run_path(str(path))["RUNS"].items():
        if name in RUNS:
            raise ValueError(f"{path}: another group has a run called {name}")
        RUNS[name] = make


def page_faults():
    """Of this process so far: shows whether results land in memory that is used again."""
    with open("/proc/self/stat") as file:
        return int(file.read().rpartition(")")[2].split()[7])


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
        prepared[key] = RUNS[name](*(int(a) if a.isdigit() else a for a in arguments))
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
