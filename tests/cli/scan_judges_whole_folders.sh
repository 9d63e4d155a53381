# A folder is judged file by file, archives within; what no model loader opens is skipped, and code matters where something names it.
mkdir -p models/code models/docs
cp "$EXAMPLES/digits/digits.pt" "$EXAMPLES/digits/sample.npz" models
cp "$EXAMPLES/digits/digits-checkpoint.pt" models/weights.with.odd.name
printf '# A model\n' >models/README.md
printf '{"hidden_size": 8}\n' >models/config.json
printf 'import torch\n' >models/code/modeling_net.py
run hullmark scan models --json
expect_status 0
expect_json '.summary == {"safe": 3, "dangerous": 0, "unreadable": 0, "skipped": 3}'
expect_json '[.files[].path] == ["models/README.md", "models/code/modeling_net.py", "models/config.json", "models/digits.pt", "models/sample.npz", "models/weights.with.odd.name"]'

printf '{"auto_map": {"AutoModel": "modeling_net.Net"}}\n' >models/code/config.json
run hullmark scan models --json
expect_status 1
expect_json '[.files[] | select(.verdict == "dangerous") | .path] == ["models/code/config.json", "models/code/modeling_net.py"]'
rm models/code/config.json

# Archives are their members, however deep.
printf 'cposix\nsystem\n(S"touch hullmark-was-here"\ntR.' >model.pkl
tar cf inner.tar model.pkl
gzip --keep inner.tar
tar cf models/outer.tar inner.tar.gz
run hullmark scan models --json
expect_status 1
expect_json '[.files[] | select(.path == "models/outer.tar")][0] | .kind == "tar" and .findings[0].code == "would-call" and (.findings[0].where | length) >= 3'
expect_nothing_at hullmark-was-here
