# Publishing again makes a new version and moves the alias; list, show and pull agree about them.
publish() { given hullmark publish "$EXAMPLES/digits/digits.pt" --name digits --alias champion --tag "from=test" --sample "$EXAMPLES/digits/sample.npz" --json; }
publish
expect_json '.schema_version == 1 and .name == "digits" and .version == 1 and .kind == "torchscript" and (.digest | length == 64) and .report.passed'
digest=$(jq -r .digest <<<"$out")
publish
expect_json ".version == 2 and .digest == \"$digest\""

given hullmark list --json
expect_json '.models[0] | .name == "digits" and .latest == 2 and .aliases.champion == 2'
given hullmark list digits --json
expect_json '.versions | map(.version) == [2, 1]'
given hullmark show digits@champion --json
expect_json '.version == 2 and .verified and .tags.from == "test" and .report.passed and (.files | map(.path) | index("MLmodel") != null)'
given hullmark show digits/1
expect_out torchscript

given hullmark pull models:/digits@champion -o pulled
expect_file pulled/model.onnx
given hullmark inspect pulled --json
expect_json '.kind == "hullmark-package" and .verdict == "safe"'
given hullmark predict pulled -i "$EXAMPLES/digits/scan.json"
run hullmark pull models:/digits@champion -o pulled
expect_status 6

run hullmark show digits/7
expect_status 5
run hullmark show digit
expect_status 5
expect_err digits
run hullmark predict models:/digits@nobody -i "$EXAMPLES/digits/scan.json"
expect_status 5
run hullmark publish "$EXAMPLES/digits/digits.pt" --name a/b --allow-unverified
expect_status 2
