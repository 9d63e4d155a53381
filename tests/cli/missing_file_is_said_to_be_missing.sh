# A file that is not there: status 5, and the message names it.
run hullmark inspect nowhere.pt
expect_status 5
expect_no_out
expect_err nowhere.pt

run hullmark inspect nowhere.pt --json
expect_status 5
expect_json '.error.reason == "missing" and (.error.message | length > 0)'
