# The process that reads is no verb for people, doctor tells how it is fenced in, and where it cannot be started nothing is read.
for command in "--help" "completion bash" "completion zsh" "completion fish"; do
    given hullmark $command
    [[ "$out" != *scan-worker* ]] || wrong "wanted no word of scan-worker"
done
run hullmark doctor --json
expect_json '[.checks[] | select(.name == "sandbox")] | length == 1 and (.[0].detail | test("landlock|seccomp|limits|nothing"))'

# It has to be asked by a scan.
run hullmark scan-worker
[ "$status" != 0 ] || wrong "wanted a failure"
expect_no_out

# Nobody may start a process: as another user, as root may always.
printf 'N.' >none.pkl
cp "$HULLMARK" program
chmod -R a+rX .
limited='ulimit -u 1 && ASAN_OPTIONS=detect_leaks=0 exec ./program scan none.pkl' # a search for leaks would want a thread
if [ "$(id -u)" = 0 ]; then
    command -v setpriv >/dev/null || skip "setpriv is not there"
    setpriv --reuid=65534 --clear-groups ./program scan none.pkl >/dev/null 2>&1 || skip "another user cannot run the program here"
    run setpriv --reuid=65534 --clear-groups bash -c "$limited"
else
    run bash -c "$limited"
fi
expect_status 6
expect_err "as a second process"
expect_no_out
