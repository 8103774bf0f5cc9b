"""Writes names.json: what PyTorch calls things, by namespace. Run: python3 test/golden/names.py

Names that begin with an underscore, modules, and what is there for other devices, compilers and number formats (CUDA, quantization, export, complex) are
left out.
"""

import inspect
import json
import re
from pathlib import Path

import torch
import torch.nn.utils.parametrizations
import torch.optim.swa_utils
import torch.profiler
import torch.testing

NAMESPACES = {
    "torch": torch,
    "Tensor": torch.Tensor,
    "autograd": torch.autograd,
    "autograd.functional": torch.autograd.functional,
    "nn": torch.nn,
    "nn.Module": torch.nn.Module,
    "nn.functional": torch.nn.functional,
    "nn.init": torch.nn.init,
    "nn.utils": torch.nn.utils,
    "optim": torch.optim,
    "optim.lr_scheduler": torch.optim.lr_scheduler,
    "optim.swa_utils": torch.optim.swa_utils,
    "profiler": torch.profiler,
    "testing": torch.testing,
    "utils.data": torch.utils.data,
}

OTHERS = re.compile(
    r"cuda|xpu|hpu|ipu|mtia|cudnn|quant|qint|q_|int_repr|sparse(?!_$)|nested|jit|script|compile|export|vmap|sym_|dynamo|share_memory|pin_memory"
    r"|complex|cfloat|cdouble|chalf|half|float8|float4|bits\d|uint[1-7]$|int[1-7]$|_copy$|memory_format|rename|refine_names|align_|dim_order"
    r"|deterministic|autocast|layout|stream|distributed|warn_always|lobpcg|vdot|conj|real$|imag$|angle$|polar|untyped_storage|storage_type"
    r"|^is_(?!tensor|grad|inference|contig|float|leaf)|_with_indices$|with_cast|has_torch_function|^handle_|datapipes?$|DataPipe$|_notes$"
    r"|boolean_dispatch|assert_int|scaled_(mm|grouped|addmm)|grouped_mm|slice_inverse|coalesce|col_indices|row_indices|(dense|sparse)_dim|hspmm|hsmm"
    r"|smm$|spmm$|set_default_tensor_type|device_module|parse_|DataChunk|argument_validation|runtime_validation|is_tensor_like"
)

# Classes and constants of the namespace torch; the others there belong to its compilers.
PLAIN = {"Generator", "Size", "Tensor", "device", "dtype", "enable_grad", "finfo", "iinfo", "inference_mode", "no_grad", "set_grad_enabled"}
PLAIN |= {"e", "inf", "nan", "pi", "newaxis"}

# What nobody is meant to call, or what an underscore replaced years ago.
NOT_MEANT = {
    "torch": "bit import_ir_module import_ir_module_from_buffer init_num_threads merge_type_from_type_comment native_channel_shuffle quint2x4 quint4x2 quint8"
    " thread_safe_generator unify_type_list segment_reduce while_loop hash_tensor cond resolve_neg fork wait typename set_float32_matmul_precision"
    " get_float32_matmul_precision",
    "Tensor": "as_subclass const_data_ptr grad_dtype module_load qscheme resolve_neg set_ volatile to_mkldnn to_padded_tensor to_dense name values indices",
    "autograd": "NestedIOFunction Variable kineto_available set_multithreading_enabled",
    "nn": "Container NLLLoss2d factory_kwargs LinearCrossEntropyOptions SyncBatchNorm DataParallel",
    "nn.Module": "T_destination call_super_init dump_patches",
    "nn.functional": "ScalingType SwizzleType native_channel_shuffle upsample upsample_bilinear upsample_nearest",
    "nn.init": "constant dirac eye kaiming_normal kaiming_uniform normal orthogonal uniform xavier_normal xavier_uniform",
    "optim": "swap_in_optimizer_params_and_state",
    "profiler": "CuspyConfig DeviceType PerformanceMetricsConfig ProfilerActivityConfig kineto_available register_optimizer_step_post_hook",
    "utils.data": "guaranteed_datapipes_determinism",
}


def is_public(namespace, holder, name, value):
    """Whether PyTorch documents it, as far as a program can tell."""
    if name in NOT_MEANT.get(namespace, "").split() or (namespace == "torch" and name.endswith("_")):
        return False
    if namespace == "torch":
        return name in PLAIN or isinstance(value, torch.dtype) or (inspect.isroutine(value) and bool(value.__doc__))
    if inspect.isclass(holder):  # Tensor and Module
        return not inspect.isroutine(value) or bool(value.__doc__)
    home = getattr(value, "__module__", None) or "torch"
    if inspect.isclass(value):
        return home.startswith(holder.__name__) or name in getattr(holder, "__all__", ())
    return inspect.isroutine(value) and home.startswith("torch") and bool(value.__doc__)


def names_of(namespace, holder):
    """The public names, and the others that PyTorch has there."""
    found = [name for name in sorted(set(dir(holder))) if not name.startswith("_") and not inspect.ismodule(getattr(holder, name))]
    public = [name for name in found if not OTHERS.search(name) and is_public(namespace, holder, name, getattr(holder, name))]
    return {"public": public, "other": [name for name in found if name not in public and not re.search("[A-Z]", name)]}


names = {namespace: names_of(namespace, holder) for namespace, holder in NAMESPACES.items()}
version = torch.__version__.split("+")[0]
lines = ",\n".join(f"    {json.dumps(namespace)}: {json.dumps(found)}" for namespace, found in names.items())
Path(__file__).with_suffix(".json").write_text(f'{{\n  "torch": "{version}",\n  "names": {{\n{lines}\n  }}\n}}\n')
