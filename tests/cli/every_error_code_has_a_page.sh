# Whatever code the sources give to an error or warning, `explain` has a page about it.
sources=$EXAMPLES/../src
[ -d "$sources" ] || skip "the sources are not there"
codes=$(
    grep -rhoE '\.code\([1-9][0-9]*\)' "$sources" --include=*.cc --include=*.h | grep -oE '[0-9]+'
    grep -rhoE '_code = [1-9][0-9]*;' "$sources" --include=*.cc --include=*.h | grep -oE '[0-9]+'
    grep -rhoE '"G[0-9]{2}"' "$sources" --include=*.cc --include=*.h | tr -d '"'
    seq 12
)
for code in $(sort -u <<<"$codes"); do
    given hullmark explain "$code"
done

given hullmark explain G05
expect_out HM0205
given hullmark explain HM0107 --json
expect_json '.code == "HM0107" and (.text | length > 0)'
run hullmark explain HM9999
expect_status 5
