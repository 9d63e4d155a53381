#include "arrays/npy.h"

#include "arrays/elements.h"
#include "arrays/npy_format.h"
#include "arrays/npy_header.h"

#include "base/utf8.h"

#include <cstring>

namespace {

struct ElementType {
    bool big_endian = false;
    char kind = 0; // 'U' and 'S' are text, all else is plain
    uint64_t bytes = 0; // of one element
    DType dtype = DType::string;
};

Failure holds_objects()
{
    return refused("an array of Python objects: a pickle is inside, and it is not loaded").code(pickle_inside_code).hint("save it as plain numbers: `numpy.save(FILE, array.astype(\"float32\"), allow_pickle=False)`");
}

Result<ElementType> element_type(NpyDtype const& dtype)
{
    if (dtype.has_objects)
        return holds_objects();
    if (dtype.is_structured || !dtype.shape.empty())
        return unsupported("an array of a structured dtype, can be read: arrays of one plain type").hint("save each field as an array of its own: `numpy.savez(FILE, a=array[\"a\"], b=array[\"b\"])`");
    auto const kind = dtype.code.find_first_not_of("<>|=");
    ElementType type{dtype.code[0] == '>', dtype.code[kind], dtype.bytes, DType::string};
    if (type.kind == 'S' || type.kind == 'a' || type.kind == 'U')
        return type;
    for (auto const& row : npy_types)
        if (row.kind == type.kind && row.bytes == type.bytes) {
            type.dtype = row.dtype;
            return type;
        }
    return unsupported("the dtype '" + dtype.code + "', can be read: bool, integers, float16 to float64, complex and text").hint("convert it first: `array.astype(\"float32\")`");
}

// One text of fixed length, without the NULs at its end.
Result<std::string> read_text(Bytes bytes, bool is_unicode)
{
    std::string text;
    if (!is_unicode) {
        text = text_of(bytes);
        text.resize(text.find_last_not_of('\0') + 1);
        if (!is_utf8(text))
            return unsupported("bytes (|S) that are no UTF-8 text");
        return text;
    }
    size_t length = bytes.size() / npy_code_point_bytes;
    auto const code_point = [&](size_t index) {
        char32_t number;
        std::memcpy(&number, bytes.data() + index * npy_code_point_bytes, sizeof number);
        return number;
    };
    while (length > 0 && code_point(length - 1) == 0)
        --length;
    for (size_t index = 0; index < length; ++index)
        if (!append_utf8(text, code_point(index)))
            return malformed("the number " + std::to_string(static_cast<uint32_t>(code_point(index))) + " is no Unicode character");
    return text;
}

Result<Tensor> read_texts(SharedBytes const& data, ElementType const& type, Shape const& shape, uint64_t count, Limits const& limits)
{
    uint64_t const bytes = type.bytes;
    // Texts of no bytes cost the file nothing.
    if (count > limits.entries && bytes == 0)
        return exhausted(std::to_string(count) + " empty texts, the limit is " + std::to_string(limits.entries));
    std::vector<std::string> texts;
    texts.reserve(count);
    for (uint64_t index = 0; index < count; ++index) {
        auto text = TRY(within("element " + std::to_string(index), read_text(data.bytes().subspan(index * bytes, bytes), type.kind == 'U')));
        texts.push_back(std::move(text));
    }
    return Tensor::create_strings(shape, std::move(texts));
}

Result<Tensor> read_elements(SharedBytes data, NpyHeader const& header, Limits const& limits)
{
    auto const type = TRY(element_type(header.dtype));
    auto const count = element_count(header.shape);
    CHECK(count && header.data_bytes, "the header has been checked");
    if (data.size() != *header.data_bytes)
        return malformed(std::to_string(data.size()) + " bytes of data, wanted " + std::to_string(*count) + " elements of " + std::to_string(type.bytes) + " bytes");

    bool const is_text = type.dtype == DType::string;
    size_t const unit = type.kind == 'U' ? npy_code_point_bytes : is_complex(type.dtype) ? type.bytes / 2
                                                                                         : type.bytes;
    bool const has_order = type.kind != 'S' && type.kind != 'a' && unit > 1;
    if (type.big_endian && has_order)
        data = with_bytes_swapped(data.bytes(), unit);
    if (header.column_major && header.shape.size() > 1 && data.size() != 0)
        data = row_major_from_column_major(data.bytes(), type.bytes, header.shape);
    if (is_text)
        return read_texts(data, type, header.shape, *count, limits);
    return tensor_in_place(type.dtype, header.shape, std::move(data));
}

}

Result<Tensor> read_npy(SharedBytes file, Limits const& limits)
{
    if (file.size() > limits.bytes)
        return exhausted("an array of " + std::to_string(file.size()) + " bytes, the limit is " + std::to_string(limits.bytes));
    auto const header = TRY(read_npy_header(file.bytes(), limits));
    return read_elements(file.part(header.data_offset, file.size() - header.data_offset), header, limits);
}
