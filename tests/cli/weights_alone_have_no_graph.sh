# A checkpoint cannot become ONNX; the error says why and what can be done, and doing that works.
run hullmark convert "$EXAMPLES/digits/digits-checkpoint.pt" -o digits.onnx
expect_status 3
expect_no_out
expect_err HM0208
expect_err safetensors
expect_nothing_at digits.onnx

given hullmark inspect "$EXAMPLES/digits/digits-checkpoint.pt" --json
expect_json '.kind == "torch-checkpoint" and .verdict == "safe" and (.tensors | length > 0) and (.values | length > 0) and (.sha256 | length == 64)'

given hullmark convert "$EXAMPLES/digits/digits-checkpoint.pt" -o weights.safetensors --json
expect_json '.tensors | length > 0'
given hullmark inspect weights.safetensors --json
expect_json '.kind == "safetensors" and (.tensors | length > 0)'
given hullmark convert weights.safetensors -o again.safetensors
cmp weights.safetensors again.safetensors
run hullmark convert weights.safetensors -o weights.onnx
expect_status 3
