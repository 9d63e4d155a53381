# Weights become one safetensors file or several with an index, all of them or those that are named, and come back the same.
given hullmark convert "$EXAMPLES/digits/digits-checkpoint.pt" -o whole.safetensors --json
expect_json '.output == "whole.safetensors" and (.files | length == 1) and .metadata.format == "pt" and (.warnings | type == "array")'

given hullmark convert "$EXAMPLES/digits/digits-checkpoint.pt" -o parts.safetensors --max-shard-size 1KB --json
expect_json '.output == "parts.safetensors.index.json" and (.files | length > 2)'
given hullmark convert parts.safetensors.index.json -o again.safetensors
cmp whole.safetensors again.safetensors

given hullmark convert "$EXAMPLES/digits/digits-checkpoint.pt" -o biases.safetensors --select '*.bias' --json
expect_json '(.tensors | length > 0) and all(.tensors[]; .name | endswith(".bias"))'

run hullmark convert "$EXAMPLES/digits/digits-checkpoint.pt" -o none.safetensors --select 'nothing*'
expect_status 3
expect_nothing_at none.safetensors

run hullmark convert "$EXAMPLES/digits/digits-checkpoint.pt" -o none.safetensors --max-shard-size 5XB
expect_status 2
expect_nothing_at none.safetensors
