#!/usr/bin/env python3
"""make.py [FOLDER]: writes the hostile files, named by their attack, into FOLDER (cases/ beside this script).

Plain Python, no library, the same bytes every time. Nothing here is executed: pickles are assembled from opcodes, archives from
their records. Whoever does load one of them with the tool that it aims at creates the file hullmark-was-here in the folder for
temporary files, or one of that name in the working folder. What hullmark must say to each stands in expected.tsv; what cannot be
kept in a version control system (links, pipes) is made by run.sh.
"""
import pathlib
import sys

sys.dont_write_bytecode = True

import archives
import arrays
import exported
import gadgets
import graphs
import joblibs
import nested
import pickles
import polyglots
import scripts
import slots
import torch_files
import zips

LARGEST = 5120


def main():
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).parent / "cases"
    written = {}
    for family in (pickles, gadgets, slots, nested, zips, archives, torch_files, scripts, exported, arrays, joblibs, graphs, polyglots):
        for name, content in family.cases():
            if name in written:
                sys.exit(f"{name} is made twice")
            if len(content) > LARGEST:
                sys.exit(f"{name} has {len(content)} bytes, the most is {LARGEST}")
            written[name] = content
    for name, content in written.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    print(f"{len(written)} files, {sum(map(len, written.values()))} bytes")


if __name__ == "__main__":
    main()
