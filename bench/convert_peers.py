#!/usr/bin/env python3
# needs: torch==2.13.0 onnx==1.23.2 onnxscript==0.7.2; for `time` also torchvision, timm and transformers as tests/models/make.py has them
"""convert_peers.py time|memory|nodes FOLDER [--rounds N] [--program PATH] [NAME...]: what a conversion costs, beside PyTorch's exporters.

FOLDER is what tests/models/make.py wrote: files of whole models with inputs and answers. NAMEs choose files whose name holds one of
them; without, `time` takes a dozen families, the others take all.

  time     CPU seconds (user and system, children included) of `hullmark convert --no-verify`, whole process, against
           torch.onnx.export of the same definition, dynamo=True and dynamo=False, in a process that has imported everything and
           exported another model before: imports and first calls are not counted. Medians, and the ratio model by model.
  memory   the most memory that `hullmark convert --no-verify` and its second process had at one time (Pss of both, sampled: a page that
           both see counts once; mapped files count), against twice the file and 64 MiB.
  nodes    nodes of the graph (those of nested graphs too), against PyTorch's optimised export of the same file: dynamo=False for
           scripted and traced files, dynamo=True with optimize=True for exported programs. The median of the ratios.
"""
import argparse
import json
import os
import pathlib
import resource
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent.parent
TIMED = ("resnet18_", "resnet50_", "mobilenet_v2", "densenet121", "efficientnet_b0", "convnext_tiny", "torchvision_swin_e", "torchvision_swin_s", "small_unet",
         "small_tagger", "timm_vit_tiny", "transformers_bert_t", "transformers_bert_e", "transformers_t5", "transformers_llama_e", "deeplabv3_mobilenet")


def converting(program, model, output, *more):
    sample = model.with_suffix(".npz")
    dynamic = ["--dynamic", "*:0=batch"] if model.suffix == ".pt" else []
    return [program, "convert", str(model), "-o", str(output), "--sample", str(sample), "--no-verify", "--json", *dynamic, *more]


def cpu_of(command):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime if done.returncode == 0 else None


def children_of(process):
    try:
        return [int(child) for child in pathlib.Path(f"/proc/{process}/task/{process}/children").read_text().split()]
    except OSError:
        return []


def resident(process):
    try:
        return int(pathlib.Path(f"/proc/{process}/smaps_rollup").read_text().split("Pss:")[1].split()[0]) * 1024
    except (OSError, IndexError):
        return 0


def peak_of(command):
    """Bytes; None where the command failed."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    peak = 0
    while process.poll() is None:
        peak = max(peak, sum(resident(one) for one in [process.pid, *children_of(process.pid)]))
        time.sleep(0.001)
    return peak if process.returncode == 0 else None


def count_nodes(graph):
    return sum(1 + sum(count_nodes(attribute.g) for attribute in node.attribute if attribute.HasField("g")) for node in graph.node)


def peer(task, *words):
    """One task in a process of its own: what it printed as its last line, read as JSON; None where it failed."""
    done = subprocess.run([sys.executable, __file__, task, *map(str, words)], capture_output=True, text=True, check=False)
    return json.loads(done.stdout.splitlines()[-1]) if done.returncode == 0 else None


# --- In the peer's process. ---

def exported(model, arguments, dynamo, dynamic, opset=None):
    import io
    import torch
    options = {"dynamic_shapes": dynamic} if dynamo and dynamic else {}
    if not dynamo:
        program = torch.onnx.export(model, arguments, (file := io.BytesIO()), dynamo=False, opset_version=opset or 17)
        return file.getvalue()
    program = torch.onnx.export(model, arguments, dynamo=True, optimize=True, verbose=False, **({"opset_version": opset} if opset else {}), **options)
    return program.model_proto


def settle():
    import logging
    import warnings
    import torch
    import onnxscript  # noqa: F401: what the exporter imports when it is first called
    warnings.filterwarnings("ignore")
    logging.disable(logging.CRITICAL)
    torch.set_num_threads(1)


def time_peers(folder, family, name, rounds):
    import torch
    sys.path.insert(0, str(HERE / "tests/models"))
    import make
    settle()
    definition = __import__(f"{family}_models").MODELS[name]
    arguments = tuple(definition.inputs(2))
    dynamic = make.dynamic_axes(arguments)
    small = torch.nn.Sequential(torch.nn.Linear(3, 3), torch.nn.ReLU(), torch.nn.LayerNorm(3))
    seconds = {}
    for dynamo in (True, False):
        exported(small.eval(), (torch.ones(2, 3),), dynamo, None)
        taken = []
        try:
            for _ in range(rounds):
                module = definition.build().eval()
                make.randomise(module)
                begun = time.process_time()
                exported(module, arguments, dynamo, dynamic)
                taken.append(time.process_time() - begun)
        except Exception:  # whatever it is, it is not exported
            continue
        seconds["dynamo" if dynamo else "script"] = statistics.median(taken)
    print(json.dumps(seconds))


def count_peer(file):
    import numpy
    import onnx
    import torch
    settle()
    if file.suffix == ".pt2":
        return print(count_nodes(exported(torch.export.load(file), (), True, None, 18).graph))
    with numpy.load(file.with_suffix(".npz")) as sample:
        names = sorted((name for name in sample.files if name.startswith("i")), key=lambda name: int(name[1:]))
        arguments = tuple(torch.from_numpy(sample[name]) for name in names)
    print(count_nodes(onnx.load_from_string(exported(torch.jit.load(file), arguments, False, None)).graph))


# --- The three tables. ---

def table_of_time(files, given):
    definitions = {}
    for file in files:
        family, rest = file.stem.split("_", 1)
        definitions.setdefault((family, rest.rsplit("_", 1)[0]), []).append(file)
    ratios = {"dynamo": [], "script": []}
    print(f"CPU seconds, medians of {given.rounds} rounds; the ratio is PyTorch's to hullmark's\n{'file':44} hullmark  dynamo=True    dynamo=False", flush=True)
    with tempfile.TemporaryDirectory() as place:
        for (family, name), forms in definitions.items():
            theirs = peer("time-one", given.folder, family, name, given.rounds) or {}
            for file in forms:
                ours = [cpu_of(converting(given.program, file, pathlib.Path(place) / "model.onnx")) for _ in range(given.rounds)]
                row = f"{file.name:44} "
                if None in ours:
                    print(row + "not converted", flush=True)
                    continue
                mine = statistics.median(ours)
                row += f"{mine:8.3f} "
                for kind in ratios:
                    if kind in theirs:
                        ratios[kind].append(theirs[kind] / mine)
                    row += f" {theirs[kind]:6.2f} ({theirs[kind] / mine:5.1f})" if kind in theirs else " not exported  "
                print(row, flush=True)
    for kind, found in ratios.items():
        if found:
            print(f"against {'dynamo=True' if kind == 'dynamo' else 'dynamo=False'}: median {statistics.median(found):.1f} times less, least {min(found):.1f}", flush=True)


def table_of_memory(files, given):
    excess = []
    print(f"{'file':48} {'bytes':>11} {'peak':>11}  peak / (2 file + 64 MiB)", flush=True)
    with tempfile.TemporaryDirectory() as place:
        for file in files:
            peak = peak_of(converting(given.program, file, pathlib.Path(place) / "model.onnx"))
            if peak is None:
                print(f"{file.name:48} not converted", flush=True)
                continue
            excess.append(peak / (2 * file.stat().st_size + (64 << 20)))
            print(f"{file.name:48} {file.stat().st_size:11} {peak:11}  {excess[-1]:.2f}", flush=True)
    print(f"{len(excess)} files: median {statistics.median(excess):.2f}, largest {max(excess):.2f} of what is allowed", flush=True)


def table_of_nodes(files, given):
    import onnx
    ratios = {".pt": [], ".pt2": []}
    known = pathlib.Path(given.known) if given.known else None
    theirs = json.loads(known.read_text()) if known and known.exists() else {}
    print(f"{'file':48}  ours theirs ratio", flush=True)
    with tempfile.TemporaryDirectory() as place:
        output = pathlib.Path(place) / "model.onnx"
        for file in files:
            if file.name not in theirs:
                theirs[file.name] = peer("count-one", file)
                if known:
                    known.write_text(json.dumps(theirs))
            opset = "17" if file.suffix == ".pt" else "18"
            if cpu_of(converting(given.program, file, output, "--opset", opset)) is None or theirs[file.name] is None:
                print(f"{file.name:48}  {'not converted' if theirs[file.name] else 'PyTorch does not export it'}", flush=True)
                continue
            ours = count_nodes(onnx.load(output, load_external_data=False).graph)
            ratios[file.suffix].append(ours / theirs[file.name])
            print(f"{file.name:48} {ours:5} {theirs[file.name]:6} {ratios[file.suffix][-1]:.3f}", flush=True)
    for kind, found in (*ratios.items(), ("all", ratios[".pt"] + ratios[".pt2"])):
        if found:
            print(f"{kind}: {len(found)} files, median ratio {statistics.median(found):.3f}, largest {max(found):.2f}", flush=True)


def main():
    if len(sys.argv) > 2 and sys.argv[1] == "time-one":
        return time_peers(sys.argv[2], sys.argv[3], sys.argv[4], int(sys.argv[5]))
    if len(sys.argv) > 2 and sys.argv[1] == "count-one":
        return count_peer(pathlib.Path(sys.argv[2]))
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=("time", "memory", "nodes"))
    parser.add_argument("folder")
    parser.add_argument("names", nargs="*")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--program", default=str(HERE / "build/release/hullmark"))
    parser.add_argument("--known", help="of `nodes`: a file that keeps PyTorch's counts from run to run")
    given = parser.parse_intermixed_args()
    names = given.names or (TIMED if given.what == "time" else ())
    files = sorted(file for file in pathlib.Path(given.folder).iterdir() if file.suffix in (".pt", ".pt2") and (not names or any(name in file.stem for name in names)))
    {"time": table_of_time, "memory": table_of_memory, "nodes": table_of_nodes}[given.what](files, given)


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    main()
