# --strict: what would be a warning is an error, with the warnings in full, and no file.
models=$EXAMPLES/../tests/data

given hullmark convert "$models/custom/ends.pt" -o ends.onnx --input 'x:float32[batch,4]' --allow-custom --no-verify
expect_err "warning[G03]"
rm ends.onnx
run hullmark convert "$models/custom/ends.pt" -o ends.onnx --input 'x:float32[batch,4]' --allow-custom --strict --json
expect_status 3
expect_json '.error.reason == "unsupported" and (.error.message | test("1 warning, and --strict")) and (.error.where[0] | test("G03: mylib::blend")) and .error.warnings[0].code == "G03" and (.error.hint | test("explain G03"))'
expect_nothing_at ends.onnx
run hullmark publish "$models/custom/ends.pt" --name ends --registry registry --input 'x:float32[batch,4]' --allow-custom --strict --allow-unverified
expect_status 3
expect_nothing_at registry

# Nothing to warn about: nothing changes.
given hullmark convert "$EXAMPLES/digits/digits.pt" -o digits.onnx --sample "$EXAMPLES/digits/sample.npz" --strict --json
expect_json '.warnings == []'

# Weights are written with a warning about what is left out, or not at all.
given hullmark convert "$models/checkpoint/odd.pt" -o weights.safetensors
expect_err "warning["
rm weights.safetensors
run hullmark convert "$models/checkpoint/odd.pt" -o weights.safetensors --strict
expect_status 3
expect_nothing_at weights.safetensors
