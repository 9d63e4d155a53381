# --sha256 makes every command that reads a model file refuse another file than the one that was meant.
model=$EXAMPLES/digits/digits.pt
right=$(sha256sum "$model" | cut -d' ' -f1)
wrong=$(printf '0%.0s' {1..64})

given hullmark inspect "$model" --sha256 "$right"
given hullmark convert "$model" -o digits.onnx --sample "$EXAMPLES/digits/sample.npz" --sha256 "$right"
for arguments in "inspect $model" "convert $model -o x.onnx" "publish $model --name digits --allow-unverified" "verify digits.onnx --against self --random 1" "predict digits.onnx -i $EXAMPLES/digits/scan.json" "package digits.onnx -o folder" "serve digits.onnx --port 0"; do
    # shellcheck disable=SC2086
    run hullmark $arguments --sha256 "$wrong"
    expect_status 3
    expect_no_out
    expect_err HM0107
done
expect_nothing_at x.onnx
expect_nothing_at folder
expect_nothing_at hullmark-registry

run hullmark inspect "$model" --sha256 12
expect_status 2
