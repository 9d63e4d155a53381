# A published model is served under its alias, answers a request, and SIGTERM ends the server with status 0.
given hullmark publish "$EXAMPLES/digits/digits.pt" --name digits --alias champion --sample "$EXAMPLES/digits/sample.npz"
start_server models:/digits@champion

request POST /predict "$(<"$EXAMPLES/digits/scan.json")"
expect_http 200
expect_json '.prediction | length == 10 and (to_entries | max_by(.value).key) == 7'

request GET /health
expect_http 200
expect_json 'type == "object"'

stop_server
expect_status 0
