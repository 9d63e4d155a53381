# A disk that fills up: status 6, a message that says so, nothing half-written, and what was published before is still there.
[ "$(id -u)" = 0 ] || skip "only root may mount"
mkdir disk
mount -t tmpfs -o size=1m none disk 2>mount.err || skip "nothing can be mounted here: $(<mount.err)"
trap 'umount -l "$folder/disk"; leave' EXIT

given hullmark publish "$EXAMPLES/digits/digits.pt" --name digits --registry disk/registry --sample "$EXAMPLES/digits/sample.npz"
head -c 2000000 /dev/zero >disk/filler 2>/dev/null || true

run hullmark convert "$EXAMPLES/digits/digits.pt" -o disk/digits.onnx --sample "$EXAMPLES/digits/sample.npz"
expect_status 6
expect_err "No space"
expect_nothing_at disk/digits.onnx
run hullmark publish "$EXAMPLES/churn/churn.pt" --name churn --registry disk/registry --sample "$EXAMPLES/churn/sample.npz" --json
expect_status 6
expect_json '.error.reason == "unavailable" and (.error.hint | length > 0)'
run hullmark pull models:/digits/1 -o disk/pulled --registry disk/registry
expect_status 6
expect_nothing_at disk/pulled
given hullmark convert "$EXAMPLES/digits/digits.pt" -o digits.onnx --sample "$EXAMPLES/digits/sample.npz"
run hullmark package digits.onnx -o disk/package
expect_status 6
expect_nothing_at disk/package

rm disk/filler
given hullmark list --registry disk/registry --json
expect_json '.models | map(.name) == ["digits"]'
given hullmark predict models:/digits/1 --registry disk/registry -i "$EXAMPLES/digits/scan.json"
given hullmark publish "$EXAMPLES/churn/churn.pt" --name churn --registry disk/registry --sample "$EXAMPLES/churn/sample.npz"
