"""The program under judgement, as a function, and the rule by which answers are compared."""

import json
import os
import pathlib
import subprocess
import sys

import numpy

EXAMPLES = pathlib.Path(os.environ["EXAMPLES"])


def hullmark(*arguments: object) -> dict:
    """Runs `hullmark ARGUMENTS --json` and gives its answer; where it fails, says what it said and ends the judgement."""
    command = [os.environ["HULLMARK"], *map(str, arguments), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}\nended with {done.returncode}\n{done.stdout}\n{done.stderr}")
    return json.loads(done.stdout)


def expect_close(expected: numpy.ndarray, actual: numpy.ndarray, what: str, tolerance: float = 1e-5) -> float:
    """max|a-b| / max(1, max|a|), which must not pass the tolerance; shape and dtype must be the same."""
    if expected.shape != actual.shape or expected.dtype != actual.dtype:
        sys.exit(f"{what}: wanted {expected.dtype} {list(expected.shape)}, got {actual.dtype} {list(actual.shape)}")
    error = float(numpy.abs(expected - actual).max() / max(1.0, numpy.abs(expected).max()))
    if not error <= tolerance:
        sys.exit(f"{what}: error {error:.3g}, allowed {tolerance:g}")
    return error
