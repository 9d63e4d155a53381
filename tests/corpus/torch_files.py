#!/usr/bin/env python3
"""torch_files.py FOLDER: writes honest PyTorch files into FOLDER: each dtype in each container, checkpoints as people write them,
optimisers, schedulers, modules of PyTorch's own classes, TorchScript and exported programs. None of them may be called anything but safe.

Seeded; the same files every time as far as PyTorch writes the same. Needs torch and numpy.
"""
import argparse
import collections
import copy
import datetime
import decimal
import functools
import io
import pathlib
import sys
import types
import uuid
import warnings
import zipfile

import numpy
import torch
import torch.package
from torch import nn
from torch.utils.serialization import config as serialization_config

warnings.filterwarnings("ignore")

FLOATS = [torch.float32, torch.float64, torch.float16, torch.bfloat16, torch.complex64, torch.complex128, torch.complex32]
INTEGERS = [torch.int8, torch.int16, torch.int32, torch.int64, torch.uint8, torch.uint16, torch.uint32, torch.uint64, torch.bool]
SMALL_FLOATS = [torch.float8_e4m3fn, torch.float8_e5m2, torch.float8_e4m3fnuz, torch.float8_e5m2fnuz, torch.float8_e8m0fnu]


def word(dtype):
    return str(dtype).removeprefix("torch.")


def filled(dtype, shape=(3, 4)):
    numbers = torch.arange(1, 1 + int(numpy.prod(shape))).reshape(shape)
    return (numbers % 2 == 0) if dtype == torch.bool else numbers.to(torch.float32).to(dtype)


def containers(folder, name, value):
    """One value as a ZIP archive and as the stream of old; what this PyTorch cannot save is left out."""
    for path, modern in ((folder / f"{name}.pt", True), (folder / f"{name}-legacy.pt", False)):
        try:
            torch.save(value, path, _use_new_zipfile_serialization=modern)
        except (AttributeError, NotImplementedError, RuntimeError, TypeError):
            path.unlink(missing_ok=True)


def dtypes(folder):
    for dtype in FLOATS + INTEGERS + SMALL_FLOATS:
        tensor = filled(dtype)
        containers(folder, f"dtype-{word(dtype)}", {"w": tensor, "bias": tensor[0], "scalar": tensor[0, 0], "empty": tensor[:0]})
    containers(folder, "dtype-objects", {word(dtype): dtype for dtype in FLOATS + INTEGERS + SMALL_FLOATS})


def views(folder):
    base = torch.arange(24.0).reshape(4, 6)
    containers(folder, "views", {"base": base, "transposed": base.t(), "column": base[:, 2], "slice": base[1:3, ::2], "expanded": base[:1].expand(5, 6), "diagonal": base.diagonal(), "as-strided": base.as_strided((3, 3), (1, 2), 1)})
    tied = nn.Linear(6, 6)
    containers(folder, "tied", {"a": tied.weight, "b": tied.weight, "c": tied.weight.data})
    numbers = torch.arange(4.0) * (1 + 2j)
    containers(folder, "conjugate-and-negative", {"conjugate": numbers.conj(), "matrix": numbers.reshape(2, 2).mH})
    containers(folder, "negative", {"imaginary": numbers.conj().imag, "resolved": numbers.conj().resolve_conj().real.clone()})
    containers(folder, "channels-last", {"w": torch.arange(48.0).reshape(1, 3, 4, 4).contiguous(memory_format=torch.channels_last)})
    containers(folder, "requires-grad", {"leaf": torch.ones(3, requires_grad=True), "parameter": nn.Parameter(torch.ones(3)), "frozen": nn.Parameter(torch.ones(3), requires_grad=False), "buffer": nn.Buffer(torch.ones(2))})


def layouts(folder):
    dense = torch.tensor([[0.0, 1.0, 0.0], [2.0, 0.0, 3.0]])
    containers(folder, "sparse-coo", {"w": dense.to_sparse(), "coalesced": dense.to_sparse().coalesce()})
    containers(folder, "sparse-csr", {"w": dense.to_sparse_csr()})
    containers(folder, "sparse-csc", {"w": dense.to_sparse_csc()})
    containers(folder, "sparse-bsr", {"w": torch.ones(4, 4).to_sparse_bsr((2, 2))})
    containers(folder, "sparse-bsc", {"w": torch.ones(4, 4).to_sparse_bsc((2, 2))})
    containers(folder, "quantised-per-tensor", {"w": torch.quantize_per_tensor(dense, 0.1, 3, torch.qint8), "u": torch.quantize_per_tensor(dense, 0.1, 3, torch.quint8), "i": torch.quantize_per_tensor(dense, 0.1, 3, torch.qint32)})
    containers(folder, "quantised-per-channel", {"w": torch.quantize_per_channel(dense, torch.tensor([0.1, 0.2]), torch.tensor([0, 1]), 0, torch.qint8)})
    containers(folder, "meta", {"w": torch.empty(3, 4, device="meta")})
    containers(folder, "nested", {"w": torch.nested.nested_tensor([torch.ones(2), torch.ones(3)])})
    containers(folder, "nested-jagged", {"w": torch.nested.nested_tensor([torch.ones(2), torch.ones(3)], layout=torch.jagged)})
    first, second = torch.ones(3), torch.ones(5)
    containers(folder, "storages", {"untyped": first.untyped_storage(), "typed": second.storage()})
    containers(folder, "descriptions", {"device": torch.device("cuda:0"), "cpu": torch.device("cpu"), "size": torch.Size([1, 2]), "layout": torch.strided, "sparse": torch.sparse_coo, "qscheme": torch.per_tensor_affine, "info": str(torch.finfo(torch.float32))})
    containers(folder, "generator", {"rng": torch.get_rng_state()})


def states():
    torch.manual_seed(0)
    net = nn.Sequential(collections.OrderedDict(conv=nn.Conv2d(3, 4, 3), norm=nn.BatchNorm2d(4), act=nn.ReLU(), flat=nn.Flatten(), head=nn.Linear(4, 2)))
    return net


def checkpoints(folder):
    net = states()
    optimizer = torch.optim.AdamW(net.parameters(), lr=1e-3)
    net(torch.ones(2, 3, 3, 3)).sum().backward()
    optimizer.step()
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 10)
    config = argparse.Namespace(lr=1e-3, layers=[1, 2], name="small", path=pathlib.PosixPath("runs/1"), nested=argparse.Namespace(a=1), none=None, device=torch.device("cpu"), dtype=torch.float16)
    counts = collections.defaultdict(list)
    counts["loss"] += [0.5, 0.25]
    everything = {
        "state_dict": net.state_dict(),
        "model": collections.OrderedDict((f"module.{name}", value) for name, value in net.state_dict().items()),
        "ema": copy.deepcopy(net.state_dict()),
        "optimizer": optimizer.state_dict(),
        "scheduler": scheduler.state_dict(),
        "scaler": {"scale": 65536.0, "growth_factor": 2.0, "backoff_factor": 0.5, "growth_interval": 2000, "_growth_tracker": 0},
        "epoch": 3,
        "best": float("inf"),
        "val_loss": numpy.float64(0.25),
        "accuracy": numpy.float32(0.75),
        "step": numpy.int64(17),
        "flag": numpy.bool_(True),
        "when": numpy.datetime64("2024-01-02"),
        "history": counts,
        "words": collections.Counter("abracadabra"),
        "window": collections.deque([1, 2, 3], maxlen=5),
        "sets": {1, 2, 3},
        "frozen": frozenset({"a"}),
        "range": range(3),
        "slice": slice(1, None, 2),
        "complex": 1 + 2j,
        "bytes": b"\x00\x01",
        "bytearray": bytearray(b"abc"),
        "args": config,
        "simple": types.SimpleNamespace(a=1, b=[2]),
        "path": pathlib.PosixPath("a/b"),
        "pure": pathlib.PurePosixPath("a/b"),
        "windows": pathlib.PureWindowsPath("a\\b"),
        "date": datetime.date(2024, 1, 2),
        "time": datetime.datetime(2024, 1, 2, 3, 4, 5, 6),
        "aware": datetime.datetime(2024, 1, 2, tzinfo=datetime.timezone.utc),
        "zone": datetime.timezone(datetime.timedelta(hours=2)),
        "duration": datetime.timedelta(days=1),
        "decimal": decimal.Decimal("1.5"),
        "uuid": uuid.UUID(int=1),
        "numpy": numpy.arange(6.0).reshape(2, 3),
        "numpy-text": numpy.array(["a", "bc"]),
        "numpy-objects": numpy.array(["a", None, 1], dtype=object),
        "numpy-dtype": numpy.dtype("float32"),
        "rng": {"torch": torch.get_rng_state(), "numpy": numpy.random.RandomState(0).get_state(), "python": (3, tuple(range(625)), None)},
        "generator-state": numpy.random.default_rng(0).bit_generator.state,
        "code": "import os; os.system('echo hello')",
        "big": 2**100,
        "none": None,
        "ellipsis": Ellipsis,
        "not-implemented": NotImplemented,
        "text": "caf\u00e9 \U0001f600",
    }
    for name, value in everything.items():
        containers(folder, f"checkpoint-{name}", {"model": {"w": torch.ones(2)}, name: value})
    containers(folder, "checkpoint-everything", everything)
    containers(folder, "checkpoint-without-tensors", {"a": 1})
    containers(folder, "checkpoint-list", [torch.ones(2), torch.zeros(2)])
    containers(folder, "checkpoint-one-tensor", torch.ones(2))
    containers(folder, "checkpoint-module-prefix", nn.DataParallel(net).state_dict())
    quantised = torch.ao.quantization.quantize_dynamic(nn.Sequential(nn.Linear(4, 4)), {nn.Linear})
    containers(folder, "checkpoint-quantize-dynamic", quantised.state_dict())
    containers(folder, "checkpoint-averaged", torch.optim.swa_utils.AveragedModel(net).state_dict())
    containers(folder, "checkpoint-parametrised", nn.utils.parametrizations.weight_norm(nn.Linear(3, 3)).state_dict())


def lightning(folder):
    """What PyTorch Lightning's Trainer writes."""
    net = states()
    optimizer = torch.optim.Adam(net.parameters())
    containers(folder, "lightning", {
        "epoch": 4, "global_step": 500, "pytorch-lightning_version": "2.4.0",
        "state_dict": collections.OrderedDict((f"model.{name}", value) for name, value in net.state_dict().items()),
        "loops": {"fit_loop": {"state_dict": {}, "epoch_loop.state_dict": {"_batches_that_stepped": 500}, "epoch_loop.batch_progress": {"total": {"ready": 1, "completed": 1}, "is_last_batch": True}}},
        "callbacks": {"ModelCheckpoint{'monitor': 'val_loss', 'mode': 'min'}": {"monitor": "val_loss", "best_model_score": torch.tensor(0.25), "best_model_path": "/tmp/a.ckpt", "kth_best_model_path": "", "kth_value": torch.tensor(float("inf")), "best_k_models": {"/tmp/a.ckpt": torch.tensor(0.25)}}},
        "optimizer_states": [optimizer.state_dict()], "lr_schedulers": [torch.optim.lr_scheduler.StepLR(optimizer, 3).state_dict()],
        "hparams_name": "kwargs", "hyper_parameters": {"lr": 1e-3, "hidden": [64, 64], "activation": "relu"},
        "MixedPrecision": {"scale": 65536.0}, "datamodule_hparams_name": "kwargs",
    })


def optimisers(folder):
    names = ["SGD", "Adam", "AdamW", "Adagrad", "Adadelta", "Adamax", "ASGD", "LBFGS", "NAdam", "RAdam", "RMSprop", "Rprop", "SparseAdam", "Adafactor"]
    for name in names:
        net = nn.Linear(3, 3)
        optimizer = getattr(torch.optim, name)(net.parameters())
        if name not in ("SparseAdam",):
            def closure(net=net, optimizer=optimizer):
                optimizer.zero_grad()
                loss = net(torch.ones(1, 3)).sum()
                loss.backward()
                return loss
            optimizer.step(closure)
        containers(folder, f"optimiser-{name}", {"optimizer": optimizer.state_dict(), "model": net.state_dict()})
    optimizer = torch.optim.SGD(nn.Linear(2, 2).parameters(), lr=0.1, momentum=0.9)
    schedule = torch.optim.lr_scheduler
    schedulers = {
        "StepLR": schedule.StepLR(optimizer, 2), "MultiStepLR": schedule.MultiStepLR(optimizer, [1, 2]), "ExponentialLR": schedule.ExponentialLR(optimizer, 0.9),
        "CosineAnnealingLR": schedule.CosineAnnealingLR(optimizer, 5), "CosineAnnealingWarmRestarts": schedule.CosineAnnealingWarmRestarts(optimizer, 5),
        "ReduceLROnPlateau": schedule.ReduceLROnPlateau(optimizer), "OneCycleLR": schedule.OneCycleLR(optimizer, 0.1, 10), "CyclicLR": schedule.CyclicLR(optimizer, 0.01, 0.1),
        "LinearLR": schedule.LinearLR(optimizer), "ConstantLR": schedule.ConstantLR(optimizer), "PolynomialLR": schedule.PolynomialLR(optimizer),
        "SequentialLR": schedule.SequentialLR(optimizer, [schedule.ConstantLR(optimizer), schedule.ExponentialLR(optimizer, 0.9)], [2]),
    }
    for name, scheduler in schedulers.items():
        containers(folder, f"scheduler-{name}", {"scheduler": scheduler.state_dict()})


def modules(folder):
    """Whole modules of PyTorch's own classes."""
    torch.manual_seed(0)
    layer = nn.TransformerEncoderLayer(8, 2, 16)
    whole = {
        "linear": nn.Linear(3, 2), "sequential": nn.Sequential(nn.Linear(3, 3), nn.ReLU(), nn.Dropout(0.1), nn.LayerNorm(3), nn.Softmax(-1)), "list": nn.ModuleList([nn.Linear(2, 2), nn.Identity()]), "dict": nn.ModuleDict({"a": nn.Linear(2, 2)}),
        "convolutions": nn.Sequential(nn.Conv1d(2, 2, 1), nn.Conv2d(2, 2, 1, padding="same", padding_mode="reflect"), nn.Conv3d(2, 2, 1), nn.ConvTranspose2d(2, 2, 1)), "norms": nn.Sequential(nn.BatchNorm1d(2), nn.BatchNorm2d(2), nn.GroupNorm(1, 2), nn.InstanceNorm2d(2), nn.RMSNorm(2), nn.LocalResponseNorm(2)),
        "recurrent": nn.ModuleList([nn.RNN(2, 2), nn.LSTM(2, 2, 2, bidirectional=True), nn.GRU(2, 2), nn.LSTMCell(2, 2), nn.GRUCell(2, 2)]), "embedding": nn.ModuleList([nn.Embedding(3, 2, padding_idx=0), nn.EmbeddingBag(3, 2)]), "attention": nn.MultiheadAttention(4, 2), "transformer": nn.TransformerEncoder(layer, 2), "transformer-whole": nn.Transformer(8, 2, 1, 1, 16),
        "pools": nn.Sequential(nn.MaxPool2d(2), nn.AvgPool2d(2), nn.AdaptiveAvgPool2d((1, 1)), nn.AdaptiveMaxPool1d(1), nn.LPPool2d(2, 2), nn.FractionalMaxPool2d(2, output_size=2)), "shapes": nn.Sequential(nn.Flatten(), nn.Unflatten(1, (1, 2)), nn.PixelShuffle(1), nn.Upsample(scale_factor=2), nn.ZeroPad2d(1), nn.ReflectionPad2d(1), nn.Fold((2, 2), 1), nn.Unfold(1), nn.ChannelShuffle(1)),
        "activations": nn.Sequential(nn.GELU(), nn.SiLU(), nn.LeakyReLU(0.1), nn.PReLU(), nn.ELU(), nn.SELU(), nn.Hardswish(), nn.Mish(), nn.Tanh(), nn.Sigmoid(), nn.Softplus(), nn.LogSoftmax(1), nn.GLU(), nn.Threshold(0.1, 0)), "losses": nn.ModuleList([nn.CrossEntropyLoss(), nn.MSELoss(), nn.BCEWithLogitsLoss(), nn.NLLLoss(), nn.SmoothL1Loss(), nn.CTCLoss(), nn.TripletMarginLoss()]),
        "parameters": nn.ParameterList([torch.ones(2)]), "parameter-dict": nn.ParameterDict({"a": torch.ones(2)}), "bilinear": nn.Bilinear(2, 2, 2), "cosine": nn.CosineSimilarity(), "half": nn.Linear(2, 2).half(), "no-bias": nn.Linear(2, 2, bias=False), "eval": nn.Linear(2, 2).eval(),
    }
    for name, module in whole.items():
        containers(folder, f"module-{name}", module)
    containers(folder, "module-in-checkpoint", {"model": whole["sequential"], "epoch": 1})


def quantised(folder):
    """Modules and states that torch.ao.quantization makes, pruned modules, modules without sizes."""
    from torch.ao import quantization
    from torch.nn.utils import prune

    torch.manual_seed(0)
    dynamic = quantization.quantize_dynamic(nn.Sequential(nn.Linear(4, 4), nn.LSTM(4, 4)), {nn.Linear, nn.LSTM}, dtype=torch.qint8)
    static = nn.Sequential(quantization.QuantStub(), nn.Linear(4, 4), nn.ReLU(), quantization.DeQuantStub())
    static.qconfig = quantization.get_default_qconfig("x86")
    static = quantization.prepare(static)
    static(torch.ones(2, 4))
    containers(folder, "quantised-prepared-state", static.state_dict())
    static = quantization.convert(static)
    pruned = nn.Linear(3, 3)
    prune.l1_unstructured(pruned, "weight", 0.5)
    prune.ln_structured(pruned, "weight", 0.5, 2, 0)
    for name, module in {"quantised-dynamic": dynamic, "quantised-static": static, "pruned": pruned, "without-sizes": nn.LazyLinear(3)}.items():
        containers(folder, f"module-{name}", module)
        containers(folder, f"state-{name}", module.state_dict())


def values(folder):
    """What else of PyTorch and of Python people put into checkpoints."""
    import functools
    import operator
    import time

    from torch import distributions
    from torch.utils import data

    x = torch.arange(12.0).reshape(3, 4)
    containers(folder, "results", {"max": torch.max(x, 1), "top": torch.topk(x, 2), "svd": torch.linalg.svd(x)})
    containers(folder, "distributions", [distributions.Normal(0.0, 1.0), distributions.Categorical(logits=torch.ones(3)), distributions.MultivariateNormal(torch.zeros(2), torch.eye(2)), distributions.TransformedDistribution(distributions.Normal(0.0, 1.0), [distributions.AffineTransform(0.0, 2.0), distributions.SigmoidTransform()])])
    containers(folder, "data", {"set": data.TensorDataset(x, x), "part": data.Subset(data.TensorDataset(x), [0]), "loader": data.DataLoader(data.TensorDataset(x), batch_size=2), "loader-partial": data.DataLoader(data.TensorDataset(x), collate_fn=functools.partial(data.default_collate))})
    containers(folder, "values", {"text": collections.UserString("x"), "time": time.gmtime(0), "get": operator.itemgetter(1), "attribute": operator.attrgetter("coef_"), "norm": functools.partial(nn.LayerNorm, eps=1e-6), "length": len})
    optimizer = torch.optim.SGD([nn.Parameter(x)], lr=0.1, momentum=0.9)
    containers(folder, "cyclic-scheduler", torch.optim.lr_scheduler.CyclicLR(optimizer, 0.1, 0.2))


def tars(folder):
    """PyTorch's first container, which nothing writes any more: a tar of pickles with numbers between them."""
    import pickle
    import struct
    import tarfile

    class Pickler(pickle.Pickler):
        def persistent_id(self, value):
            return 222 if isinstance(value, torch.Tensor) else None

    def stream(*parts):
        return b"".join(part if isinstance(part, bytes) else pickle.dumps(part, 2) for part in parts)

    root = io.BytesIO()
    Pickler(root, 2).dump(collections.OrderedDict(w=torch.ones(1)))
    members = {
        "sys_info": stream({"protocol_version": 1000, "little_endian": True}),
        "storages": stream(1, (111, "cpu", torch.FloatStorage), struct.pack("<q", 6), numpy.arange(6, dtype="<f4").tobytes(), []),
        "tensors": stream(1, (222, 111, torch.FloatTensor), struct.pack("<iiqqqqq", 2, 0, 2, 3, 3, 1, 0)),
        "pickle": root.getvalue(),
    }
    for name, form in {"ustar": tarfile.USTAR_FORMAT, "gnu": tarfile.GNU_FORMAT, "pax": tarfile.PAX_FORMAT}.items():
        with tarfile.open(folder / f"tar-{name}.pt", "w", format=form) as tar:
            for member, content in members.items():
                about = tarfile.TarInfo(member)
                about.size = len(content)
                tar.addfile(about, io.BytesIO(content))


def rewritten(folder, source, name, change):
    """A copy of an archive whose members pass through `change`; stored, as PyTorch stores them."""
    with zipfile.ZipFile(folder / source) as old, zipfile.ZipFile(folder / name, "w", zipfile.ZIP_STORED) as new:
        for about in old.infolist():
            new.writestr(zipfile.ZipInfo(about.filename), change(about.filename, old.read(about)))


def variants(folder):
    value = {"w": torch.arange(6.0), "epoch": 1}
    before = torch.serialization.get_crc32_options()
    torch.serialization.set_crc32_options(False)
    torch.save(value, folder / "without-crc.pt")
    torch.serialization.set_crc32_options(before)
    alignment = serialization_config.save.storage_alignment
    serialization_config.save.storage_alignment = 4096
    torch.save(value, folder / "aligned-4096.pt")
    serialization_config.save.storage_alignment = alignment
    for protocol in (2, 3, 4, 5):
        torch.save(value, folder / f"protocol-{protocol}.pt", pickle_protocol=protocol)
        torch.save(value, folder / f"protocol-{protocol}-legacy.pt", pickle_protocol=protocol, _use_new_zipfile_serialization=False)
    stream = io.BytesIO()
    torch.save(value, stream)
    (folder / "from-a-stream.pt").write_bytes(stream.getvalue())
    (folder / "without-extension").write_bytes(stream.getvalue())
    (folder / "called.bin").write_bytes(stream.getvalue())
    (folder / "called.ckpt").write_bytes(stream.getvalue())
    big = torch.arange(6.0).numpy().byteswap().tobytes()
    torch.save({"w": torch.arange(6.0)}, folder / "zip.pt")
    rewritten(folder, "zip.pt", "rewritten-by-zip-tool.pt", lambda name, content: content)
    rewritten(folder, "zip.pt", "big-endian.pt", lambda name, content: b"big" if name.endswith("/byteorder") else big if name.endswith("/data/0") else content)
    rewritten(folder, "zip.pt", "on-cuda.pt", lambda name, content: content.replace(b"X\x03\x00\x00\x00cpu", b"X\x06\x00\x00\x00cuda:0"))
    rewritten(folder, "zip.pt", "on-mps.pt", lambda name, content: content.replace(b"X\x03\x00\x00\x00cpu", b"X\x05\x00\x00\x00mps:0"))
    rewritten(folder, "zip.pt", "of-torch-1.13.pt", lambda name, content: content)
    with zipfile.ZipFile(folder / "zip.pt") as old, zipfile.ZipFile(folder / "of-torch-1.13.pt", "w") as new:
        for about in old.infolist():
            if about.filename.split("/", 1)[1] in ("data.pkl", "version") or "/data/" in about.filename:
                new.writestr(zipfile.ZipInfo(about.filename), old.read(about))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(4, 4)
        self.names: list[str] = ["a"]

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if x.sum() > 0:
            x = self.layer(x)
        for _ in range(2):
            x = torch.relu(x)
        return x


class Straight(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(4, 4)
        self.register_buffer("scale", torch.ones(4))

    def forward(self, x):
        return torch.softmax(self.layer(x) * self.scale, -1)


def programs(folder):
    torch.manual_seed(0)
    x = torch.ones(2, 4)
    scripts = {"scripted": torch.jit.script(Net().eval()), "traced": torch.jit.trace(Straight().eval(), x), "frozen": torch.jit.freeze(torch.jit.script(Net().eval())), "half": torch.jit.script(Straight().half()), "quantised": torch.jit.script(torch.ao.quantization.quantize_dynamic(nn.Sequential(nn.Linear(4, 4)), {nn.Linear}))}
    for name, script in scripts.items():
        script.save(str(folder / f"script-{name}.pt"))
        script.save(str(folder / f"script-{name}-extra.pt"), _extra_files={"config.json": b'{"a": 1}', "notes.txt": b"notes"})
        script._save_for_lite_interpreter(str(folder / f"script-{name}.ptl"))
    containers(folder, "script-state", scripts["scripted"].state_dict())
    batch = torch.export.Dim("batch")
    exports = {"static": torch.export.export(Straight().eval(), (x,)), "dynamic": torch.export.export(Straight().eval(), (x,), dynamic_shapes=({0: batch},)), "decomposed": torch.export.export(Straight().eval(), (x,)).run_decompositions()}
    class Cond(nn.Module):
        def forward(self, x):
            return torch.cond(x.sum() > 0, lambda y: y + 1, lambda y: y - 1, (x,))
    exports["cond"] = torch.export.export(Cond(), (x,))
    class Sizes(nn.Module):
        def forward(self, x, y):
            return torch.cat([x.reshape(-1), y.repeat(2, 1).reshape(-1)]), x.shape[0] * 3 // 2
    exports["sizes"] = torch.export.export(Sizes(), (x, torch.ones(3, 4)), dynamic_shapes=({0: torch.export.Dim("a", min=2, max=64)}, {0: torch.export.Dim("b")}))
    for name, program in exports.items():
        torch.export.save(program, folder / f"exported-{name}.pt2")
        torch.export.save(program, folder / f"exported-{name}-extra.pt2", extra_files={"notes.txt": "notes"})


def packages(folder):
    values = {"linear": nn.Linear(2, 2), "state": nn.Linear(2, 2).state_dict(), "tensors": [torch.ones(3), torch.ones(2, dtype=torch.int8)], "plain": {"a": [1, 2]}}
    for name, value in values.items():
        with torch.package.PackageExporter(str(folder / f"package-{name}.pt")) as package:
            package.extern("torch.**")
            package.save_pickle("model", "model.pkl", value)
            package.save_text("notes", "notes.txt", "notes")


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(0)
    for family in (dtypes, views, layouts, checkpoints, lightning, optimisers, modules, quantised, values, tars, variants, programs, packages):
        family(folder)
    print(f"{sum(1 for _ in folder.iterdir())} files")


if __name__ == "__main__":
    main()
