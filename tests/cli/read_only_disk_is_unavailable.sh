# A disk that is mounted read-only: what writes ends with status 6 and says so, what reads works.
[ "$(id -u)" = 0 ] || skip "only root may mount"
mkdir disk
mount -t tmpfs none disk 2>mount.err || skip "nothing can be mounted here: $(<mount.err)"
trap 'umount -l "$folder/disk"; leave' EXIT
given hullmark publish "$EXAMPLES/digits/digits.pt" --name digits --registry disk/registry --sample "$EXAMPLES/digits/sample.npz"
mount -o remount,ro disk

run hullmark convert "$EXAMPLES/digits/digits.pt" -o disk/digits.onnx --sample "$EXAMPLES/digits/sample.npz"
expect_status 6
expect_err "Read-only"
run hullmark publish "$EXAMPLES/churn/churn.pt" --name churn --registry disk/registry --sample "$EXAMPLES/churn/sample.npz"
expect_status 6
run hullmark publish "$EXAMPLES/churn/churn.pt" --name churn --registry disk/other --sample "$EXAMPLES/churn/sample.npz"
expect_status 6
run hullmark pull models:/digits/1 -o disk/pulled --registry disk/registry
expect_status 6

given hullmark show digits/1 --registry disk/registry
given hullmark pull models:/digits/1 -o pulled --registry disk/registry
given hullmark predict models:/digits/1 --registry disk/registry -i "$EXAMPLES/digits/scan.json"
