# Inputs of a wrong shape or dtype, malformed JSON, and inputs that are not there: status 3 or 5, and the message names what was wanted.
given hullmark convert "$EXAMPLES/digits/digits.pt" -o digits.onnx --sample "$EXAMPLES/digits/sample.npz"

run hullmark predict digits.onnx -i "$EXAMPLES/churn/sample.npz"
expect_status 3
expect_no_out
expect_err float32

echo '{"input": [[["seven"]]]}' >text.json
run hullmark predict digits.onnx -i text.json
expect_status 3
expect_err "valid number"

echo '{"input": [[' >broken.json
run hullmark predict digits.onnx -i broken.json --json
expect_status 3
expect_json '.error.reason == "malformed" and (.error.hint | length > 0)'

echo '{"output": 1}' >other.json
run hullmark predict digits.onnx -i other.json
expect_status 3
expect_err input

run hullmark predict digits.onnx -i nowhere.json
expect_status 5
expect_err nowhere.json

run hullmark verify digits.onnx --against "$EXAMPLES/churn/sample.npz"
expect_status 3
