# Operators that nobody knows are refused, or kept as nodes of domains of their own where that is asked for: never called right.
models=$EXAMPLES/../tests/data/custom

run hullmark convert "$models/ends.pt" -o ends.onnx --input 'x:float32[batch,4]' --json
expect_status 3
expect_json '.error.unsupported[0].operator == "mylib::blend" and (.error.unsupported[0].where[0] | test("make.py:|__torch__.py:")) and (.error.hint | test("--allow-custom"))'
expect_nothing_at ends.onnx

# One opset import a library, constants as attributes, tensors as inputs. What it gives is not known, and not made up.
given hullmark convert "$models/ends.pt" -o ends.onnx --input 'x:float32[batch,4]' --allow-custom --json
expect_json '[.warnings[] | select(.code == "G03" and (.message | test("mylib::blend")) and (.where | length > 0))] | length == 1'
expect_json '.custom == [{"operator": "mylib::blend", "count": 1, "where": .custom[0].where}] and (.custom[0].where | length == 1)'
expect_json '.report == null and (.outputs[0].shape == null)'
given hullmark inspect ends.onnx --json
expect_json '.opsets["mylib"] == 1 and .opsets["ai.onnx"] == 17 and ([.operators[] | select(.operator == "mylib::blend" and .count == 1)] | length == 1)'
run hullmark scan ends.onnx --json
expect_status 1
expect_json '.files[0].findings[] | .code == "custom-domain"'
given hullmark convert "$models/ends.pt" -o ends.onnx --input 'x:float32[batch,4]' --allow-custom
expect_out "mylib::blend, 1 node"
expect_out "ONNX Runtime cannot run the model: it does not have mylib::blend"

# Nobody can say that its numbers are right: that is told, and no check fails in silence.
run hullmark verify ends.onnx --against self --random 1 --json
expect_status 3
expect_json '.error.reason == "unsupported" and (.error.message | test("does not have mylib::blend"))'
run hullmark publish "$models/ends.pt" --name ends --registry registry --input 'x:float32[batch,4]' --allow-custom --json
expect_status 3

# What needs to know what the library gives is refused by name, unless somebody says it.
run hullmark convert "$models/between.pt" -o between.onnx --input 'x:float32[batch,4]' --allow-custom --json
expect_status 3
expect_json '[.error.unsupported[] | select(.operator == "aten::relu" and (.reason | test("mylib::blend gives, which the file does not tell")))] | length == 1'
expect_nothing_at between.onnx
given hullmark convert "$models/between.pt" -o between.onnx --input 'x:float32[batch,4]' --allow-custom --custom-result 'mylib::blend:float32[batch,4]' --json
expect_json '.outputs[0].shape == ["batch", 4] and ([.custom[].operator] == ["mylib::blend", "mylib::halves"])'
run hullmark convert "$models/between.pt" -o other.onnx --custom-result 'mylib::blend:float32[batch,4]'
expect_status 2

# Exported programs state what their operators give.
given hullmark convert "$models/between.pt2" -o between.onnx --allow-custom --json
expect_json '.outputs[0].dtype == "float32" and (.outputs[0].shape | length == 2) and .outputs[0].shape == .inputs[0].shape'
