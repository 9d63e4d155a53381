# Help that was asked for is the answer; every verb has it, with an example. Without a verb, it is a usage error.
given hullmark --help
expect_no_err
for verb in inspect convert verify predict package publish list show pull serve doctor explain completion version; do
    given hullmark --help
    expect_out "$verb"
    given hullmark $verb --help
    expect_no_err
    expect_out "usage: hullmark $verb"
    expect_out "example:"
done
run hullmark
expect_status 2
expect_no_out
run hullmark convert model.pt --frobnicate
expect_status 2
expect_err frobnicate
run hullmark convert "$EXAMPLES/digits/digits.pt"
expect_status 2
run hullmark inspekt x
expect_status 2
expect_err "hullmark inspect"
