# A model whose answers differ from the recorded ones by more than is allowed is not written: status 1, and the document says how far off.
run hullmark convert "$EXAMPLES/digits/digits.pt" -o digits.onnx --sample "$EXAMPLES/digits/sample.npz" --atol 0
expect_status 1
expect_no_out
expect_err HM0101
expect_nothing_at digits.onnx

run hullmark convert "$EXAMPLES/digits/digits.pt" -o digits.onnx --sample "$EXAMPLES/digits/sample.npz" --atol 0 --json
expect_status 1
expect_json '.error.reason == "no" and .error.report.passed == false'
expect_nothing_at digits.onnx

run hullmark convert "$EXAMPLES/digits/digits.pt" -o digits.onnx --sample "$EXAMPLES/digits/sample.npz" --atol 0 --no-verify
expect_status 0
expect_file digits.onnx
