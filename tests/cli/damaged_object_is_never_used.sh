# A stored object that was changed, cut or lost is found before any of its bytes are used: status 6, and the message names version and file.
given hullmark publish "$EXAMPLES/digits/digits.pt" --name digits --alias champion --sample "$EXAMPLES/digits/sample.npz"
digest=$("$HULLMARK" show digits@champion --json | jq -r '.files[] | select(.path == "model.onnx").sha256')
object=$(find hullmark-registry -name "*${digest:8}*" -type f)
expect_file "$object"
cp "$object" whole
chmod u+w "$object"

damage()
{
    for arguments in "serve models:/digits@champion --port 0" "predict models:/digits@champion -i $EXAMPLES/digits/scan.json" "pull models:/digits@champion -o pulled"; do
        # shellcheck disable=SC2086
        run hullmark $arguments
        expect_status 6
        expect_no_out
        expect_err model.onnx
        expect_nothing_at pulled
    done
}
printf 'X' | dd of="$object" bs=1 seek=1000 conv=notrunc 2>dd.err
damage
head -c 500 whole >"$object"
damage
rm "$object"
damage

# Publishing the same again brings it back.
given hullmark publish "$EXAMPLES/digits/digits.pt" --name digits --sample "$EXAMPLES/digits/sample.npz"
given hullmark predict models:/digits@champion -i "$EXAMPLES/digits/scan.json"
