#!/bin/bash
# coverage.sh MODULE [FILE...]: how much of a module's code its own tests reach: lines and branches of each file, by clang's counters.
# With FILEs (machine.cc), the lines and branches of those that no test reaches as well.
#
# The pickle machine (coverage.sh pickle), the ZIP reader and the resolver of paths (coverage.sh files) are held to all lines and 95 % of the
# branches: tests/coverage_held.tsv lists their files and what is excepted, with reasons; where that does not hold this exits with 1.
#
# Builds under build/coverage, and needs clang, llvm-profdata, llvm-cov and python3. How it counts stands in tests/coverage_report.py.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."

module=${1:?which module? coverage.sh MODULE [FILE...]}
shift
[ -d "src/$module" ] || { echo "src/$module: no such module" >&2; exit 2; }
tool() { command -v "$1" || command -v "$1-14"; }
merge=$(tool llvm-profdata) show=$(tool llvm-cov) || { echo "llvm-profdata or llvm-cov is missing: apt-get install llvm" >&2; exit 2; }

place=build/coverage
mkdir -p "$place"
counted="-O0 -fprofile-instr-generate -fcoverage-mapping"
{ cmake -S . -B "$place" -G Ninja -DCMAKE_BUILD_TYPE=None -DCMAKE_CXX_COMPILER=clang++ -DCMAKE_CXX_FLAGS="$counted" &&
    cmake --build "$place" --target "${module}_test"; } >"$place/build.log" 2>&1 || { tail -n 40 "$place/build.log"; exit 1; }
program=$place/${module}_test
LLVM_PROFILE_FILE=$PWD/$place/$module.profraw "$program" --gtest_brief=1 >"$place/$module.log" 2>&1 || { tail -n 40 "$place/$module.log"; exit 1; }
"$merge" merge -sparse "$place/$module.profraw" -o "$place/$module.profdata"

mapfile -t sources < <(find "src/$module" \( -name '*.cc' -o -name '*.h' \) ! -name '*_test.cc' | sort)
"$show" export "$program" -instr-profile="$place/$module.profdata" "${sources[@]}" | python3 tests/coverage_report.py "$module" "$@"
