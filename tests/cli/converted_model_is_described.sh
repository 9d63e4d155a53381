# `convert` writes a checked model with an open batch axis, and describes it; the same input gives the same bytes.
run hullmark convert "$EXAMPLES/digits/digits.pt" -o digits.onnx --sample "$EXAMPLES/digits/sample.npz" --json
expect_status 0
expect_json '.schema_version == 1 and .output == "digits.onnx" and .opset == 17 and .ir_version == 8 and .unsupported == [] and (.warnings | type) == "array"'
expect_json '.inputs[0].dtype == "float32" and .inputs[0].shape[0] == "batch" and .outputs[0].name == "output" and .report.passed and .report.samples'

given hullmark convert "$EXAMPLES/digits/digits.pt" -o again.onnx --sample "$EXAMPLES/digits/sample.npz"
cmp digits.onnx again.onnx

# It says where it comes from.
given hullmark inspect digits.onnx --json
digest=$(sha256sum "$EXAMPLES/digits/digits.pt" | cut -d' ' -f1)
expect_json ".metadata[\"hullmark.source.sha256\"] == \"$digest\" and .metadata[\"hullmark.source.kind\"] == \"torchscript\" and .metadata[\"hullmark.source.method\"] == \"forward\""
expect_json '.metadata["hullmark.opset"] == "17" and (.metadata["hullmark.version"] | length > 0) and .producer == "hullmark"'
expect_json '[.tensors[].name] | any(test("weight"))'

given hullmark verify digits.onnx --against "$EXAMPLES/digits/sample.npz"
given hullmark verify digits.onnx --against self --random 1 --json
expect_json '.passed and .outputs[0].allclose and .outputs[0].vacuous == false'
given hullmark verify digits.onnx --against again.onnx --random 2 --random 3
run hullmark verify digits.onnx --against "$EXAMPLES/digits/sample.npz" --atol 0 --json
expect_status 1
expect_json '.passed == false and (.outputs[0].scale_error > 0)'
