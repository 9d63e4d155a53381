#include "foreign/foreign.h"

#include "foreign/signatures.h"

std::optional<ForeignFormat> foreign_format_of(Bytes file)
{
    if (auto const format = format_by_signature(file))
        return format;
    if (auto const format = format_by_structure(file))
        return format;
    return format_by_protobuf(file);
}
