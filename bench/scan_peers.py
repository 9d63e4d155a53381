#!/usr/bin/env python3
# needs: picklescan==1.0.5 modelscan==0.8.8 joblib==1.6.0 numpy==2.4.6 torch==2.13.0
"""scan_peers.py [--rounds N] [--program PATH]: what a scan costs, beside the scanners and loaders that people use today.

Run it with the Python of an environment that has the packages named above. It makes its files under build/bench/scan (1.1 GB), then
runs each pair in turn (A B A B ...) and prints the medians of CPU time (user and system, children included) and their ratio:

  an 805 MB checkpoint of 312 tensors     hullmark scan against picklescan (which reads its data.pkl, as scan does without --deep)
  the same, with --digest                 against openssl dgst -sha256
  2,000 small honest files                against picklescan and modelscan
  200 MB of numbers in a zlib joblib      against zlib.decompressobj alone

and what torch.load(weights_only=True) of the checkpoint takes inside of its process (bench_checkpoint tells what our reader takes),
and the most anonymous memory that each scan took (RssAnon of /proc, sampled).
"""
import argparse
import os
import pathlib
import pickle
import random
import resource
import statistics
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent.parent
PLACE = HERE / "build/bench/scan"


def cpu_of(command):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime - before.ru_utime) + (after.ru_stime - before.ru_stime)


def anonymous_kb(command):
    """The most that the program and its children had at one time, in kB."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    most = 0
    while process.poll() is None:
        total = 0
        for status in pathlib.Path("/proc").glob("[0-9]*/status"):
            try:
                lines = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
            except (OSError, ValueError):
                continue
            if int(lines["Pid"]) == process.pid or int(lines["PPid"]) == process.pid:
                total += int(lines.get("RssAnon", "0 kB").split()[0])
        most = max(most, total)
        time.sleep(0.002)
    return most


def compare(title, ours, theirs, rounds):
    pairs = [(cpu_of(ours[1]), cpu_of(theirs[1])) for _ in range(rounds)]
    mine, other = (statistics.median(column) for column in zip(*pairs))
    ratio = statistics.median(b / max(a, 1e-6) for a, b in pairs)
    print(f"{title}: {ours[0]} {mine:.4f} s, {theirs[0]} {other:.4f} s of CPU; theirs is {ratio:.2f} times ours", flush=True)


def make_checkpoint(path):
    import torch
    generator = torch.Generator().manual_seed(1)
    torch.save({f"layer.{index}.weight": torch.randn(803, 803, generator=generator) for index in range(312)}, path)


def make_folder(path):
    import joblib
    import numpy
    import torch
    path.mkdir()
    chance = random.Random(1)
    for index in range(500):
        values = {"epoch": index, "loss": chance.random(), "names": [f"layer{n}" for n in range(8)]}
        array = numpy.arange(64, dtype=numpy.float32) * index
        torch.save({"state_dict": {"weight": torch.from_numpy(array)}, "config": values}, path / f"{index}.pt")
        (path / f"{index}.pkl").write_bytes(pickle.dumps({"values": values, "array": array}))
        joblib.dump({"values": values, "array": array}, path / f"{index}.joblib")
        numpy.save(path / f"{index}.npy", array)


def make_joblib(path):
    import joblib
    import numpy
    joblib.dump({"numbers": numpy.random.default_rng(1).normal(size=25_000_000).round(2)}, path, compress=("zlib", 3))


def made(name, maker):
    path = PLACE / name
    if not path.exists():
        print(f"making {path.relative_to(HERE)}", flush=True)
        maker(path)
    return str(path)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--program", default=str(HERE / "build/release/hullmark"))
    given = parser.parse_args()
    PLACE.mkdir(parents=True, exist_ok=True)
    checkpoint, folder, packed = made("checkpoint.pt", make_checkpoint), made("folder", make_folder), made("numbers.joblib", make_joblib)
    scan = [given.program, "scan", "--json"]
    peers = pathlib.Path(sys.executable).parent
    picklescan, modelscan = str(peers / "picklescan"), str(peers / "modelscan")

    compare("an 805 MB checkpoint", ("hullmark scan", scan + [checkpoint]), ("picklescan", [picklescan, "--path", checkpoint]), given.rounds)
    compare("its digest", ("hullmark scan --digest", scan + ["--digest", checkpoint]), ("openssl dgst", ["openssl", "dgst", "-sha256", checkpoint]), given.rounds)
    compare("2,000 small files", ("hullmark scan", scan + [folder]), ("picklescan", [picklescan, "--path", folder]), given.rounds)
    compare("2,000 small files", ("hullmark scan", scan + [folder]), ("modelscan", [modelscan, "--path", folder]), given.rounds)
    bare = "import sys, zlib\nunpack = zlib.decompressobj()\nfile = open(sys.argv[1], 'rb')\nwhile piece := file.read(1 << 20):\n    unpack.decompress(piece)\n"
    compare("200 MB in a zlib joblib", ("hullmark scan", scan + [packed]), ("zlib alone", [sys.executable, "-S", "-E", "-c", bare, packed]), given.rounds)
    load = "import sys, time, torch\nbegun = time.process_time()\ntorch.load(sys.argv[1], weights_only=True)\nprint(time.process_time() - begun)\n"
    loads = [float(subprocess.run([sys.executable, "-c", load, checkpoint], capture_output=True, text=True, check=True).stdout) for _ in range(given.rounds)]
    print(f"torch.load(weights_only=True) of the checkpoint: {statistics.median(loads):.4f} s of CPU", flush=True)
    for name, path in (("the checkpoint", checkpoint), ("the folder", folder), ("the joblib file", packed)):
        print(f"anonymous memory of a scan of {name}: {anonymous_kb(scan + [path]) / 1000:.1f} MB", flush=True)


if __name__ == "__main__":
    main()
