# SARIF 2.1.0, for services that collect findings.
printf 'cposix\nsystem\n(S"true"\ntR.' >"an attack.pkl"
run hullmark scan . --sarif
expect_status 1
expect_no_err
expect_json '.version == "2.1.0" and (.runs | length == 1)'
expect_json '.runs[0].tool.driver | .name == "hullmark" and (.rules[0] | .id == "HM0301" and .name == "would-call")'
expect_json '.runs[0].results[0] | .ruleId == "HM0301" and .ruleIndex == 0 and .level == "error"'
expect_json '.runs[0].results[0].locations[0].physicalLocation | .artifactLocation.uri == "./an%20attack.pkl" and .region.byteOffset == 24'
run hullmark scan . --sarif --json
expect_status 2
