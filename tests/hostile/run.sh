#!/bin/bash
# run.sh PROGRAM [WORD]: gives every hostile file (whose name holds WORD) to the program and holds what comes of it against expected.tsv.
# run.sh PROGRAM --write [WORD]: prints the rows of expected.tsv as they would have to be.
#
# The columns of expected.tsv: file; the verdict of `scan` and the word of one of its findings; the exit status of `inspect`, the kind,
# and a text that its document holds; then the exit statuses of `convert` to safetensors, of `convert` to ONNX, and of `publish`.
# "-" where there is none, "." where the command is not run. Few files are "safe": harmless ones that look like an attack. "refused"
# stands for dangerous or unreadable. --write makes no row safe that was not.
#
# Whatever the file, no command may be ended by a signal, end with 70, take more than 5 seconds or a gigabyte, print anything but one
# JSON document, leave a file behind that it did not say it wrote, or do what the file's payload says: create a file of the name
# hullmark-was-here. `inspect` may not give another verdict than `scan`. What the files do when they are really loaded stands in
# executes.tsv, which tests/judges/hostile_loaders.py proves.
set -uo pipefail

program=$(readlink -f "$1")
shift
writing=no
[ "${1:-}" != --write ] || { writing=yes && shift; }
word=${1:-}
here=$(dirname "$(readlink -f "$0")")
export NO_COLOR=1 LC_ALL=C.UTF-8 program
unset HULLMARK_REGISTRY
command -v jq >/dev/null || { echo "skipped: jq is not installed"; exit 77; }

folder=$(mktemp -d "${TMPDIR:-/tmp}/hullmark-hostile.XXXXXX")
trap 'rm -rf "$folder"' EXIT
export folder TMPDIR=$folder/tmp
mkdir "$TMPDIR" "$folder/work" "$folder/said"
"$here/lay_out.sh" "$folder" || exit 1

failed=0
wrong()
{
    failed=$((failed + 1))
    echo "$1: $2" >&2
}

# One command in a folder of its own, under limits. $1 numbers the case, $2 names the command.
ask()
{
    local said=$folder/said/$1.$2 place=$folder/work/$1.$2 output=$3 status
    shift 3
    mkdir "$place"
    cd "$place" || return
    (
        ulimit -t 5
        ulimit -v 1000000
        exec timeout --signal=KILL 20 "$program" "$@" --json
    ) >"$said" 2>"$said.err" </dev/null
    status=$?
    echo $status >"$said.status"
    [ $status != 0 ] || rm -rf "$output"
    rmdir "$place" 2>/dev/null || true
}

one()
{
    local number=$1 path=$folder/cases/$2 kind=$3 given=()
    [ "$kind" != torchscript ] || given=(--input 'x:float32[4]')
    ask "$number" inspect none inspect "$path"
    [ "$4" = . ] || ask "$number" safetensors out.safetensors convert "$path" -o out.safetensors
    [ "$5" = . ] || ask "$number" onnx out.onnx convert "$path" -o out.onnx --no-verify "${given[@]}"
    [ "$6" = . ] || ask "$number" publish registry publish "$path" --name hostile --allow-unverified --no-verify --registry registry "${given[@]}"
}
export -f ask one

# All files at once.
cd "$folder/work" || exit 1
(
    ulimit -t 60
    exec timeout --signal=KILL 120 "$program" scan "$folder/cases" --json
) >"$folder/scan" 2>"$folder/scan.err" </dev/null
status=$?
[ $status = 1 ] || [ $writing = yes ] || wrong scan "ended with $status: $(head -c 600 "$folder/scan.err")"
declare -A verdicts words
while IFS=$'\t' read -r path verdict found; do
    verdicts[$path]=$verdict words[$path]=" $found "
done < <(jq -r --arg root "$folder/cases/" '.files[] | [(.path | ltrimstr($root)), .verdict,
    (({dangerous: "danger", unreadable: "unreadable"}[.verdict] // "note") as $severity | .findings | sort_by(.severity != $severity) | map(.code) | join(" "))] | @tsv' "$folder/scan")

# Each file by itself.
rows=()
while IFS= read -r row; do
    [[ $row == \#* || ${row%%$'\t'*} != *"$word"* ]] || rows+=("$row")
done <"$here/expected.tsv"
number=0
for row in "${rows[@]}"; do
    IFS=$'\t' read -r file _ _ _ kind _ safetensors onnx publish <<<"$row"
    printf '%s\0%s\0%s\0%s\0%s\0%s\0' $number "$file" "$kind" "$safetensors" "$onnx" "$publish"
    number=$((number + 1))
done | xargs -0 -n 6 -P "$(nproc)" bash -c 'one "$@"' one

declare -A kinds verdict_of sound
cd "$folder/said" || exit 1
rm -f ./*.err.status
shopt -s nullglob
outputs=(*.inspect *.safetensors *.onnx *.publish)
while IFS=$'\t' read -r name good kind verdict; do
    sound[$name]=$good kinds[$name]=$kind verdict_of[$name]=$verdict
done < <(jq -nrR 'reduce inputs as $line ({}; .[input_filename] += $line + "\n") | to_entries[]
    | .key as $name | (.value | try fromjson catch null) | [$name, .schema_version == 1, .kind // "-", .verdict // "-"] | @tsv' "${outputs[@]}")

number=0
for row in "${rows[@]}"; do
    IFS=$'\t' read -r file scan finding inspect kind text safetensors onnx publish <<<"$row"
    declare -A want=([inspect]=$inspect [safetensors]=$safetensors [onnx]=$onnx [publish]=$publish)
    was=()
    for verb in inspect safetensors onnx publish; do
        name=$number.$verb
        if [ "${want[$verb]}" = . ]; then
            was+=(.)
            continue
        fi
        read -r status <"$name.status"
        was+=("$status")
        { [ "$status" -lt 128 ] && [ "$status" != 70 ]; } || wrong "$file: $verb" "ended with status $status"
        [ "${sound[$name]:-}" = true ] || wrong "$file: $verb" "stdout is not one JSON document: $(head -c 300 "$name")"
        [ $writing = yes ] || [ "$status" = "${want[$verb]}" ] || wrong "$file: $verb" "ended with $status, wanted ${want[$verb]}: $(head -c 600 "$name")"
    done
    verdict=${verdicts[$file]:--} found=${words[$file]:- }
    inspected=${verdict_of[$number.inspect]:--} is=${kinds[$number.inspect]:--}
    said=$text
    [ "$text" = - ] || grep -qF -- "$text" "$number.inspect" || said=-
    if [ $writing = yes ]; then
        [[ $found == *" $finding "* ]] || finding=$(cut -d ' ' -f 2 <<<"$found")
        if [ "$scan" != safe ] && [[ $verdict != @(dangerous|unreadable) ]]; then
            wrong "$file: scan" "says $verdict, wanted $scan"
            verdict=$scan
        fi
        (IFS=$'\t' && echo "$file"$'\t'"$verdict"$'\t'"${finding:--}"$'\t'"${was[0]}"$'\t'"$is"$'\t'"$said"$'\t'"${was[*]:1}")
    else
        [ "$verdict" = "$scan" ] || [[ $scan == refused && $verdict == @(dangerous|unreadable) ]] || wrong "$file: scan" "says $verdict ($found), wanted $scan"
        [ "$finding" = - ] || [[ $found == *" $finding "* ]] || wrong "$file: scan" "finds$found, wanted $finding"
        [ "$is" = "$kind" ] || wrong "$file: inspect" "calls it $is, wanted $kind"
        [ "$said" = "$text" ] || wrong "$file: inspect" "does not say: $text"
        [ "$inspected" = - ] || [ "$inspected" = "$verdict" ] || wrong "$file: inspect" "says $inspected, scan says $verdict"
    fi
    number=$((number + 1))
done

left=$(find "$folder/work" "$TMPDIR" -mindepth 1)
[ -z "$left" ] || wrong "left behind" "$left"
marked=$(find "$folder" "${TMPDIR%/tmp}/.." -maxdepth 1 -name 'hullmark-was-here*' 2>/dev/null)
[ -z "$marked" ] || wrong "a payload ran" "$marked"
[ $writing = yes ] || echo "$number files, $failed wrong"
[ $failed -eq 0 ] && [ $number -gt 0 ]
