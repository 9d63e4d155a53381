# A verb that does not exist is an error of the command line: status 2, nothing on stdout, and stderr says what was found.
run hullmark frobnicate
expect_status 2
expect_no_out
expect_err frobnicate

# With --json the answer is an error document on stdout.
run hullmark frobnicate --json
expect_status 2
expect_json '.schema_version == 1 and .error.reason == "usage"'
