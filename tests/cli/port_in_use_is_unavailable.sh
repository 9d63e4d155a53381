# A port that somebody else has: status 6, and the message names it.
given hullmark convert "$EXAMPLES/digits/digits.pt" -o digits.onnx --sample "$EXAMPLES/digits/sample.npz"
start_server digits.onnx
port=${url##*:}
run hullmark serve digits.onnx --port "$port" --json
expect_status 6
expect_json '.error.reason == "unavailable"'
run hullmark serve digits.onnx --port "$port"
expect_status 6
expect_err "$port"
stop_server
expect_status 0
