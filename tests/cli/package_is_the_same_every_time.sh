# The same model and sample give the same package, byte by byte, wherever and whenever.
given hullmark convert "$EXAMPLES/churn/churn.pt" -o churn.onnx --sample "$EXAMPLES/churn/sample.npz"
columns=tenure_days,total_spend_30d,support_tickets_90d,last_purchase_days
given hullmark package churn.onnx -o first --name churn --sample "$EXAMPLES/churn/sample.npz" --input-columns $columns --json
expect_json '.report.passed and (.files | length > 5)'
mkdir elsewhere
given hullmark package "$PWD/churn.onnx" -o elsewhere/second --name churn --sample "$EXAMPLES/churn/sample.npz" --input-columns $columns
diff -r first elsewhere/second
expect_file first/MLmodel
expect_file first/hullmark.json

run hullmark package churn.onnx -o first --name churn
expect_status 6
run hullmark package "$EXAMPLES/churn/churn.pt" -o third
expect_status 3
expect_err "hullmark convert"
