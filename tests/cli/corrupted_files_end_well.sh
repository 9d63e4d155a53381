# Files with changed bytes: whatever is done with them ends with a status of the table, says why, and never crashes.
sample=$EXAMPLES/digits/sample.npz
given hullmark convert "$EXAMPLES/digits/digits.pt" -o whole.onnx --no-verify --sample "$sample"
given hullmark convert "$EXAMPLES/digits/digits-checkpoint.pt" -o whole.safetensors
given hullmark predict whole.onnx -i "$sample" -o whole.npy
cp "$EXAMPLES/digits/digits.pt" "$EXAMPLES/digits/digits-checkpoint.pt" .
cp "$sample" whole.npz

for file in digits.pt digits-checkpoint.pt whole.onnx whole.safetensors whole.npy whole.npz; do
    size=$(stat -c %s "$file")
    for place in 0 9 60 $((size / 3)) $((size / 2)) $((size - 30)) $((size - 1)); do
        cp "$file" changed
        printf '\xa5' | dd of=changed bs=1 seek="$place" conv=notrunc 2>dd.err
        run hullmark inspect changed
        [[ "$status" = [03] ]] || wrong "wanted status 0 or 3 with byte $place of $file changed"
        run hullmark publish changed --name changed --sample "$sample"
        [[ "$status" = [013] ]] || wrong "wanted a status of the table with byte $place of $file changed"
    done
done

# Weights that changed on the way are found, whatever the samples say.
cp digits.pt changed.pt
printf '\xa5' | dd of=changed.pt bs=1 seek=200 conv=notrunc 2>dd.err
run hullmark convert changed.pt -o changed.onnx --sample "$sample" --no-verify
expect_status 3
expect_err CRC
expect_nothing_at changed.onnx
