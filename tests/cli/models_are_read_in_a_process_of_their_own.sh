# What reads a model is a second process, and no verb for people; where it cannot be started nothing is read.
for command in "--help" "completion bash" "completion zsh" "completion fish"; do
    given hullmark $command
    [[ "$out" != *" reader"* ]] || wrong "wanted no word of the reader"
done
run hullmark reader
[ "$status" != 0 ] || wrong "wanted a failure"
expect_no_out

# It opens what it is given, and its errors read as if there were one process.
cp "$EXAMPLES/digits/digits.pt" model.pt
given hullmark inspect ./model.pt --json
expect_json '.path == "./model.pt" and .kind == "torchscript" and .verdict == "safe"'
head -c 1000 model.pt >cut.pt
run hullmark inspect cut.pt
expect_status 3
expect_err 'cut.pt'
expect_no_out
cp model.pt "$(printf 'odd\xff\n.pt')"
given hullmark inspect "$(printf 'odd\xff\n.pt')" --json
expect_json '.kind == "torchscript"'

# Nobody may start a process: as another user, as root may always.
cp "$HULLMARK" program
chmod -R a+rX .
limited='ulimit -u 1 && exec ./program inspect model.pt'
if [ "$(id -u)" = 0 ]; then
    command -v setpriv >/dev/null || skip "setpriv is not there"
    setpriv --reuid=65534 --clear-groups ./program inspect model.pt >/dev/null 2>&1 || skip "another user cannot run the program here"
    run setpriv --reuid=65534 --clear-groups bash -c "$limited"
else
    run bash -c "$limited"
fi
expect_status 6
expect_err "as a second process"
expect_no_out
