# Each of the messages G01 to G14, provoked: what is said names the user's own line, and a page tells what to change.
files=$EXAMPLES/../tests/data/messages
input=(--input 'x:float32[2,4]' --dynamic '*:0=batch')

# line CODE: the line of make.py that is marked with it, as it stands in messages.
line() { grep -n "# $1" "$files/make.py" | head -1 | cut -d: -f1; }
has_page()
{
    given hullmark explain "$1" --json
    expect_json '.text | length > 100'
}

# warned CODE TEXT [OPTION...]: converts, with the warning that says TEXT at the marked line.
warned()
{
    rm -f "$1.onnx"
    given hullmark convert "$files/$1.pt" -o "$1.onnx" --no-verify --json "${@:3}"
    expect_json "[.warnings[] | select(.code == \"$1\" and (.message | test(\"$2\")) and (.where | test(\"messages/make.py:$(line "$1") \")))] | length == 1"
    has_page "${1%%-*}"
}
# refused CODE NUMBER MARK TEXT [OPTION...]: fails with the error HM0NUMBER that says TEXT at the line of MARK.
refused()
{
    rm -f "$1.onnx"
    run hullmark convert "$files/$1.pt" -o "$1.onnx" --no-verify --json "${@:5}"
    expect_status 3
    expect_json ".error.code == \"HM0$2\" and (.error.message | test(\"$4\")) and (.error.where[0] | test(\"messages/make.py:$(line "$3") \"))"
    expect_nothing_at "$1.onnx"
    has_page "${1%%-*}"
}

warned G01 "became an ONNX If" "${input[@]}"
run hullmark verify G01.onnx --against self --random 1 --json
expect_json "(.branches_not_taken | length == 1) and (.branches_not_taken[0] | test(\"messages/make.py:$(line G01) .*: (then|else) branch\"))"
refused G02 202 G02 "must be a number, and here it depends on data" "${input[@]}"
warned G04 "given sizes" "${input[@]}"
warned G05 "for good" --input 'x:float32[2,4]'
refused G05 205 G05 "would have to be 8" "${input[@]}"
warned G06 "for good" --input 'x:float32[2,4]'
warned G07 "model.eval" "${input[@]}"
warned G10 "draws random numbers" "${input[@]}"
warned G11 "computed in float32" "${input[@]}"
refused G13 213 G13 "opset 17 does not have" "${input[@]}"
run hullmark convert "$files/G13.pt" -o G13.onnx --no-verify "${input[@]}"
expect_err "--opset 18"
given hullmark convert "$files/G13.pt" -o G13.onnx --no-verify "${input[@]}" --opset 18

# Operators without a rule, with how often and where.
run hullmark convert "$files/../custom/ends.pt" -o G03.onnx "${input[@]}" --json
expect_status 3
expect_json '.error.code == "HM0203" and (.error.unsupported[0].where[0] | test("custom/make.py:[0-9]+ "))'
has_page G03

# Weights, and modules whose code is not in the file: no line, but what can be done.
for code in 08 09; do
    run hullmark convert "$files/G$code.pt" -o weights.onnx --json
    expect_status 3
    expect_json ".error.code == \"HM02$code\" and (.error.hint | test(\"torch.jit.script\"))"
    has_page "G$code"
done

# Assertions: those that hold are assumptions, those that fail are errors.
given hullmark convert "$files/G12.pt" -o G12.onnx --no-verify --json "${input[@]}"
expect_json ".assumptions[0] | test(\"messages/make.py:$(($(line 'G12$') - 1)) .*too small\")"
refused G12-error 212 "G12, as an error" "the program raises" "${input[@]}"

# Compiled code beside the program: listed, never loaded.
given hullmark convert "$files/G14.pt2" -o G14.onnx --no-verify --json
expect_json '[.warnings[] | select(.code == "G14" and (.message | test("native-code.*model.so")))] | length == 1'
has_page G14
run hullmark convert "$files/G14.pt2" -o strict.onnx --no-verify --strict
expect_status 3
