#include "pickle/arrow_texts.h"

#include "pickle/plain.h"

#include <cstring>

namespace {

// The bytes of `pyarrow.lib.py_buffer(bytes)`, where all of them were kept.
std::optional<SharedBytes> buffer_of(PickleValue value)
{
    if (!value.is_call_of("pyarrow.lib", "py_buffer"))
        return std::nullopt;
    auto const arguments = *value.arguments();
    if (arguments.size() != 1 || arguments.item(0).is_cut())
        return std::nullopt;
    return bytes_in(arguments.item(0));
}

template <typename Offset>
bool stay_inside(Bytes offsets, uint64_t count, uint64_t characters)
{
    Offset last = 0;
    for (uint64_t index = 0; index <= count; ++index) {
        Offset offset = 0;
        std::memcpy(&offset, offsets.data() + index * sizeof(Offset), sizeof(Offset));
        if (offset < last || static_cast<uint64_t>(offset) > characters)
            return false;
        last = offset;
    }
    return true;
}

bool are_offsets(Bytes offsets, size_t width, uint64_t count, uint64_t characters, uint64_t& bytes_left)
{
    if (count == 0)
        return true;
    if (count >= offsets.size() / width || offsets.size() > bytes_left)
        return false;
    bytes_left -= offsets.size();
    return width == 8 ? stay_inside<int64_t>(offsets, count, characters) : stay_inside<int32_t>(offsets, count, characters);
}

// The type's offsets in bytes: 8 of a large_string, 4 of a string; 0 of all else.
size_t offset_width(PickleValue type)
{
    if (!type.is_call_of("pyarrow.lib", "type_for_alias") || type.arguments()->size() != 1)
        return 0;
    auto const alias = type.arguments()->item(0).text();
    return alias == "large_string" ? 8 : alias == "string" ? 4
                                                           : 0;
}

}

bool are_arrow_texts(PickleValue parts, uint64_t& bytes_left)
{
    if (!parts.is(NodeKind::tuple) || parts.size() < 6 || parts.size() > 7)
        return false;
    size_t const width = offset_width(parts.item(0));
    auto const count = parts.item(1).integer();
    auto const buffers = parts.item(4);
    bool const has_more = parts.item(5).size() != 0 || (parts.size() == 7 && !parts.item(6).is_none()); // children, a dictionary
    if (width == 0 || !count || *count < 0 || !parts.item(2).integer() || parts.item(3).integer() != 0 || buffers.size() != 3 || has_more)
        return false;
    auto const offsets = buffer_of(buffers.item(1));
    auto const characters = buffer_of(buffers.item(2));
    auto const rows = static_cast<uint64_t>(*count);
    if (!buffers.item(0).is_none()) {
        auto const validity = buffer_of(buffers.item(0));
        if (!validity || validity->bytes().size() < rows / 8 + (rows % 8 != 0 ? 1 : 0))
            return false;
    }
    return offsets && characters && are_offsets(offsets->bytes(), width, rows, characters->bytes().size(), bytes_left);
}
