# A file that somebody writes to while it is read is never called safe.
cp "$EXAMPLES/digits/digits.pt" model.pt
printf '%-1024s' '{"w":{"dtype":"U8","shape":[400000000],"data_offsets":[0,400000000]}}' >header
{ printf '\x00\x04\x00\x00\x00\x00\x00\x00'; cat header; } >big.safetensors
truncate --size=400001032 big.safetensors
"$HULLMARK" scan big.safetensors --digest --json >out.json &
scan=$!
while kill -0 $scan 2>/dev/null; do touch big.safetensors; done
! wait $scan || wrong "wanted exit status 3"
out=$(cat out.json)
expect_json '.files[0].verdict == "unreadable" and .files[0].findings[-1].code == "changed"'
given hullmark scan big.safetensors
