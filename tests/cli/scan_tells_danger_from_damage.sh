# The exit status says the worst of what was found: 1 dangerous, 3 unreadable, 0 else; the call that would be made is shown, and not made.
printf 'cposix\nsystem\n(S"touch hullmark-was-here"\ntR.' >attack.bin
printf '\x80\x04}q\x00X\x05\x00\x00\x00epochq\x01K\x03s.' >harmless.pkl
head -c 18 harmless.pkl >cut.pkl

run hullmark scan harmless.pkl
expect_status 0
expect_no_err
expect_out "1 safe, 0 dangerous"
run hullmark scan cut.pkl --json
expect_status 3
expect_json '.files[0].verdict == "unreadable" and .files[0].findings[0].code == "malformed"'
run hullmark scan attack.bin harmless.pkl cut.pkl --json
expect_status 1
expect_json '.summary == {"safe": 1, "dangerous": 1, "unreadable": 1, "skipped": 0}'
expect_json '.files[0] | .path == "attack.bin" and .kind == "pickle" and .findings[0].code == "would-call" and (.findings[0].message | contains("posix.system")) and .findings[0].where[0] == "byte 43"'
expect_nothing_at hullmark-was-here

# What runs before the damage is told too.
{ printf 'cposix\nsystem\n(S"touch hullmark-was-here"\ntR'; printf 'junk'; } >broken.pkl
run hullmark scan broken.pkl --json
expect_status 1
expect_json '[.files[0].findings[].code] | contains(["would-call", "malformed"])'

run hullmark scan nothing-here
expect_status 5
run hullmark scan harmless.pkl --sha256 "$(sha256sum <harmless.pkl | cut -d' ' -f1)" --digest
expect_status 0
expect_out "$(sha256sum <harmless.pkl | cut -d' ' -f1)"
run hullmark scan harmless.pkl --sha256 "$(sha256sum <cut.pkl | cut -d' ' -f1)"
expect_status 3
expect_err HM0107
