# verify --against a file that PyTorch runs: what this program and a Python say to each other, with programs in Python's place.
given hullmark convert "$EXAMPLES/digits/digits.pt" -o named.onnx --sample "$EXAMPLES/digits/sample.npz" --output-names r0o0
given hullmark convert "$EXAMPLES/digits/digits.pt" -o model.onnx --sample "$EXAMPLES/digits/sample.npz"
given hullmark predict named.onnx -i "$EXAMPLES/digits/sample.npz" -o answers.npz
here=$PWD

# Stands in Python's place: says whether it has PyTorch, where it is and what it was given, and answers with what lies ready.
python()
{
    printf '#!/bin/bash\n[[ "$*" != *find_spec* ]] || exit %s\n%s\n' "${2:-0}" "$1" >"$here/python"
    chmod +x "$here/python"
}
python "ls >$here/found; pwd >$here/where; cat request.json >$here/asked; cmp - $EXAMPLES/digits/digits.pt <&3 || exit 1
cp $here/answers.npz .; echo '{\"torch\": \"9.9\", \"counts\": [1]}' >answers.json"

run hullmark verify model.onnx --against "$EXAMPLES/digits/digits.pt" --sample "$EXAMPLES/digits/sample.npz" --python "$here/python" --json
expect_status 0
expect_json '.passed and .against == "PyTorch 9.9"'
[ "$(tr '\n' ' ' <found)" = "request.json request.npz " ] || wrong "wanted an empty folder with the request alone"
expect_nothing_at "$(<where)"
grep -q '"runs": *\[ *\[ *"scan"' <(tr -d '\n' <asked) || wrong "wanted the arguments by the names that forward() has"

# A conversion is held against its own source without being asked to be.
run hullmark convert "$EXAMPLES/digits/digits.pt" -o again.onnx --input 'scan:float32[batch,1,8,8]' --python "$here/python"
expect_status 1
expect_err "PyTorch 9.9"
expect_nothing_at again.onnx

python 'echo "no module named torch"; exit 3' 3
run hullmark verify model.onnx --against "$EXAMPLES/digits/digits.pt" --random 1 --python "$here/python"
expect_status 5
expect_err "has no PyTorch"
run hullmark convert "$EXAMPLES/digits/digits.pt" -o again.onnx --input 'scan:float32[batch,1,8,8]' --python "$here/python"
expect_status 0
expect_out "has no PyTorch"

python 'echo "RuntimeError: it does not like this"; exit 1'
run hullmark verify model.onnx --against "$EXAMPLES/digits/digits.pt" --random 1 --python "$here/python"
expect_status 6
expect_err "it does not like this"

python 'echo "{" >answers.json'
run hullmark verify model.onnx --against "$EXAMPLES/digits/digits.pt" --random 1 --python "$here/python"
expect_status 3

run hullmark verify model.onnx --against "$EXAMPLES/digits/digits.pt" --random 1 --python "$here/nothing"
expect_status 6

# Ctrl-C ends it, and what it started.
python "sleep 100 & echo \$! >$here/child; wait"
"$HULLMARK" verify model.onnx --against "$EXAMPLES/digits/digits.pt" --random 1 --python "$here/python" >/dev/null 2>&1 &
waiting=$!
for _ in $(seq 100); do [ -s child ] && break || sleep 0.1; done
kill -INT $waiting
status=0
wait $waiting || status=$?
expect_status 130
child=/proc/$(<child)/stat
for _ in $(seq 50); do
    [ -e "$child" ] && [ "$(cut -d' ' -f3 "$child" 2>/dev/null)" != Z ] || exit 0
    sleep 0.1
done
wrong "wanted what it started to be gone"
