"""Python, PyTorch, NumPy, joblib, ONNX, pandas: what the hostile files really do when they are loaded, and that hullmark calls none that acts safe.

Each file is given to each loader in a process of its own, in an empty folder, without network where that is permitted, under limits of
time and memory. A file acts when a file of the name hullmark-was-here has appeared, or (ONNX) when the bytes of a file outside the
model's folder have been read. The facts stand in tests/hostile/executes.tsv: `hostile_loaders.py --write` takes every loader that may
read a file and writes them anew, which takes long. Without it, a file that acts is given to one loader under which it does and to one other,
and a file that does not act to one.
"""

# needs: torch==2.13.0 numpy joblib scikit-learn onnx safetensors lz4 pandas

import atexit
import contextlib
import ctypes
import gc
import json
import os
import pathlib
import pickle
import platform
import resource
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
import traceback
import zipfile
import zlib

import joblib
import numpy
import onnx
import pandas
import safetensors.torch
import sklearn.base  # noqa: F401  pickles name it; imported once here instead of in every child
import sklearn.pipeline  # noqa: F401
import torch
import torch.export

HOSTILE = pathlib.Path(__file__).resolve().parent.parent / "hostile"
TABLE = HOSTILE / "executes.tsv"
MARK = "hullmark-was-here"
SECRETS = (b"0123456789abcdef", pathlib.Path("/etc/hostname").read_bytes().strip()[:16] or b"0123456789abcdef")
OUTSIDE = 9
SECONDS = 10


def every_stream(load):
    def loader(path: pathlib.Path) -> None:
        with open(path, "rb") as file:
            while True:
                load(file)

    return loader


def numpy_load(path: pathlib.Path) -> None:
    loaded = numpy.load(path, allow_pickle=True)
    if isinstance(loaded, numpy.lib.npyio.NpzFile):
        for name in loaded.files:
            with contextlib.suppress(Exception):
                loaded[name]


def torch_jit(path: pathlib.Path) -> None:
    torch.jit.load(path)(torch.ones(4))


def onnx_load(path: pathlib.Path) -> None:
    if any(secret in onnx.load(path).SerializeToString() for secret in SECRETS):
        os._exit(OUTSIDE)


def unpack(path: pathlib.Path) -> None:
    if is_tar(path):
        tarfile.open(path).extractall(".")
    zipfile.ZipFile(path).extractall(".")


LOADERS = {
    "pickle": every_stream(pickle.load),
    "pickle-python": every_stream(pickle._load),
    "torch": lambda path: torch.load(path, weights_only=False),
    "torch-default": torch.load,
    "torch-jit": torch_jit,
    "torch-export": torch.export.load,
    "joblib": joblib.load,
    "numpy": numpy_load,
    "onnx": onnx_load,
    "safetensors": safetensors.torch.load_file,
    "pandas": pandas.read_pickle,
    "unpack": unpack,
}


def child(loader, path: pathlib.Path, folder: pathlib.Path) -> None:
    """Never returns."""
    status = 0
    try:
        os.setsid()
        os.chdir(folder / "work")
        os.environ.update(TMPDIR=str(folder / "tmp"), HOME=str(folder / "tmp"), CUDA_VISIBLE_DEVICES="")
        tempfile.tempdir = str(folder / "tmp")
        nowhere = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(nowhere, descriptor)
        user_and_network = 0x50000000
        ctypes.CDLL(None).unshare(user_and_network)
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        resource.setrlimit(resource.RLIMIT_AS, (12 << 30, 12 << 30))
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 26, 1 << 26))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        threads = threading._count()
        try:
            loader(path)
        finally:
            for _ in range(50):
                time.sleep(0.005)  # a thread is counted a moment after it is asked for
                if threading._count() <= threads:
                    break
            atexit._run_exitfuncs()
    except BaseException:
        status = 1
        if os.environ.get("WHY"):
            pathlib.Path(os.environ["WHY"]).write_text(traceback.format_exc())
    finally:
        os._exit(status)


def run(loader, path: pathlib.Path, folder: pathlib.Path) -> str:
    """'yes' where the file acted, else 'no'."""
    folder = pathlib.Path(tempfile.mkdtemp(dir=folder))
    for name in ("work", "tmp"):
        (folder / name).mkdir()
    process = os.fork()
    if process == 0:
        child(loader, path, folder)
    ended = time.monotonic() + SECONDS
    status = None
    while time.monotonic() < ended:
        done, status = os.waitpid(process, os.WNOHANG)
        if done:
            break
        time.sleep(0.001)
    else:
        os.kill(process, signal.SIGKILL)
        status = os.waitpid(process, 0)[1]
    for _ in range(100):  # a program that the file started may take a moment longer
        try:
            os.killpg(process, 0)
        except (ProcessLookupError, PermissionError):
            break
        time.sleep(0.01)
    else:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process, signal.SIGKILL)
    # What unpacks may write into its own folder, and nowhere else.
    looked_at = folder / "tmp" if loader is unpack else folder
    marked = any(MARK in name for _, folders, files in os.walk(looked_at) for name in folders + files)
    acted = marked or any(MARK in path.name for path in folder.iterdir()) or os.waitstatus_to_exitcode(status) == OUTSIDE
    shutil.rmtree(folder, ignore_errors=True)
    return "yes" if acted else "no"


# Bare pickles of one call each: whatever unpickles runs them alike.
GADGETS = ("pickle-gadget-", "pickle-relay-", "pickle-slot-", "pickle-python2-", "nested-by-", "nested-as-")


def is_tar(path: pathlib.Path) -> bool:
    try:
        return tarfile.is_tarfile(path)
    except Exception:  # it says yes or no of honest files only
        return False


def loaders_for(path: pathlib.Path, name: str) -> list[str]:
    """The loaders that do not turn these bytes away before they look at them."""
    content = path.read_bytes()
    if name.startswith(GADGETS) and name.endswith(".pkl"):
        return ["pickle"]
    chosen = ["pickle", "pickle-python", "torch", "joblib", "numpy"]
    if b"PK\3\4" in content:
        chosen += ["torch-default", "torch-jit", "torch-export", "unpack"]
    elif is_tar(path):
        chosen += ["torch-default", "unpack"]
    if path.suffix == ".onnx":
        chosen.append("onnx")
    if path.suffix == ".safetensors":
        chosen.append("safetensors")
    if path.suffix in (".gz", ".bz2", ".xz", ".zst", ".zip", ".tar"):
        chosen.append("pandas")
    return chosen


def few(loaders: list[str], name: str, acting: list[str]) -> list[str]:
    """One under which it is known to act, and one more; another one for another file."""
    first = [loader for loader in loaders if loader in acting][:1]
    others = [loader for loader in loaders if loader not in first]
    return first + others[zlib.crc32(name.encode()) % len(others) :][:1] if others else first


def acts(cases: pathlib.Path, names: list[str], folder: pathlib.Path, known: dict[str, str]) -> dict[str, tuple[str, list[str]]]:
    """For each case the loaders under which it acts, joined by commas, and those that were asked. Those that `known` lacks are given to all."""
    folder.mkdir()
    answers = {}
    for name in names:
        loaders = loaders_for(cases / name, name)
        if name in known:
            loaders = few(loaders, name, known[name].split(","))
        # What starts threads may come too late on a busy machine.
        tries = {loader: 3 if loader in known.get(name, "").split(",") else 1 for loader in loaders}
        yes = [loader for loader in loaders if any(run(LOADERS[loader], cases / name, folder) == "yes" for _ in range(tries[loader]))]
        answers[name] = (",".join(yes) or "-", loaders)
    return answers


def in_parallel(cases: pathlib.Path, names: list[str], folder: pathlib.Path, known: dict[str, str]) -> dict[str, tuple[str, list[str]]]:
    workers = max(1, os.cpu_count() or 1)
    pipes = []
    for index in range(workers):
        reading, writing = os.pipe()
        if os.fork() == 0:
            os.close(reading)
            part = acts(cases, names[index::workers], folder / f"worker{index}", known)
            with os.fdopen(writing, "w") as pipe:
                json.dump(part, pipe)
            os._exit(0)
        os.close(writing)
        pipes.append(reading)
    answers = {}
    for reading in pipes:
        with os.fdopen(reading) as pipe:
            answers |= json.load(pipe)
    for _ in pipes:
        os.wait()
    return dict(sorted(answers.items()))


def versions() -> str:
    minor = ".".join(platform.python_version_tuple()[:2])
    return f"Python {minor}, PyTorch {torch.__version__.split('+')[0]}"


def table() -> tuple[str, dict[str, str]]:
    lines = TABLE.read_text().splitlines()
    return lines[0].removeprefix("# "), dict(line.split("\t") for line in lines if not line.startswith("#"))


def verdicts(cases: pathlib.Path) -> dict[str, str]:
    done = subprocess.run([os.environ["HULLMARK"], "scan", str(cases), "--json"], capture_output=True, check=False)
    return {os.path.relpath(file["path"], cases): file["verdict"] for file in json.loads(done.stdout)["files"]}


def warm_up(folder: pathlib.Path) -> None:
    """Makes the libraries import what they import when they are first used, once for all children."""
    folder.mkdir()
    net = torch.nn.Linear(4, 4)
    torch.save(net, folder / "net.pt")
    torch.load(folder / "net.pt", weights_only=False)
    torch.jit.script(net).save(folder / "script.pt")
    torch_jit(folder / "script.pt")
    torch.export.save(torch.export.export(net, (torch.ones(4),)), folder / "net.pt2")
    torch.export.load(folder / "net.pt2")
    joblib.dump({"a": 1}, folder / "a.joblib")
    joblib.load(folder / "a.joblib")
    pandas.read_pickle(folder / "a.joblib")


def main() -> None:
    torch.set_num_threads(1)
    writing = "--write" in sys.argv
    words = [word for word in sys.argv[1:] if word != "--write"]
    folder = pathlib.Path(tempfile.mkdtemp(dir="."))
    subprocess.run([HOSTILE / "lay_out.sh", folder.resolve()], check=True)
    cases = (folder / "cases").resolve()
    names = sorted(str(path.relative_to(cases)) for path in cases.rglob("*") if path.is_file() and not path.is_symlink())
    names = [name for name in names if not words or any(word in name for word in words)]
    warm_up(folder / "warm")
    gc.freeze()  # so that children do not copy what they never change
    where, facts = table()
    asked = in_parallel(cases, names, folder.resolve(), {} if writing else facts)
    answers = {name: yes for name, (yes, _) in asked.items()}
    acting = {name for name, loaders in answers.items() if loaders != "-"}
    if writing:
        lines = [f"# {versions()}", "# file\tloaders under which it acts"]
        lines += [f"{name}\t{loaders}" for name, loaders in sorted(((facts if words else {}) | answers).items())]
        TABLE.write_text("\n".join(lines) + "\n")
        print(f"{len(acting)} of {len(answers)} act")
        return

    bad = []
    if where == versions():
        for name, (yes, loaders) in asked.items():
            wanted = ",".join(loader for loader in loaders if loader in facts.get(name, "").split(",")) or "-"
            if yes != wanted:
                bad.append(f"{name}: of {', '.join(loaders)} it acts under {yes}, the table says {wanted}")
    bad += [f"{name}: is not in the table" for name in names if name not in facts]
    said = verdicts(cases)
    bad += [f"{name}: acts under {facts.get(name)}, hullmark says {said.get(name)}" for name in names if (name in acting or facts.get(name, "-") != "-") and said.get(name) not in ("dangerous", "unreadable")]
    if bad:
        sys.exit("\n".join(bad))
    print(f"{len(acting)} of {len(answers)} hostile files act under {versions()}, none is called safe")


if __name__ == "__main__":
    main()
