# `predict` takes arrays, tables and JSON, and gives arrays or JSON.
given hullmark convert "$EXAMPLES/digits/digits.pt" -o digits.onnx --sample "$EXAMPLES/digits/sample.npz"
given hullmark predict digits.onnx -i "$EXAMPLES/digits/scan.json"
expect_json '.prediction | length == 10 and (to_entries | max_by(.value).key) == 7'
given hullmark predict digits.onnx -i "$EXAMPLES/digits/scan.json" --json
expect_json '.schema_version == 1 and (.prediction | length == 10)'

given hullmark predict digits.onnx -i "$EXAMPLES/digits/sample.npz" -o answer.npz
given hullmark predict digits.onnx -i "$EXAMPLES/digits/sample.npz" -o answer.npy
given hullmark inspect answer.npz --json
expect_json '.tensors[0].name == "output" and .tensors[0].dtype == "float32"'
given hullmark inspect answer.npy

out=$("$HULLMARK" predict digits.onnx -i - <"$EXAMPLES/digits/scan.json")
expect_json '.prediction | length == 10'

given hullmark convert "$EXAMPLES/churn/churn.pt" -o churn.onnx --sample "$EXAMPLES/churn/sample.npz"
printf 'tenure_days,total_spend_30d,support_tickets_90d,last_purchase_days\n100,20.5,1,3\n400,80,0,10\n' >customers.csv
given hullmark predict churn.onnx -i customers.csv
expect_json '.prediction | length == 2'
