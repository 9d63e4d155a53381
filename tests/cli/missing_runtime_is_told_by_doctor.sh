# Without ONNX Runtime the program still starts, inspects and converts; what needs it says so with status 5, and doctor says what is missing.
export HULLMARK_ONNXRUNTIME=/nowhere/libonnxruntime.so
run hullmark doctor --json
expect_status 1
expect_json '.ok == false and (.checks[] | select(.name == "ONNX Runtime") | .ok == false and (.command | length > 0))'

given hullmark convert "$EXAMPLES/digits/digits.pt" -o digits.onnx --sample "$EXAMPLES/digits/sample.npz" --no-verify
run hullmark convert "$EXAMPLES/digits/digits.pt" -o other.onnx --sample "$EXAMPLES/digits/sample.npz"
expect_status 5
expect_nothing_at other.onnx
run hullmark verify digits.onnx --against self --random 1
expect_status 5
expect_err HULLMARK_ONNXRUNTIME

unset HULLMARK_ONNXRUNTIME
given hullmark doctor --json
expect_json '.ok'
