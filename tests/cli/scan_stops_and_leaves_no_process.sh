# Ctrl-C ends a scan with 130, and the processes that read for it are gone; they are gone as well when the scan is killed.
mkdir folder
for name in a b c d; do
    truncate --size 1G folder/$name.bin
done

readers_of() { grep --no-messages --files-with-matches "^PPid:[[:space:]]*$1\$" /proc/[0-9]*/status | tr -c '0-9\n' ' ' || true; }
is_there() { kill -0 "$1" 2>/dev/null && ! grep --silent '^State:[[:space:]]*Z' "/proc/$1/status" 2>/dev/null; }

stopped=0
for signal in INT TERM KILL; do
    # A shell starts its background processes with SIGINT ignored.
    env --default-signal=INT "$HULLMARK" scan --digest folder --threads 2 >out 2>err </dev/null &
    scan=$!
    readers=
    for _ in $(seq 500); do
        readers=$(readers_of $scan)
        [ -z "$readers" ] || break
        sleep 0.01
    done
    [ -n "$readers" ] || skip "no process that reads was seen"
    sleep 0.1
    kill -$signal $scan 2>/dev/null || true
    status=0
    wait $scan 2>/dev/null || status=$?
    out=$(<out) err=$(<err) command="scan, stopped by $signal"
    [ "$status" != 3 ] || continue # it was done already
    stopped=$((stopped + 1))
    if [ $signal = KILL ]; then
        expect_status 137
        sleep 0.5
    else
        expect_status 130
        expect_err HM0012
        expect_no_out
    fi
    for reader in $readers; do
        ! is_there "$reader" || wrong "wanted process $reader to be gone"
    done
done
[ $stopped -gt 0 ] || skip "this machine reads faster than it can be stopped"
