# Without recorded answers a model is not published, and what was published so is not served, unless somebody says that it may.
name=$("$HULLMARK" inspect "$EXAMPLES/digits/digits.pt" --json | jq -r '.inputs[0].name')
run hullmark publish "$EXAMPLES/digits/digits.pt" --name digits --input "$name:float32[batch,1,8,8]" --json
expect_status 1
expect_json '.error.reason == "no" and (.error.hint | test("allow-unverified"))'
expect_nothing_at hullmark-registry

given hullmark publish "$EXAMPLES/digits/digits.pt" --name digits --input "$name:float32[batch,1,8,8]" --allow-unverified --json
expect_json '.version == 1 and .report == null'

run hullmark serve models:/digits/1 --port 0
expect_status 1
expect_no_out
expect_err allow-unverified

given hullmark publish "$EXAMPLES/digits/digits.pt" --name digits --input "$name:float32[batch,1,8,8]" --against self --random 1 --json
expect_json '.version == 2 and .report.passed'
