# Each word of a scan has a page, under its number and under itself.
given hullmark explain needs-your-code
expect_out HM0303
given hullmark explain HM0303 --json
expect_json '.text | contains("safetensors")'
given hullmark explain --json
expect_json '[.pages[].code] | length == (unique | length)'
