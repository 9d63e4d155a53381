# Files are read by a second process. Whatever ends that process is a finding of the one file that it read, and the next one is read all
# the same.
mkdir folder
cp "$EXAMPLES/digits/digits.pt" folder/a.pt
cp "$EXAMPLES/digits/sample.npz" folder/z.npz

# reader: the process that reads for $scan, once there is one
find_reader()
{
    reader=
    for _ in $(seq 500); do
        reader=$(grep --no-messages --files-with-matches "^PPid:[[:space:]]*$scan\$" /proc/[0-9]*/status | head -n 1 | tr -cd '0-9' || true)
        [ -z "$reader" ] || return 0
        kill -0 "$scan" 2>/dev/null || return 0
        sleep 0.01
    done
}

# A gigabyte of holes takes a while to hash. ends_with CODE DELAY COMMAND...: COMMAND is run after DELAY seconds of reading.
scan_meanwhile()
{
    local delay=$1
    shift
    truncate --size 1G folder/large.bin
    "$HULLMARK" scan --json --digest --threads 1 folder >out 2>err </dev/null &
    scan=$!
    find_reader
    sleep "$delay"
    "$@" 2>/dev/null || true
    status=0
    wait "$scan" || status=$?
    out=$(<out) err=$(<err) command="scan, meanwhile: $*"
}
kill_reader() { kill -KILL "$reader"; }
shorten_file() { : >folder/large.bin; }

for case in reader-failed:kill_reader changed:shorten_file; do
    hit=no
    for delay in 0.1 0.2 0.05 0.3; do
        scan_meanwhile $delay ${case#*:}
        if jq --exit-status '.files[] | select(.path == "folder/large.bin") | .findings[0].code == "'"${case%:*}"'"' <<<"$out" >/dev/null; then
            hit=yes
            break
        fi
    done
    [ $hit = yes ] || skip "this machine reads a gigabyte faster than it can be disturbed"
    expect_status 3
    expect_json '[.files[] | .verdict] == ["safe", "unreadable", "safe"]'
done
