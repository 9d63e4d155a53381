# Ctrl-C or SIGTERM at any moment of `publish`: it ends with 130 and there is no version, or with 0 and there is one; never anything
# between, and no temporary file stays.
given hullmark publish "$EXAMPLES/digits/digits.pt" --name digits --sample "$EXAMPLES/digits/sample.npz"
versions() { "$HULLMARK" list digits --json | jq '.versions | length'; }

stopped=0
for signal in INT TERM; do
    for delay in 0.002 0.005 0.01 0.02 0.03 0.05 0.08 0.12; do
        before=$(versions)
        : >out >err # the signal may come before the shell has opened them
        # A shell starts its background processes with SIGINT ignored.
        env --default-signal=INT "$HULLMARK" publish "$EXAMPLES/digits/digits.pt" --name digits --sample "$EXAMPLES/digits/sample.npz" >out 2>err </dev/null &
        process=$!
        sleep $delay
        kill -$signal $process 2>/dev/null || true
        status=0
        wait $process || status=$?
        out=$(<out) err=$(<err) command="publish, stopped by $signal after $delay s"
        after=$(versions)
        case $status in
        0) [ "$after" = $((before + 1)) ] || wrong "wanted one more version, $before before and $after after" ;;
        130 | 143) # without a word: the signal came before the program could ask for it
            [ "$after" = "$before" ] || wrong "wanted no version, $before before and $after after"
            [ -z "$err" ] || expect_err HM0012
            [ -z "$err" ] || [ "$status" = 130 ] || wrong "wanted status 130"
            [ -z "$err" ] || stopped=$((stopped + 1))
            ;;
        *) wrong "wanted status 0 or 130" ;;
        esac
        temporary=$(find hullmark-registry -type f -name '.*' -o -type f -name '*tmp*')
        [ -z "$temporary" ] || wrong "wanted no temporary file: $temporary"
    done
done
[ $stopped -gt 0 ] || skip "this machine publishes faster than it can be stopped"
given hullmark predict models:/digits/latest -i "$EXAMPLES/digits/scan.json"
