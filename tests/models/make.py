#!/usr/bin/env python3
"""Whole models, as people have them: PyTorch's, torchvision's, timm's and transformers' own definitions with random weights, each
scripted, traced and exported where PyTorch itself can do that.

    make.py FOLDER [NAME...]        writes what matches one of the names (all of them); what is there already stays
    make.py --list

FOLDER then holds NAME.pt or NAME.pt2 with NAME.npz (the inputs and PyTorch's answers for a batch of 2) and NAME.b5.npz (a batch of
5), and log.tsv, which says what PyTorch refused to make. NAME ends in _scripted, _traced or _exported. In the .npz, `meta` is JSON:
the flattened inputs and outputs with their paths, each a key of the .npz or, for a number, its value.

Needs torch and numpy; and torchvision, timm, transformers for their models (those that are missing are passed over, and said).
"""
import io
import json
import pathlib
import sys
import warnings

import numpy
import torch

HERE = pathlib.Path(__file__).parent
FORMS = ("scripted", "traced", "exported")
warnings.filterwarnings("ignore")


def randomise(module):
    """Weights as a trained model has them: no norm is the identity, no bias is zero, and what differs by name differs always."""
    generator = torch.Generator().manual_seed(7)
    def uniform(tensor, low, high):
        tensor.copy_(torch.empty(tensor.shape).uniform_(low, high, generator=generator))
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            if not parameter.is_floating_point():
                continue
            if parameter.dim() <= 1 and name.endswith(("weight", "gamma")) or "layer_scale" in name:
                uniform(parameter, 0.5, 1.5)
            elif parameter.dim() <= 1:
                uniform(parameter, -0.2, 0.2)
        for name, buffer in module.named_buffers():
            if name.endswith("running_mean"):
                uniform(buffer, -0.3, 0.3)
            elif name.endswith("running_var"):
                uniform(buffer, 0.5, 1.5)


def flattened(value, path=""):
    """(path, leaf) of tensors and numbers; None is left out, as is what a result holds beside its values."""
    if value is None:
        return []
    if isinstance(value, dict):
        return [leaf for key, item in value.items() for leaf in flattened(item, f"{path}['{key}']")]
    if isinstance(value, (list, tuple)):
        return [leaf for place, item in enumerate(value) for leaf in flattened(item, f"{path}[{place}]")]
    if torch.is_tensor(value) or isinstance(value, (bool, int, float)):
        return [(path, value)]
    return [leaf for key, item in vars(value).items() for leaf in flattened(item, f"{path}.{key}")]


def record(file, arguments, answers):
    arrays, meta = {}, {"inputs": [], "outputs": []}
    for letter, kind, values in (("i", "inputs", arguments), ("o", "outputs", answers)):
        for place, (path, leaf) in enumerate(flattened(values)):
            if not torch.is_tensor(leaf) and kind == "inputs":
                meta[kind].append({"path": path, "value": leaf})
                continue
            arrays[f"{letter}{place}"] = torch.as_tensor(leaf).detach().numpy()
            meta[kind].append({"path": path, "key": f"{letter}{place}"})
    numpy.savez(file, meta=numpy.frombuffer(json.dumps(meta).encode(), dtype=numpy.uint8), **arrays)


def answers_of(module, arguments):
    torch.manual_seed(0)
    with torch.no_grad():
        answers = module(*[argument.clone() if torch.is_tensor(argument) else argument for argument in arguments])
    return answers if isinstance(answers, (list, tuple)) else (answers,)


def vacuous(answers):
    leaves = [leaf for _, leaf in flattened(answers) if torch.is_tensor(leaf) and leaf.is_floating_point()]
    return bool(leaves) and all(not leaf.isfinite().all() or leaf.abs().max() < 1e-4 for leaf in leaves)


def dynamic_axes(arguments):
    """Axis 0 of every input is a batch of any size."""
    batch = torch.export.Dim("batch", min=1, max=64)
    def of(value):
        if isinstance(value, (list, tuple)):
            return type(value)(of(item) for item in value)
        if isinstance(value, dict):
            return {key: of(item) for key, item in value.items()}
        return {0: batch} if torch.is_tensor(value) and value.dim() else None
    return tuple(of(argument) for argument in arguments)


def write_form(form, model, folder, name):
    first, second = model.inputs(2), model.inputs(5)
    module = model.build()
    randomise(module)
    module.eval()
    if form == "scripted":
        product = torch.jit.script(module)
    elif form == "traced":
        with torch.no_grad():
            product = torch.jit.trace(module, tuple(first), check_trace=False, strict=False)
    else:
        with torch.no_grad():
            product = torch.export.export(module, tuple(first), dynamic_shapes=dynamic_axes(first), strict=False)
    runs = module if form != "exported" else product.module()
    # A trace is worth what it was traced from: the module's own answers are the reference.
    answers = [answers_of(module if form != "scripted" else product, arguments) for arguments in (first, second)]
    if vacuous(answers):
        raise ValueError("the answers are vacuous")
    if form == "traced" or form == "exported":
        same = answers_of(product if form == "traced" else runs, second)
        for (_, left), (_, right) in zip(flattened(answers[1]), flattened(same)):
            if torch.is_tensor(left) and (left.shape != right.shape or not torch.allclose(left.double(), right.double(), rtol=1e-3, atol=1e-3, equal_nan=True)):
                raise ValueError("PyTorch's own product answers otherwise at another batch")
    buffer = io.BytesIO()
    (torch.export.save if form == "exported" else torch.jit.save)(product, buffer)
    record(folder / f"{name}.npz", first, answers[0])
    record(folder / f"{name}.b5.npz", second, answers[1])
    (folder / (name + (".pt2" if form == "exported" else ".pt"))).write_bytes(buffer.getvalue())


def all_models():
    sys.path.insert(0, str(HERE))
    models = {}
    for family in ("small", "torchvision", "timm", "transformers"):
        try:
            models.update({f"{family}_{name}": model for name, model in __import__(f"{family}_models").MODELS.items()})
        except ImportError as error:
            print(f"passed over: {family} ({error})", file=sys.stderr)
    return models


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    models = all_models()
    if sys.argv[1] == "--list":
        return print("\n".join(models))
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    with open(folder / "log.tsv", "a") as log:
        for name, model in models.items():
            for form in model.forms:
                whole = f"{name}_{form}"
                if sys.argv[2:] and not any(part in whole for part in sys.argv[2:]) or (folder / f"{whole}.npz").exists():
                    continue
                try:
                    write_form(form, model, folder, whole)
                    said = "made"
                except Exception as error:
                    said = f"{type(error).__name__}: {error}".split("\n")[0][:200]
                print(f"{whole}\t{said}", file=log, flush=True)
                print(whole, said, flush=True)


if __name__ == "__main__":
    main()
