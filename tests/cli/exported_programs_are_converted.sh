# `.pt2` files need no sample: names, dtypes, sizes and symbols stand in them. What the model does not keep is said, or refused.
programs=$EXAMPLES/../tests/data/exported

given hullmark convert "$programs/sizes.pt2" -o sizes.onnx --no-verify --json
expect_json '[.inputs[] | .name] == ["x", "y", "count"] and .inputs[0].shape == ["s77", 2] and .inputs[2].shape == [] and .inputs[2].dtype == "int64"'
expect_json '.outputs | length == 6'
given hullmark convert "$programs/sizes.pt2" -o again.onnx --no-verify
cmp sizes.onnx again.onnx

# An axis with a symbol may be renamed; one without stays what it is.
given hullmark convert "$programs/sizes.pt2" -o sizes.onnx --no-verify --dynamic x:0=rows --json
expect_json '.inputs[0].shape == ["rows", 2]'
run hullmark convert "$programs/sizes.pt2" -o other.onnx --dynamic x:1=columns
expect_status 2
expect_err "is 2 for good"
expect_nothing_at other.onnx
run hullmark convert "$programs/sizes.pt2" -o other.onnx --dynamic z:0=rows
expect_status 2
run hullmark convert "$programs/sizes.pt2" -o other.onnx --input 'x:float64[4,2]'
expect_status 2
expect_err float64

# Paths of nested arguments; numbers that the program was made for are no inputs.
given hullmark convert "$programs/tree.pt2" -o tree.onnx --no-verify --json
expect_json '[.inputs[] | .name] == ["x", "pair.left", "pair.right", "table.b", "table.a", "options.scale", "options.shift", "last"]'
given hullmark inspect "$programs/tree.pt2" --json
expect_json '.kind == "torch-exported-program" and (.inputs | length > 0)'

# Several models: one is chosen.
run hullmark convert "$programs/several.pt2" -o several.onnx
expect_status 5
expect_err "double, triple"
given hullmark convert "$programs/several.pt2" -o triple.onnx --method triple --no-verify --json
expect_json '.inputs[0].name == "x"'

# State that no answer depends on is left behind and said to be; other state becomes inputs and outputs.
for file in unread_state unread_state_core; do
    given hullmark convert "$programs/$file.pt2" -o state.onnx --no-verify --json
    expect_json '[.assumptions[] | select(test("^(calls|last) is not carried"))] | length == 2'
    expect_json '[.assumptions[] | select(test("^x is left as it is given"))] | length == 1'
done
given hullmark convert "$programs/state_core.pt2" -o kept.onnx --no-verify --json
expect_json '.state == [{"input": "calls", "output": "calls_next"}, {"input": "last", "output": "last_next"}]'
expect_json '[.inputs[].name] == ["x", "calls", "last"] and ([.outputs[].name] == ["output", "calls_next", "last_next"])'

# What the program asserts is taken to hold, and said with the user's own line.
given hullmark convert "$programs/item.pt2" -o item.onnx --no-verify --json
expect_json '[.assumptions[] | select(test("^make.py:[0-9]+: .*u0 >= 0"))] | length == 1'

# Published is what is proved harmless: arguments of a class of the user's own need the user's code where PyTorch loads the file.
given hullmark publish "$programs/sizes.pt2" --name sizes --registry registry --allow-unverified --json
expect_json '.name == "sizes"'
run hullmark publish "$programs/tree.pt2" --name tree --registry registry --allow-unverified
expect_status 3
expect_err needs-your-code
