# A folder that somebody removes while it is scanned: what is gone is unreadable, what was read keeps its verdict, and nothing else happens.
run hullmark scan gone --json
expect_status 5
mkdir folder
for number in $(seq 300); do
    mkdir folder/$number
    printf '\x80\x04]\x94.' >folder/$number/model.pkl
    for copy in a b c d e f g h i j; do
        cp folder/$number/model.pkl folder/$number/$copy.pkl
    done
done
"$HULLMARK" scan folder --json >out.json 2>err.txt &
scan=$!
rm -rf folder
status=0
wait $scan || status=$?
out=$(cat out.json) err=$(cat err.txt)
if [ $status = 5 ]; then
    expect_json '.error.reason == "missing"' # it was gone before it was looked at
else
    [ $status = 0 ] || [ $status = 3 ] || wrong "wanted exit status 0, 3 or 5"
    expect_json '[.files[] | select(.verdict != "safe" and .verdict != "unreadable")] == []'
    expect_json '[.files[] | select(.verdict == "unreadable") | .findings[0].code] - ["missing", "not-a-file", "changed"] == []'
fi
