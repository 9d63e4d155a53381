#!/bin/bash
# run.sh PROGRAM [WORD]: gives every hostile file (whose name holds WORD) to the program and holds what comes of it against expected.tsv.
#
# The columns of expected.tsv: file; then for `inspect` exit status, kind, verdict and a text that its document holds ("-" where there is
# none); then the exit statuses of `convert` to safetensors, of `convert` to ONNX, and of `publish`. Whatever the file, no command may
# be ended by a signal, end with 70, take more than 5 seconds or a gigabyte, print anything but one JSON document, leave a file behind
# that it did not say it wrote, or do what the file's payload says: create a file of the name hullmark-was-here.
set -uo pipefail

program=$(readlink -f "$1")
word=${2:-}
here=$(dirname "$(readlink -f "$0")")
export NO_COLOR=1 LC_ALL=C.UTF-8
unset HULLMARK_REGISTRY
command -v jq >/dev/null || { echo "skipped: jq is not installed"; exit 77; }

folder=$(mktemp -d "${TMPDIR:-/tmp}/hullmark-hostile.XXXXXX")
trap 'rm -rf "$folder"' EXIT
export TMPDIR=$folder/tmp
mkdir "$TMPDIR" "$folder/work"
cp -r "$here/cases" "$folder/cases"
cd "$folder/cases" || exit 1

# What no version control system keeps.
printf '0123456789abcdef' >"$folder/secret.bin"
ln -s ../../secret.bin onnx-external-symlink/data.bin
ln -s ../.. onnx-external-symlinked-folder/folder
mkdir "$folder/data" && cp "$folder/secret.bin" "$folder/data.bin"
ln "$folder/secret.bin" onnx-external-hard-link/data.bin
mkfifo onnx-external-fifo/data.bin
ln -s /dev/zero onnx-external-device/data.bin
cd "$folder/work" || exit 1

failed=0
wrong()
{
    failed=$((failed + 1))
    echo "$file: ${verb/"$folder/cases/"/}: $1"
    { head -c 600 "$folder/out"; echo; } | sed 's/^/    stdout: /'
    { head -c 600 "$folder/err"; echo; } | sed 's/^/    stderr: /'
}

# One command under limits; $status. What it may leave behind is $1, and is removed.
run()
{
    local output=$1
    shift
    verb="$*"
    (
        ulimit -t 5
        ulimit -v 1000000
        exec timeout --signal=KILL 20 "$program" "$@" --json
    ) >"$folder/out" 2>"$folder/err" </dev/null
    status=$?
    [ $status -lt 128 ] && [ $status != 70 ] || wrong "ended with status $status"
    [ "$(jq --slurp 'length == 1 and .[0].schema_version == 1' "$folder/out" 2>/dev/null)" = true ] || wrong "stdout is not one JSON document"
    [ $status != 0 ] || rm -rf "$output"
    local left
    left=$(find "$folder/work" "$TMPDIR" -mindepth 1)
    [ -z "$left" ] || { wrong "leaves $left"; find "$folder/work" "$TMPDIR" -mindepth 1 -delete; }
}

expect() { [ "$1" = "$2" ] || wrong "$3 is $1, wanted $2"; }

cases=0
while IFS=$'\t' read -r file inspect_status kind verdict text safetensors onnx publish; do
    [[ $file != \#* && $file == *"$word"* ]] || continue
    cases=$((cases + 1))
    path=$folder/cases/$file
    given=()
    [ "$kind" != torchscript ] || given=(--input 'x:float32[4]')

    run none inspect "$path"
    expect $status "$inspect_status" "the exit status"
    expect "$(jq -r '.kind // "-"' "$folder/out")" "$kind" "the kind"
    expect "$(jq -r '.verdict // "-"' "$folder/out")" "$verdict" "the verdict"
    [ "$text" = - ] || grep -qF -- "$text" "$folder/out" || wrong "does not say: $text"
    run out.safetensors convert "$path" -o out.safetensors
    expect $status "$safetensors" "the exit status"
    run out.onnx convert "$path" -o out.onnx "${given[@]}"
    expect $status "$onnx" "the exit status"
    run registry publish "$path" --name hostile --allow-unverified --registry registry "${given[@]}"
    expect $status "$publish" "the exit status"
done <"$here/expected.tsv"

# Each file has its row.
if [ -z "$word" ]; then
    while read -r path; do
        [[ $path == */data.bin ]] || grep -q "^${path#"$here/cases/"}"$'\t' "$here/expected.tsv" || { echo "$path: has no row in expected.tsv"; failed=$((failed + 1)); }
    done < <(find "$here/cases" -type f)
fi
echo "$cases hostile files, $failed failures"
[ $failed = 0 ] && [ $cases != 0 ]
