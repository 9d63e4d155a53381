# What the server refuses before it listens: gRPC that it does not have, an open address without keys, models that are not there.
given hullmark convert "$EXAMPLES/digits/digits.pt" -o digits.onnx --sample "$EXAMPLES/digits/sample.npz"
run hullmark serve digits.onnx --port 0 --grpc-port 8081
expect_status 2
expect_err gRPC
run hullmark serve digits.onnx --port 0 --host 0.0.0.0
expect_status 3
expect_err no-auth
run hullmark serve models:/nobody/1 --port 0
expect_status 5
run hullmark serve nowhere.onnx --port 0
expect_status 5
run hullmark serve "$EXAMPLES/digits/digits.pt" --port 0
expect_status 3
expect_err "hullmark convert"
run hullmark serve digits.onnx --port 123456
expect_status 2
