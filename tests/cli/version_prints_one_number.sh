# `hullmark version` prints its version and nothing else.
run hullmark version
expect_status 0
expect_no_err
[[ "$out" =~ ^hullmark\ [0-9]+\.[0-9]+\.[0-9]+$ ]] || wrong "wanted one line: hullmark N.N.N"

run hullmark version --json
expect_status 0
expect_json '.schema_version == 1 and (.version | test("^[0-9]+\\.[0-9]+\\.[0-9]+$"))'
