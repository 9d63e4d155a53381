# A folder of 100,000 small files: each has its verdict, within bounds of time and memory.
mkdir folder
(
    cd folder
    printf '\x80\x04]\x94.' >safe
    printf '\x80\x02cposix\nsystem\nX\x01\x00\x00\x00x\x85R.' >dangerous
    for number in $(seq 100); do
        mkdir $number
        (cd $number && touch {0..899} && for kind in safe dangerous; do cp ../$kind 1$kind; done)
        seq -f "$number/text-%g" 98 | xargs -n 100 sh -c 'for name; do echo text >$name; done' _
    done
    rm safe dangerous
)
[ "$(find folder -type f | wc -l)" = 100000 ] || wrong "the test makes 100,000 files"
run bash -c 'ulimit -t 60 -v 8000000 && exec "$HULLMARK" scan folder --json >out.json'
expect_status 1
out=$(jq -c '{summary, files: (.files | length)}' out.json)
expect_json '.files == 100000 and .summary.dangerous == 100 and .summary.safe == 100 and .summary.unreadable == 0'
