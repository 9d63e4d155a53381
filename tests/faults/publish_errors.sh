#!/bin/bash
# publish_errors.sh PUBLISH_ONCE: lets one system call of a publish fail after the other, as a broken or full disk would, and looks
# each time whether all invariants hold and whether the failure was said. Exit 77: skipped.
. "$(dirname "$0")/points.sh"

errors_of() {
    case $1 in
    fsync | fdatasync) echo EIO ENOSPC EDQUOT ;;
    write | pwrite64) echo EIO ENOSPC EINTR ;;
    openat | mkdir | rename | ftruncate | fallocate) echo EIO ENOSPC EMFILE EROFS ;;
    mmap | pread64 | read | fcntl | unlink | lstat | stat | newfstatat | fstat) echo EIO ENOMEM ;;
    esac
}

for kind in empty used; do
    points "$kind" >"$work/points"
    succeeded=0 tried=0
    while read -r name count; do
        for error in $(errors_of "$name"); do
            fresh "$kind"
            (strace -f -o /dev/null -e "inject=$name:error=$error:when=$count" "$program" publish "$work/registry" three >"$work/said" 2>"$work/error"; exit $?) 2>/dev/null
            status=$?
            tried=$((tried + 1))
            [ "$status" -lt 128 ] || complain "$name $count gives $error, $kind registry: ended with $status"
            [ "$status" = 0 ] && succeeded=$((succeeded + 1))
            [ "$status" = 0 ] || [ -s "$work/error" ] || complain "$name $count gives $error, $kind registry: failed without a word"
            [ "$status" = 0 ] || [ ! -s "$work/said" ] || complain "$name $count gives $error, $kind registry: acknowledged and failed"
            look "$name $count gives $error, $kind registry"
        done
    done <"$work/points"
    echo "$kind registry: $tried failing system calls, $succeeded of them did no harm to the publish"
done
echo "$done_points points, $failed failures"
[ "$failed" = 0 ]
