#pragma once

#include "base/check.h"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

// Why something could not be done, where, and how that travels up.
//
// A function that can fail returns Result<T>. It fails with one of the functions below (`return malformed("...")`), each of
// which may be given more before it is returned: `return missing("no such file").at(path).hint("check the spelling")`.
// TRY passes a failure on; within() adds the place it came through.

enum class Reason : uint8_t {
    no, // the check ran and said no: verify failed, publishing without evidence
    usage, // the command line itself
    malformed, // the bytes break the rules of their own format
    refused, // understood, and not allowed
    unsupported, // understood, and not something that can be done (yet)
    forbidden, // not logged in, or not permitted
    missing, // a file, model, version, library or program that is not there
    unavailable, // network, store, damaged blob, disk full, port in use
    conflict, // somebody else holds it, or it is there already
    exhausted, // within the rules, but beyond a limit that was set
    timed_out, // a deadline passed
    cancelled, // Ctrl-C, SIGTERM, the client went away
};

// What the world outside is told for a reason. The one table of contract "command line".
struct ReasonRow {
    Reason reason;
    std::string_view name; // as in the error document
    int exit_code;
    int http_status;
    int code; // the general HM code of the reason, used where an error has no code of its own
};

inline constexpr std::array<ReasonRow, 12> reason_table{{
    {Reason::no, "no", 1, 422, 1},
    {Reason::usage, "usage", 2, 400, 2},
    {Reason::malformed, "malformed", 3, 400, 3},
    {Reason::refused, "refused", 3, 403, 4},
    {Reason::unsupported, "unsupported", 3, 422, 5},
    {Reason::forbidden, "forbidden", 4, 403, 6},
    {Reason::missing, "missing", 5, 404, 7},
    {Reason::unavailable, "unavailable", 6, 503, 8},
    {Reason::conflict, "conflict", 6, 409, 9},
    {Reason::exhausted, "exhausted", 6, 413, 10},
    {Reason::timed_out, "timed_out", 6, 504, 11},
    {Reason::cancelled, "cancelled", 130, 499, 12},
}};

inline constexpr ReasonRow const& row_of(Reason reason) { return reason_table[static_cast<size_t>(reason)]; }

struct Error {
    Reason reason;
    std::string what; // what was found, and what was wanted
    std::vector<std::string> where; // innermost first: "byte 12", "entry 3", "model.pt"
    std::string hint; // what to do next, an exact command where there is one; may be empty
    int code = 0; // number of its page (`hullmark explain HM0107`); 0: the reason's general page

    // "HM0107"
    std::string code_text() const;
    // One line: what, then each place from the inside out.
    std::string text() const;
};

template <typename T>
using Result = tl::expected<T, Error>;

// A failure on its way into a Result.
struct Failure : tl::unexpected<Error> {
    explicit Failure(Error error)
        : tl::unexpected<Error>(std::move(error))
    {
    }

    Failure&& at(std::string place) &&
    {
        value().where.push_back(std::move(place));
        return std::move(*this);
    }
    Failure&& hint(std::string text) &&
    {
        value().hint = std::move(text);
        return std::move(*this);
    }
    Failure&& code(int number) &&
    {
        value().code = number;
        return std::move(*this);
    }
};

inline Failure failure(Reason reason, std::string what) { return Failure(Error{reason, std::move(what), {}, {}, 0}); }
inline Failure said_no(std::string what) { return failure(Reason::no, std::move(what)); }
inline Failure bad_usage(std::string what) { return failure(Reason::usage, std::move(what)); }
inline Failure malformed(std::string what) { return failure(Reason::malformed, std::move(what)); }
inline Failure refused(std::string what) { return failure(Reason::refused, std::move(what)); }
inline Failure unsupported(std::string what) { return failure(Reason::unsupported, std::move(what)); }
inline Failure forbidden(std::string what) { return failure(Reason::forbidden, std::move(what)); }
inline Failure missing(std::string what) { return failure(Reason::missing, std::move(what)); }
inline Failure unavailable(std::string what) { return failure(Reason::unavailable, std::move(what)); }
inline Failure conflict(std::string what) { return failure(Reason::conflict, std::move(what)); }
inline Failure exhausted(std::string what) { return failure(Reason::exhausted, std::move(what)); }
inline Failure timed_out(std::string what) { return failure(Reason::timed_out, std::move(what)); }
inline Failure cancelled(std::string what) { return failure(Reason::cancelled, std::move(what)); }

// The failure of a call to the system: what was tried, and the system's words for `error_number` (an errno value).
// ENOENT is missing, EACCES and EPERM forbidden, ENOSPC, EDQUOT, EROFS and EIO unavailable with a hint, anything else unavailable.
Failure system_failure(std::string what, int error_number);

// The same result, its error extended by the place it came through.
template <typename T>
Result<T> within(std::string place, Result<T> result)
{
    if (!result)
        result.error().where.push_back(std::move(place));
    return result;
}

template <typename T>
T value_of_try(Result<T>&& result) { return *std::move(result); }
inline void value_of_try(Result<void>&&) {}

// The value of a Result, or an early return of its error. Starts a statement, follows `=` or `return`, or stands in the argument
// of a call; never inside a braced initialiser, where g++ 12 would not destroy the members already built.
#define TRY(expression) TRY_AS(TRY_NAME(try_result_, __COUNTER__), expression)
#define TRY_AS(name, expression)                            \
    __extension__({                                         \
        auto name = (expression);                           \
        if (!name)                                          \
            return tl::unexpected(std::move(name).error()); \
        value_of_try(std::move(name));                      \
    })
#define TRY_NAME(stem, number) TRY_JOIN(stem, number)
#define TRY_JOIN(stem, number) stem##number
