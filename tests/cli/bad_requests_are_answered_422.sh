# Malformed JSON, wrong shapes and wrong types are answered with 422 in FastAPI's form; the server goes on, and several models have their names.
given hullmark convert "$EXAMPLES/digits/digits.pt" -o digits.onnx --sample "$EXAMPLES/digits/sample.npz"
start_server first=digits.onnx second=digits.onnx --grpc-port none

for body in '{"input": [' '{"input": [[1, 2]]}' '{"input": [[["seven"]]]}' '{}' '[]'; do
    request POST /predict/first "$body"
    expect_http 422
    expect_json '.detail[0] | has("loc") and has("msg") and has("type")'
done
request POST /predict/second "$(<"$EXAMPLES/digits/scan.json")"
expect_http 200
request POST /predict "$(<"$EXAMPLES/digits/scan.json")"
expect_http 404
expect_out first

stop_server INT
expect_status 0
