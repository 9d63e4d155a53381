"""NumPy, scipy, PyTorch, scikit-learn, joblib, pandas, ONNX: every honest file that their writers make is safe to hullmark, or skipped where no loader opens it.

The files are made by the scripts of tests/corpus into a folder of this judge, and scanned as one folder.
"""

# needs: torch==2.13.0 numpy joblib scikit-learn onnx safetensors lz4 pandas

import collections
import json
import os
import pathlib
import subprocess
import sys

CORPUS = pathlib.Path(__file__).resolve().parent.parent / "corpus"
SCRIPTS = ("plain_files.py", "torch_files.py", "pandas_files.py", "scipy_files.py", "sklearn_files.py")


def main() -> None:
    folder = pathlib.Path("honest").resolve()
    for script in SCRIPTS:
        subprocess.run([sys.executable, CORPUS / script, folder / script.removesuffix(".py")], check=True, stdout=subprocess.DEVNULL)
    done = subprocess.run([os.environ["HULLMARK"], "scan", folder, "--json"], capture_output=True, check=False)
    if done.returncode not in (0, 1, 3):
        sys.exit(f"scan ended with {done.returncode}\n{done.stderr.decode(errors='replace')}")
    files = json.loads(done.stdout)["files"]
    offenders = [file for file in files if file["verdict"] not in ("safe", "skipped")]
    for file in offenders:
        findings = "; ".join(f"{finding['code']}: {finding['message']}" for finding in file["findings"])
        print(f"{os.path.relpath(file['path'], folder)}: {file['verdict']}, {file['kind']}: {findings}")
    if offenders:
        sys.exit(f"{len(offenders)} of {len(files)} honest files are not safe")
    counts = collections.Counter(file["verdict"] for file in files)
    print(f"{len(files)} honest files: {counts['safe']} safe, {counts['skipped']} skipped")


if __name__ == "__main__":
    main()
