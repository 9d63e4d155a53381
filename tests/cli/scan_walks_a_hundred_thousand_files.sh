# A folder of 100,000 small files: each has its verdict, within bounds of time and memory.
mkdir -p folder/0
printf '\x80\x04]\x94.' >folder/0/safe
printf '\x80\x02cposix\nsystem\nX\x01\x00\x00\x00x\x85R.' >folder/0/dangerous
printf 'text\n' >folder/0/text
touch folder/0/{1..997}
for number in {1..99}; do cp -rl folder/0 folder/$number; done # links: making a hundred thousand files takes longer than reading them
limits='-t 60 -v 8000000'
bash -c "ulimit $limits && exec \"\$HULLMARK\" version" >/dev/null 2>&1 || limits='-t 60' # a sanitized program reserves more addresses than that
export limits
run bash -c 'ulimit $limits && exec "$HULLMARK" scan folder --json >out.json'
expect_status 1
out=$(jq -c '{summary, files: (.files | length)}' out.json)
expect_json '.files == 100000 and .summary.dangerous == 100 and .summary.safe == 100 and .summary.unreadable == 0'
