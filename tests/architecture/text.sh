#!/bin/bash
# What the compiler cannot guard of the layout: how includes are spelled, what doors include, how long files are, what they are called.
#
# text.sh PROJECT
set -euo pipefail
cd "$1"

faults=0
fault()
{
    echo "$*"
    faults=$((faults + 1))
}

most_lines=600
mapfile -t sources < <(find src tests bench -name '*.cc' -o -name '*.h' 2>/dev/null | sort)

# Includes: never a way around the doors, always "module/file.h", or "module/table.inc" for rows that a script wrote.
while IFS= read -r line; do
    fault "an include with '..' in it: $line"
done < <(grep -nE '^[[:space:]]*#[[:space:]]*include.*\.\.' "${sources[@]}")
while IFS= read -r line; do
    fault "an include that is not spelled \"module/file.h\": $line"
done < <(grep -nE '^[[:space:]]*#[[:space:]]*include[[:space:]]*"' "${sources[@]}" | grep -vE '#include "[a-z0-9_]+/[a-z0-9_]+\.(h|inc)"')

# A TRY that returns from within braces leaks what stands before it in them: compilers do not destroy the elements of half a list.
while IFS= read -r line; do
    fault "a TRY behind another element in braces, which leaks when it returns: $line"
done < <(grep -nP '\{(?![ ]|TRY\()(?:[^{}();]|\([^()]*\))*, *[^{};]*TRY\(' "${sources[@]}")

# Doors include only doors.
declare -A is_door
while read -r words; do
    read -r module rest <<<"$words"
    doors=$(sed -E 's/.*\bDOORS //; s/ (NEEDS|LIBRARIES|TEST_NEEDS) .*//' <<<"$rest")
    for door in $doors; do
        is_door[$module/$door]=yes
    done
done < <(sed -nE 's/^add_module\((.*)\).*/\1/p' CMakeLists.txt)
[ ${#is_door[@]} -gt 0 ] || fault "no doors found in CMakeLists.txt"
for door in "${!is_door[@]}"; do
    [ -f "src/$door" ] || continue
    while IFS= read -r header; do
        [ -n "${is_door[$header]:-}" ] || fault "the door src/$door includes $header, which is no door"
    done < <(sed -nE 's/^#include "([^"]+)".*/\1/p' "src/$door")
done

# Files: short, guarded, and called by what is in them.
for source in "${sources[@]}"; do
    lines=$(wc -l <"$source")
    [ "$lines" -le $most_lines ] || fault "$source has $lines lines, more than $most_lines: it holds more than one thing"
    case "$source" in
    *.h) [ "$(grep -c '^#pragma once$' "$source")" = 1 ] || fault "$source has no #pragma once" ;;
    esac
done
while IFS= read -r path; do
    fault "a name that says nothing: $path"
done < <(find src tests bench cmake -regextype posix-extended -iregex '.*/(.*_)?(utils?|common|helpers?|misc|impl)(_[^/]*|\.[a-z]+)?' 2>/dev/null)
while IFS= read -r path; do
    fault "a folder of src that CMakeLists.txt does not name: $path"
done < <(for folder in src/*/; do grep -q "^add_module($(basename "$folder") " CMakeLists.txt || echo "$folder"; done)

# The table in ARCHITECTURE.md names the modules of CMakeLists.txt, in their order.
if ! table=$(diff <(sed -nE 's/^add_module\(([a-z_]+) .*/\1/p' CMakeLists.txt) <(sed -nE 's/^\| `([a-z_]+)` \|.*/\1/p' ARCHITECTURE.md)); then
    fault "ARCHITECTURE.md's table of modules is not CMakeLists.txt's: $table"
fi

if [ $faults -gt 0 ]; then
    echo "$faults faults"
    exit 1
fi
echo "${#sources[@]} files, ${#is_door[@]} doors: all as the layout asks"
