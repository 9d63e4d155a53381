"""Every name of Python's own modules: python make.py > names.txt

Lines of `module name name...`. Modules are imported where that does nothing, else their source is parsed; nothing is run but what an
import runs. The test in src/pickle/rules_names_test.cc judges a pickle of each name with each opcode.
"""

import ast
import importlib
import io
import os
import pkgutil
import sys
import warnings
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

warnings.simplefilter("ignore")

LIBRARY = Path(os.__file__).parent
# Importing these opens windows, browsers or prints; tests are not installed everywhere.
PARSED = ("antigravity", "this", "turtle", "turtledemo", "idlelib", "tkinter", "lib2to3.pgen2.conv", "__main__")
SKIPPED = ("test", "site-packages", "lib-dynload", "config-", "__pycache__")


def modules():
    names = set(sys.builtin_module_names)
    for found in pkgutil.iter_modules([str(LIBRARY), str(LIBRARY / "lib-dynload")]):
        names.add(found.name)
    for path in LIBRARY.rglob("*.py"):
        parts = path.relative_to(LIBRARY).with_suffix("").parts
        if parts[0].startswith(SKIPPED) or any(part in ("tests", "test", "__pycache__") or "-" in part for part in parts):
            continue
        names.add(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
    return sorted(name for name in names if name and not name.startswith(("test.", "_test", "_xx", "xx", "_ctypes_test")) and name != "test")


def parsed_names(module):
    path = LIBRARY.joinpath(*module.split("."))
    path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    names = set()
    if path.exists():
        for node in ast.walk(ast.parse(path.read_text(errors="replace"))):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                names.add(node.name)
            elif isinstance(node, (ast.Import, ast.ImportFrom)):
                names.update((alias.asname or alias.name).split(".")[0] for alias in node.names)
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                names.add(node.id)
    return names


def names_of(module):
    if module.startswith(PARSED) or module.endswith("__main__"):
        return parsed_names(module)
    try:
        with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
            return set(dir(importlib.import_module(module)))
    except BaseException:  # a module for another system: SystemExit too
        return parsed_names(module)


ORDINARY = {"__builtins__", "__cached__", "__doc__", "__file__", "__loader__", "__name__", "__package__", "__path__", "__spec__", "*", "__all__", "__author__", "__version__"}


def main():
    for module in modules():
        line = module
        for name in sorted(name for name in names_of(module) - ORDINARY if name.isascii()):
            if len(line) + len(name) > 148:
                print(line)
                line = module
            line += " " + name
        if line != module:
            print(line)


if __name__ == "__main__":
    main()
