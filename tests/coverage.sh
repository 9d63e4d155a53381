#!/bin/bash
# coverage.sh MODULE [FILE...]: how much of a module's code its own tests reach: lines and branches of each file, by clang's counters.
# With FILEs (machine.cc), the lines and branches of those that no test reaches as well.
#
# Builds under build/coverage, and needs clang, llvm-profdata and llvm-cov. A branch is one way out of a condition; what stands in a template
# is counted for each of its instances. Branches within macros count where the macro is used.
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
"$show" export -summary-only "$program" -instr-profile="$place/$module.profdata" "${sources[@]}" |
    jq -r --arg root "$PWD/" '
        def row(name; of): [name, of.lines.covered, of.lines.count, of.branches.covered, of.branches.count,
            (if of.branches.count == 0 then 100 else of.branches.covered / of.branches.count * 1000 | floor / 10 end)] | @tsv;
        (["file", "lines", "of", "branches", "of", "%"] | @tsv),
        (.data[0] | (.files[] | row(.filename | ltrimstr($root); .summary)), row("all"; .totals))' |
    column -t -s $'\t' -R 2,3,4,5,6

for file in "$@"; do
    echo
    echo "src/$module/$file:"
    "$show" show "$program" -instr-profile="$place/$module.profdata" -show-branches=count -show-expansions=false "src/$module/$file" |
        awk '/^ *[0-9]+\| / { line = $0; zero = $0 ~ /^ *[0-9]+\| +0\|/; if (zero) print "not reached " $0; next }
             /Branch \(/ && /: 0[,\]]/ { print line; print } '
done
