"""What tests reach of the sources of a module: coverage_report.py MODULE [FILE...] <EXPORT

EXPORT is what `llvm-cov export` prints. tests/coverage_held.tsv names the files that are held to it that every line and 95 % of the branches are
reached, and the lines that are excepted, each with its reason. Of each FILE (machine.cc) the lines and branches that no test reaches are listed.

A line is reached where any code on it is. What clang calls a gap, the white space between two statements, is no code: behind TRY it counts as
never run, and llvm-cov's own figure takes the next line for unreached. Branches are counted as llvm-cov counts them: those of a macro where it is
used, those of a template for each of its instances.

Exits with 1 where a held file falls short, or where an exception is none: the line is reached, or is not there.
"""

import collections
import json
import os
import pathlib
import sys

HELD = pathlib.Path(__file__).resolve().parent / "coverage_held.tsv"
WANTED = 0.95
NOTHING_HERE = "-"


def runs_of_lines(segments: list) -> dict[int, int]:
    """How often each line with code ran, from segments (line, column, runs, is counted, begins a region, is a gap) in their order."""
    runs: dict[int, int] = {}
    by_line = collections.defaultdict(list)
    for segment in segments:
        by_line[segment[0]].append(segment)
    before = None  # the segment that reaches into the line
    for line in range(segments[0][0], segments[-1][0] + 1) if segments else ():
        here = by_line.get(line, [])
        counted = [segment for segment in here if segment[3] and segment[4] and not segment[5]]
        if before and before[3]:
            counted += here[:1] if before[5] else [before]
        counted = [segment[2] for segment in counted if segment[3] and not segment[5]]
        if counted:
            runs[line] = max(counted)
        before = here[-1] if here else before
    return runs


def unreached_branches(branches: list) -> list[str]:
    sides = collections.Counter()
    for line, column, _, _, when_true, when_false, *_ in branches:
        sides[line, column, True] += when_true
        sides[line, column, False] += when_false
    return [f"{line}:{column}: never {str(side).lower()}" for (line, column, side), runs in sorted(sides.items()) if runs == 0]


def main() -> None:
    module, wanted = sys.argv[1], sys.argv[2:]
    exceptions = collections.defaultdict(dict)
    for row in HELD.read_text().splitlines():
        if row and not row.startswith("#"):
            file, line, reason = row.split("\t")
            exceptions[file][line] = reason
    table = [("file", "lines", "of", "branches", "of", "%", "")]
    faults, listed = [], []
    for file in json.load(sys.stdin)["data"][0]["files"]:
        name = os.path.relpath(file["filename"])
        text = pathlib.Path(name).read_text().splitlines()
        runs = runs_of_lines(file["segments"])
        missing = [line for line, count in runs.items() if count == 0]
        branches = file["summary"]["branches"]
        share = branches["covered"] / branches["count"] if branches["count"] else 1
        held = exceptions.get(name)
        table.append((name, len(runs) - len(missing), len(runs), branches["covered"], branches["count"], f"{int(share * 1000) / 10:.1f}", "" if held is None else "held"))
        if held is not None:
            said = {text[line - 1].strip() for line in missing}
            faults += [f"{name}: no test reaches \"{line}\"" for line in sorted(said - held.keys())]
            faults += [f"{name}: excepted, and reached or not there: \"{line}\"" for line in sorted(held.keys() - said - {NOTHING_HERE})]
            if share < WANTED:
                faults.append(f"{name}: {share:.1%} of the branches, wanted {WANTED:.0%}")
        if os.path.relpath(name, f"src/{module}") in wanted:
            listed += ["", f"{name}:"] + [f"{line}: never: {text[line - 1].strip()}" for line in missing]
            listed += [f"{place}: {text[int(place.split(':')[0]) - 1].strip()}" for place in unreached_branches(file["branches"])]
    widths = [max(len(str(row[column])) for row in table) for column in range(len(table[0]))]
    for row in table:
        print(f"{row[0]:<{widths[0]}}", *(f"{row[column]:>{widths[column]}}" for column in range(1, len(row))), sep="  ")
    print(*listed, sep="\n", end="\n" if listed else "")
    if faults:
        sys.exit("\n".join(faults))


if __name__ == "__main__":
    main()
