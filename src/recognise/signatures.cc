#include "recognise/signatures.h"

#include "files/compression.h"
#include "foreign/foreign.h"
#include "recognise/forms.h"

#include <algorithm>

std::optional<Kind> kind_by_signature(Bytes file)
{
    if (looks_like_npy(file))
        return Kind::numpy;
    constexpr size_t enough_of_a_stream = 512;
    if (compression_of(file.first(std::min(file.size(), enough_of_a_stream))))
        return Kind::compressed;
    if (text_of(file).starts_with("ZF0x")) // joblib's of old, a zlib stream behind a length
        return Kind::compressed;
    return std::nullopt;
}

std::optional<Kind> kind_of_foreign(Bytes file)
{
    auto const format = foreign_format_of(file);
    if (!format)
        return std::nullopt;
    for (int kind = 0; kind < kind_count; ++kind)
        if (name_of(static_cast<Kind>(kind)) == format->kind)
            return static_cast<Kind>(kind);
    return Kind::unknown;
}
