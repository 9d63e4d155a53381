#!/bin/bash
# publish_kill.sh PUBLISH_ONCE: kills a publish at every system call it makes, into a new registry and into a used one, and looks
# each time whether all invariants hold. Exit 77: skipped.
. "$(dirname "$0")/points.sh"

for kind in empty used; do
    kept=0
    points "$kind" >"$work/points"
    while read -r name count; do
        fresh "$kind"
        (strace -f -o /dev/null -e "inject=$name:signal=KILL:when=$count" "$program" publish "$work/registry" three >"$work/said" 2>/dev/null; exit $?) 2>/dev/null
        [ $? = 137 ] || complain "$name $count was not reached, $kind registry"
        look "killed at $name $count, $kind registry"
        [ "$versions_after" = "$start" ] || kept=$((kept + 1))
    done <"$work/points"
    echo "$kind registry: killed at $(wc -l <"$work/points") system calls, the version was there after $kept of them"
done
echo "$done_points points, $failed failures"
[ "$failed" = 0 ]
