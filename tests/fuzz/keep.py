#!/usr/bin/env python3
"""After long runs: puts the few inputs that reach most into tests/fuzz/corpus, together with what seeds.py writes.

    tests/fuzz/keep.py NAME...      targets that are built and were run: pickle, zip

Of all inputs of up to 2 KiB in build/fuzz/corpus and in the tree, again and again that is taken which reaches most places of the code that
none before it reaches; 100 at most.
"""

import hashlib
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
MOST_INPUTS = 100
MOST_BYTES = 2048


def reached(target, folders):
    """The features that each input reaches, by its path, as libFuzzer's merge writes them down."""
    with tempfile.TemporaryDirectory() as place:
        listed = pathlib.Path(place) / "inputs"
        listed.mkdir()
        control = pathlib.Path(place) / "control"
        for folder in folders:
            for path in folder.glob("*"):
                if path.stat().st_size <= MOST_BYTES:
                    content = path.read_bytes()
                    (listed / hashlib.sha1(content).hexdigest()[:12]).write_bytes(content)
        empty = pathlib.Path(place) / "empty"
        empty.mkdir()
        command = [ROOT / "build/fuzz" / target, "-merge=1", "-use_counters=0", f"-merge_control_file={control}", empty, listed]
        subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
        lines = control.read_text().splitlines()
        names = lines[2 : 2 + int(lines[0])]
        found = {}
        for line in lines[2 + len(names) :]:
            words = line.split()
            if words[0] == "FT":
                path = pathlib.Path(names[int(words[1])])
                found[path.name] = (path.read_bytes(), set(words[2:]))
    return found


def main():
    for name in sys.argv[1:]:
        target = name.removesuffix("_fuzz") + "_fuzz"
        corpus = ROOT / "tests/fuzz/corpus" / target
        corpus.mkdir(parents=True, exist_ok=True)
        left = reached(target, [corpus, ROOT / "build/fuzz/corpus" / target])
        known = set()
        shutil.rmtree(corpus)
        corpus.mkdir()
        for count in range(MOST_INPUTS):
            best = max(left, key=lambda one: (len(left[one][1] - known), -len(left[one][0])), default=None)
            if best is None or not left[best][1] - known:
                break
            content, features = left.pop(best)
            known |= features
            (corpus / best).write_bytes(content)
        total = set().union(known, *(features for _, features in left.values()))
        print(f"{target}: {len(list(corpus.iterdir()))} inputs reach {len(known)} of {len(total)} places")
    subprocess.run([ROOT / "tests/fuzz/seeds.py"], check=True)


if __name__ == "__main__":
    main()
