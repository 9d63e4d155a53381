# Another user's scan names the files and folders that it may not read, and reads the others.
cp "$HULLMARK" program
mkdir -p folder/closed folder/open
cp "$EXAMPLES/digits/digits.pt" folder/open/model.pt
cp folder/open/model.pt folder/closed/
cp folder/open/model.pt folder/locked.pt
chmod 0 folder/closed folder/locked.pt
chmod 755 . folder folder/open
chmod 644 folder/open/model.pt
as_another=
if [ "$(id -u)" = 0 ]; then
    command -v setpriv >/dev/null || skip "setpriv is not there"
    as_another='setpriv --reuid=65534 --regid=65534 --clear-groups'
    $as_another ./program inspect folder/open/model.pt >/dev/null 2>&1 || skip "another user cannot run the program here"
fi
run $as_another ./program scan folder --json
expect_status 3
expect_json '[.files[] | {path, verdict, code: .findings[0].code}] == [
    {path: "folder/closed", verdict: "unreadable", code: "no-permission"},
    {path: "folder/locked.pt", verdict: "unreadable", code: "no-permission"},
    {path: "folder/open/model.pt", verdict: "safe", code: null}]'
for asked in "inspect folder/locked.pt" "convert folder/locked.pt -o folder/new.safetensors" "publish folder/locked.pt --name model --registry new"; do
    run $as_another ./program $asked
    expect_status 4
    expect_err "cannot open folder/locked.pt: Permission denied"
    expect_no_out
done
expect_nothing_at new
chmod 700 folder/closed # so that the folder can be removed
