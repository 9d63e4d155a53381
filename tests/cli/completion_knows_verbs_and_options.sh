# The completion scripts are made from the command line itself: bash completes verbs and options with one, zsh and fish read theirs.
given hullmark completion bash
printf '%s\n' "$out" >completion.bash
given bash -c '
    source ./completion.bash
    COMP_WORDS=(hullmark ver) COMP_CWORD=1
    _hullmark
    echo "${COMPREPLY[@]}"
    COMP_WORDS=(hullmark convert --samp) COMP_CWORD=2
    _hullmark
    echo "${COMPREPLY[@]}"'
expect_out "verify version"
expect_out "--sample"

for shell in zsh fish; do
    given hullmark completion $shell
    expect_out publish
    if command -v $shell >/dev/null; then
        printf '%s\n' "$out" >completion.$shell
        given $shell -n completion.$shell
    fi
done
run hullmark completion csh
expect_status 2
