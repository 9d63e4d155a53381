# Nothing that is written to a file or a pipe holds a control character, with and without NO_COLOR.
unset NO_COLOR
run hullmark inspect nowhere.pt
[[ "$err" != *$'\033'* ]] || wrong "wanted no colours"
given hullmark inspect "$EXAMPLES/digits/digits.pt"
[[ "$out" != *$'\033'* ]] || wrong "wanted no colours"
given hullmark publish "$EXAMPLES/digits/digits.pt" --name digits --sample "$EXAMPLES/digits/sample.npz"
[[ "$err" != *$'\033'* && "$err" != *$'\r'* ]] || wrong "wanted plain receipts"
for step in read convert verify package publish; do
    expect_err "$step "
done
