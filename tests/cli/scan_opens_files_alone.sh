# Pipes, devices and links that lead nowhere or out of the folder are told and never opened; odd names never reach a terminal as they are.
mkdir -p folder/inner outside
printf 'text\n' >outside/secret
mkfifo folder/pipe
ln -s /dev/zero folder/device
ln -s ../outside/secret folder/out
ln -s loop folder/loop
ln -s inner folder/again
printf 'text\n' >folder/inner/plain
ln -s inner/plain folder/within
printf 'text\n' >"folder/$(printf 'new\nline')"
printf 'text\n' >"folder/$(printf 'esc\x1b[31m')"
printf 'text\n' >"folder/$(printf 'byte\xff')"
printf 'text\n' >"folder/$(printf 'quo"te\047s')"
ln -s .. folder/inner/round

run timeout 20 "$HULLMARK" scan folder --json
expect_status 3
expect_json '[.files[] | select(.verdict == "unreadable") | .path] == ["folder/device", "folder/loop", "folder/out", "folder/pipe"]'
expect_json '[.files[] | select(.verdict == "unreadable") | .findings[0].code] == ["not-a-file", "not-a-file", "not-a-file", "not-a-file"]'
expect_json '[.files[] | select(.path == "folder/within" or .path == "folder/inner/plain")] | length == 2'
run timeout 20 "$HULLMARK" scan folder
expect_out 'new\nline'
expect_out 'esc\x1b[31m'
expect_out 'byte\xff'
expect_out 'quo"te'
[[ "$out" != *$'\x1b'* && "$out" != *$'\xff'* && "$out" != *$'new\nline'* ]] || wrong "wanted no name as it is"
run timeout 20 "$HULLMARK" scan folder/pipe
expect_status 3
run timeout 20 "$HULLMARK" scan /dev/zero
expect_status 3
