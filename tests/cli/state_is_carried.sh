# What a module keeps between its calls becomes inputs and outputs; where no such model gives its numbers, there is none.
modules=$EXAMPLES/../tests/data/state

given hullmark convert "$modules/empty.pt" -o empty.onnx --input 'x:float32[batch,2]' --no-verify --json
expect_json '.state == [{"input": "last", "output": "last_next"}] and ([.inputs[].name] == ["x", "last"])'
expect_json '[.assumptions[] | select(test("first call"))] | length == 1'
printf '%s' '{"x": [[1, 2]], "last": [[0, 0]]}' >call.json
given hullmark predict empty.onnx -i call.json --json
expect_json '.prediction.output == [[1, 2]] and .prediction.last_next == [[1, 2]]'
printf '%s' '{"x": [[3, 4]], "last": [[1, 2]]}' >call.json
given hullmark predict empty.onnx -i call.json --json
expect_json '.prediction.output == [[5, 8]] and .prediction.last_next == [[3, 4]]'
given hullmark verify empty.onnx --against self --random 1

given hullmark convert "$modules/counter.pt" -o counter.onnx --input 'x:float32[batch,2]' --no-verify --json
expect_json '.state == [{"input": "calls", "output": "calls_next"}] and ([.inputs[].name] == ["x"])'
printf '%s' '{"input": [[1, 2]]}' >call.json
given hullmark predict counter.onnx -i call.json --json
expect_json '.prediction.output == [[4, 8]] and .prediction.calls_next == 4'

for file in flag buffer item; do
    run hullmark convert "$modules/$file.pt" -o refused.onnx --input 'x:float32[batch,2]' --no-verify
    expect_status 3
    expect_err HM0216
    expect_nothing_at refused.onnx
done
