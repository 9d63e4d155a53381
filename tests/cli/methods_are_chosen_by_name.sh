# --method converts what the module exports beside forward; one that is not there is told with those that are.
models=$EXAMPLES/../tests/data/custom

for kind in scripted traced; do
    given hullmark convert "$models/${kind}_methods.pt" -o encode.onnx --method encode --input 'x:float32[batch,4]' --no-verify --json
    expect_json '[.inputs[].name] == ["x"] and .outputs[0].shape == ["batch", 2]'
    given hullmark convert "$models/${kind}_methods.pt" -o mix.onnx --method mix --input 'x:float32[batch,4]' --input 'y:float32[batch,2]' --no-verify --json
    expect_json '[.inputs[].name] == ["x", "y"]'
    cmp -s encode.onnx mix.onnx && wrong "two methods became one model"
    run hullmark convert "$models/${kind}_methods.pt" -o other.onnx --method decode --input 'x:float32[batch,4]' --json
    expect_status 5
    expect_json '.error.reason == "missing" and (.error.message | test("no method decode")) and (.error.hint | test("encode, forward, mix"))'
    expect_nothing_at other.onnx
done

# A traced file knows the inputs of each of its methods; of a scripted one they are to be said.
given hullmark convert "$models/traced_methods.pt" -o mix.onnx --method mix --no-verify --json
expect_json '.inputs[1].name == "y" and .inputs[1].shape == ["batch", 2]'
run hullmark convert "$models/scripted_methods.pt" -o other.onnx --method mix --input 'x:float32[batch,4]'
expect_status 2
expect_err "nothing is known about input y"
