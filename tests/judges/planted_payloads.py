"""Pickle, PyTorch, scikit-learn: a call that is planted anywhere in an honest file is found.

Into the pickles of the honest corpora a call is put at instructions chosen by a fixed seed: beside what is there, or in the place of a
value. Whatever unpickles such a file runs the call when it comes there, so that none of them may be safe.
"""

# needs: torch==2.13.0 numpy joblib scikit-learn onnx safetensors lz4 pandas

import io
import json
import os
import pathlib
import pickletools
import random
import subprocess
import sys
import zipfile

CORPUS = pathlib.Path(__file__).resolve().parent.parent / "corpus"
TOUCH = b"touch hullmark-was-here"
CALLS = {
    "reduce": b"cposix\nsystem\nU" + bytes([len(TOUCH)]) + TOUCH + b"\x85R",
    "obj": b"(cposix\nsystem\nU" + bytes([len(TOUCH)]) + TOUCH + b"o",
    "inst": b"(U" + bytes([len(TOUCH)]) + TOUCH + b"iposix\nsystem\n",
    "stack-global": b"U\x05posixU\x06system\x93U" + bytes([len(TOUCH)]) + TOUCH + b"\x85R",
    "eval": b"cbuiltins\neval\nU\x011\x85R",
    "map": b"cbuiltins\nlist\ncbuiltins\nmap\ncposix\nsystem\n]U" + bytes([len(TOUCH)]) + TOUCH + b"a\x86R\x85R",
    "slot": b"cargparse\nNamespace\n)\x81}U\x06appendcposix\nsystem\nsbU" + bytes([len(TOUCH)]) + TOUCH + b"a",
    "import": b"cantigravity\nfly\n",
}
VALUES = {"BININT1", "BININT2", "BININT", "BINUNICODE", "SHORT_BINUNICODE", "NONE", "NEWTRUE", "NEWFALSE", "BINFLOAT", "EMPTY_DICT", "EMPTY_LIST", "EMPTY_TUPLE"}


def without_frames(content: bytes) -> bytes:
    """The same instructions; planting something would make the lengths of frames wrong."""
    kept = io.BytesIO()
    steps = list(pickletools.genops(content))
    ends = [position for _, _, position in steps[1:]] + [steps[-1][2] + 1]
    for (opcode, _, position), end in zip(steps, ends):
        if opcode.name != "FRAME":
            kept.write(content[position:end])
    return kept.getvalue()


def planted(content: bytes, chance: random.Random):
    """A few versions of a pickle, each with one call."""
    content = without_frames(content)
    steps = list(pickletools.genops(content))
    places = [index for index in range(len(steps)) if steps[index][0].name != "PROTO"]
    for index in chance.sample(places, min(3, len(places))):
        word = chance.choice(list(CALLS))
        at = steps[index][2]
        yield f"beside-{at}-{word}", content[:at] + CALLS[word] + b"0" + content[at:]
    places = [index for index in range(len(steps) - 1) if steps[index][0].name in VALUES]
    for index in chance.sample(places, min(3, len(places))):
        word = chance.choice(list(CALLS))
        at, end = steps[index][2], steps[index + 1][2]
        yield f"instead-{at}-{word}", content[:at] + CALLS[word] + content[end:]


def rewritten(path: pathlib.Path, member: str, content: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(stream, "w") as new:
        for about in old.infolist():
            new.writestr(zipfile.ZipInfo(about.filename), content if about.filename == member else old.read(about))
    return stream.getvalue()


def whole_pickle(content: bytes) -> bool:
    try:
        *_, (_, _, last) = pickletools.genops(content)
    except Exception:  # raw arrays in between, several streams, or no pickle at all
        return False
    return last == len(content) - 1


def plant(path: pathlib.Path, chance: random.Random):
    if path.read_bytes().startswith(b"PK\x03\x04"):  # is_zipfile takes what it finds anywhere near the end
        with zipfile.ZipFile(path) as archive:
            for member in archive.namelist():
                if member.endswith(".pkl"):
                    for word, content in planted(archive.read(member), chance):
                        yield f"{word}-{path.name}", rewritten(path, member, content)
    elif whole_pickle(path.read_bytes()):
        for word, content in planted(path.read_bytes(), chance):
            yield f"{word}-{path.name}", content


def main() -> None:
    chance = random.Random(4)
    honest = pathlib.Path("honest")
    for script in ("plain_files.py", "torch_files.py", "sklearn_files.py"):
        subprocess.run([sys.executable, CORPUS / script, honest / script.removesuffix(".py")], check=True, stdout=subprocess.DEVNULL)
    names = sorted(path for path in honest.rglob("*") if path.is_file() and path.suffix in (".pkl", ".pt", ".joblib"))
    folder = pathlib.Path("planted").resolve()
    folder.mkdir()
    for path in chance.sample(names, min(1500, len(names))):
        for name, content in plant(path, chance):
            (folder / f"{path.parent.name}-{name}").write_bytes(content)
    done = subprocess.run([os.environ["HULLMARK"], "scan", folder, "--json"], capture_output=True, check=False)
    if done.returncode not in (0, 1, 3):
        sys.exit(f"scan ended with {done.returncode}\n{done.stderr.decode(errors='replace')}")
    files = json.loads(done.stdout)["files"]
    missed = [file["path"] for file in files if file["verdict"] in ("safe", "skipped")]
    if missed or not files:
        print("\n".join(missed))
        sys.exit(f"{len(missed)} of {len(files)} files with a planted call are called safe")
    print(f"{len(files)} files with a planted call, none is called safe")


if __name__ == "__main__":
    main()
