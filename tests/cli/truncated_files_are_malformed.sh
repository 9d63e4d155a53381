# A file of any kind that was cut anywhere is refused with status 3, says where, and nothing is written.
sample=$EXAMPLES/digits/sample.npz
given hullmark convert "$EXAMPLES/digits/digits.pt" -o whole.onnx --no-verify --sample "$sample"
given hullmark convert "$EXAMPLES/digits/digits-checkpoint.pt" -o whole.safetensors
given hullmark predict whole.onnx -i "$sample" -o whole.npy
cp "$EXAMPLES/digits/digits.pt" "$EXAMPLES/digits/digits-checkpoint.pt" .
cp "$sample" whole.npz

for file in digits.pt digits-checkpoint.pt whole.onnx whole.safetensors whole.npy whole.npz; do
    size=$(stat -c %s "$file")
    for length in $((size - 1)) $((size / 2)) $((size / 4)); do
        head -c "$length" "$file" >"cut-$file"
        run hullmark inspect "cut-$file"
        expect_status 3
        expect_no_out
        expect_err "cut-$file"
    done
done

run hullmark convert cut-digits.pt -o cut.onnx
expect_status 3
run hullmark convert cut-digits-checkpoint.pt -o cut.safetensors
expect_status 3
run hullmark convert digits.pt -o cut.onnx --sample cut-whole.npz
expect_status 3
run hullmark publish cut-digits.pt --name digits --allow-unverified
expect_status 3
run hullmark publish cut-whole.onnx --name digits --allow-unverified
expect_status 3
run hullmark predict cut-whole.onnx -i "$sample"
expect_status 3
expect_nothing_at cut.onnx
expect_nothing_at cut.safetensors
expect_nothing_at hullmark-registry
