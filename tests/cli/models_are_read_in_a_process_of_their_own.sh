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

# What it makes of a model is the same wherever it reads, with options and samples at hand.
cp "$EXAMPLES/digits/sample.npz" sample.npz
mkdir inside
given hullmark convert model.pt -o out.onnx --sample sample.npz --output-names scores --json
expect_json '.outputs[0].name == "scores" and .report.passed'
given hullmark convert model.pt -o inside/out.onnx --external-data --sample "$PWD/sample.npz"
expect_file inside/out.onnx.data
given hullmark convert model.pt -o out.safetensors --json
expect_json '.tensors | length > 1'
run hullmark convert model.pt -o none.onnx --sample sample.npz --opset 99
expect_status 2
[ -z "$(find . -name '*tmp*' -o -name '.*.part')" ] || wrong "wanted no temporary file"

# Nobody may start a process: as another user, as root may always.
cp "$HULLMARK" program
chmod -R a+rX .
as_another=
if [ "$(id -u)" = 0 ]; then
    command -v setpriv >/dev/null || skip "setpriv is not there"
    as_another='setpriv --reuid=65534 --clear-groups'
    $as_another ./program inspect model.pt >/dev/null 2>&1 || skip "another user cannot run the program here"
fi
for asked in "inspect model.pt" "convert model.pt -o new.onnx" "convert model.pt -o new.safetensors" "publish model.pt --name model --allow-unverified --registry new"; do
    run $as_another env ASAN_OPTIONS=detect_leaks=0 bash -c "ulimit -u 1 && exec ./program $asked" # a search for leaks would want a thread
    expect_status 6
    expect_err "as a second process"
    expect_no_out
done
[ -z "$(find . -name 'new*')" ] || wrong "wanted nothing to be made"
