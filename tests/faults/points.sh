# Shared by the fault tests: sourced with the path of publish_once as $1. Gives fresh, points, look and a folder $work.
program=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

command -v strace >/dev/null || { echo "skipped: strace is not installed"; exit 77; }
strace -o /dev/null true 2>/dev/null || { echo "skipped: strace may not trace here (ptrace)"; exit 77; }

complain() { echo "FAILED: $*"; failed=$((failed + 1)); }
failed=0 done_points=0

# fresh KIND: a registry with nothing (empty) or with two versions (used), and how many versions that are.
fresh() {
    rm -rf "$work/registry"
    start=0
    if [ "$1" = used ]; then
        "$program" publish "$work/registry" one >/dev/null && "$program" publish "$work/registry" two >/dev/null || exit 1
        start=2
    fi
}

# points KIND: every system call of one publish after its start, one "NAME K" a line: the K-th call of that name.
points() {
    fresh "$1"
    strace -f -o "$work/trace" "$program" publish "$work/registry" three >"$work/said" || exit 1
    awk -v folder="$work/registry" '
        { sub(/^[0-9]+ +/, "") }
        match($0, /^[a-z_0-9]+\(/) { name = substr($0, 1, RLENGTH - 1); ++seen[name]; if (name != "execve" && index($0, folder)) on = 1; if (on) print name, seen[name] }
    ' "$work/trace"
}

# look WHAT STATUS: after a publish that printed to $work/said: the invariants hold, what was acknowledged is there, the next
# publish gets the next number, and what was left unfinished is swept.
look() {
    local said versions unfinished next
    said=$(cat "$work/said")
    "$program" check "$work/registry" >"$work/check" 2>&1 || complain "$1: $(head -3 "$work/check")"
    versions=$(sed -n 's/^versions //p' "$work/check")
    versions_after=$versions
    unfinished=$(sed -n 's/^unfinished //p' "$work/check")
    [ "${versions:-0}" = "$start" ] || [ "$versions" = $((start + 1)) ] || complain "$1: $versions versions, there were $start"
    [ -z "$said" ] || [ "$said" = "$versions" ] || complain "$1: version $said was acknowledged, there are $versions"
    [ "${unfinished:-0}" -le 1 ] || complain "$1: $unfinished unfinished objects of one writer"
    next=$("$program" publish "$work/registry" four 2>"$work/error") || complain "$1: cannot publish afterwards: $(cat "$work/error")"
    [ "$next" = $((versions + 1)) ] || complain "$1: the next version is $next after $versions"
    "$program" sweep "$work/registry" || complain "$1: cannot sweep"
    "$program" check "$work/registry" >"$work/check" 2>&1 || complain "$1: afterwards: $(head -3 "$work/check")"
    grep -qx 'unfinished 0' "$work/check" || complain "$1: unfinished objects stay"
    done_points=$((done_points + 1))
}
