#pragma once

#include "base/result.h"
#include "http/message.h"

// What a reader of the wire answers: a value, or the refusal that goes back to the client. TRY takes it as it takes a Result.
template <typename T>
using HttpResult = tl::expected<T, HttpRefusal>;

template <typename T>
T value_of_try(HttpResult<T>&& result)
{
    return *std::move(result);
}
inline void value_of_try(HttpResult<void>&&) {}

inline tl::unexpected<HttpRefusal> refuse_with(int status, std::string_view text) { return tl::unexpected(HttpRefusal{status, text}); }
