# With --external-data the weights stand in a file of their own, and the model is used as any other.
given hullmark convert "$EXAMPLES/digits/digits.pt" -o digits.onnx --sample "$EXAMPLES/digits/sample.npz" --external-data
expect_file digits.onnx.data
given hullmark verify digits.onnx --against "$EXAMPLES/digits/sample.npz"
given hullmark publish digits.onnx --name digits --sample "$EXAMPLES/digits/sample.npz"
given hullmark predict models:/digits/1 -i "$EXAMPLES/digits/scan.json"

rm digits.onnx.data
run hullmark verify digits.onnx --against "$EXAMPLES/digits/sample.npz"
expect_status 5
expect_err digits.onnx.data
