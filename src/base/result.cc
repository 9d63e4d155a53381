#include "base/result.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

std::string Error::code_text() const
{
    char text[16];
    std::snprintf(text, sizeof text, "HM%04d", code != 0 ? code : row_of(reason).code);
    return text;
}

std::string Error::text() const
{
    std::string result = what;
    for (auto const& place : where)
        result += ", " + place;
    return result;
}

Failure system_failure(std::string what, int error_number)
{
    what += std::string(": ") + std::strerror(error_number);
    switch (error_number) {
    case ENOENT:
    case ENOTDIR:
        return missing(std::move(what));
    case EACCES:
    case EPERM:
        return forbidden(std::move(what)).hint("check the owner and the permissions of the path");
    case ENOSPC:
    case EDQUOT:
        return unavailable(std::move(what)).hint("free some space on that disk (`df -h`), then run the same command again");
    case EROFS:
        return unavailable(std::move(what)).hint("the file system is mounted read-only: choose another place to write to");
    case EEXIST:
        return conflict(std::move(what));
    default:
        return unavailable(std::move(what));
    }
}

void check_failed(char const* file, int line, char const* condition, char const* what)
{
    std::fprintf(stderr, "hullmark: a bug of our own: %s (%s) does not hold at %s:%d\n", what, condition, file, line);
    std::abort();
}
