#include "arrays/npy.h"

#include "arrays/elements.h"
#include "arrays/npy_format.h"
#include "arrays/python_literal.h"

#include "base/cursor.h"
#include "base/utf8.h"

#include <algorithm>
#include <charconv>
#include <cstring>

namespace {

struct ElementType {
    bool big_endian = false;
    char kind = 0; // 'U' and 'S' are text, all else is plain
    uint64_t bytes = 0; // of one element
    DType dtype = DType::string;
};

struct Header {
    ElementType type;
    bool column_major = false;
    Shape shape;
};

Failure holds_objects()
{
    return refused("an array of Python objects: a pickle is inside, and it is not loaded").code(pickle_inside_code).hint("save it as plain numbers: `numpy.save(FILE, array.astype(\"float32\"), allow_pickle=False)`");
}

bool names_objects(std::string_view descr)
{
    if (!descr.empty() && std::string_view("<>|=").find(descr[0]) != std::string_view::npos)
        descr.remove_prefix(1);
    return descr.starts_with('O');
}

// Whether any field of a structured type, at any depth, is one of objects. `type` is no deeper than limits.depth.
bool mentions_objects(PythonLiteral const& type)
{
    if (auto const* const text = std::get_if<std::string>(&type.value))
        return names_objects(*text);
    // A type with a shape of its own: (type, shape).
    if (auto const* const shaped = std::get_if<PythonLiteral::Tuple>(&type.value))
        return !shaped->items.empty() && mentions_objects(shaped->items[0]);
    auto const* const fields = std::get_if<PythonLiteral::List>(&type.value);
    return fields != nullptr && std::any_of(fields->items.begin(), fields->items.end(), [](PythonLiteral const& item) {
        // (name, type) or (name, type, shape)
        auto const* const field = std::get_if<PythonLiteral::Tuple>(&item.value);
        return field != nullptr && field->items.size() >= 2 && mentions_objects(field->items[1]);
    });
}

Result<ElementType> read_type(std::string_view descr)
{
    ElementType type;
    auto const said = "the dtype '" + std::string(descr) + "'";
    if (names_objects(descr))
        return holds_objects();
    auto rest = descr;
    if (!rest.empty() && std::string_view("<>|=").find(rest[0]) != std::string_view::npos) {
        type.big_endian = rest[0] == '>';
        rest.remove_prefix(1);
    }
    if (rest.empty())
        return malformed(said + " names no type");
    type.kind = rest[0];
    auto const* const digits_end = rest.data() + rest.size();
    auto const [end, error] = std::from_chars(rest.data() + 1, digits_end, type.bytes);
    if (error == std::errc() && end == digits_end) {
        if (type.kind == 'S' || type.kind == 'a')
            return type;
        if (type.kind == 'U' && type.bytes <= UINT64_MAX / npy_code_point_bytes) {
            type.bytes *= npy_code_point_bytes;
            return type;
        }
        for (auto const& row : npy_types)
            if (row.kind == type.kind && row.bytes == type.bytes) {
                type.dtype = row.dtype;
                return type;
            }
    }
    return unsupported(said + ", can be read: bool, integers, float16 to float64, complex and text").hint("convert it first: `array.astype(\"float32\")`");
}

Result<Shape> read_shape(PythonLiteral const& literal)
{
    auto const* const sizes = std::get_if<PythonLiteral::Tuple>(&literal.value);
    if (sizes == nullptr)
        return malformed("the header's 'shape' is no tuple");
    if (sizes->items.size() > npy_most_axes)
        return malformed("the header's 'shape' has " + std::to_string(sizes->items.size()) + " axes, NumPy has at most " + std::to_string(npy_most_axes));
    Shape shape;
    for (auto const& size : sizes->items) {
        auto const* const number = std::get_if<int64_t>(&size.value);
        if (number == nullptr)
            return malformed("the header's 'shape' holds something else than numbers");
        shape.push_back(*number);
    }
    return shape;
}

// Headers are Latin-1 before version 3, and UTF-8 from then on.
Result<std::string> header_text(std::string_view bytes, uint8_t major)
{
    std::string text;
    if (major < 3)
        for (unsigned char const byte : bytes)
            append_utf8(text, byte);
    else if (is_utf8(bytes))
        text = bytes;
    else
        return malformed("the header is not valid UTF-8");
    return text;
}

Result<Header> read_header(std::string_view text, Limits const& limits)
{
    auto const literal = TRY(read_python_literal(text, limits));
    auto const* const dict = std::get_if<PythonLiteral::Dict>(&literal.value);
    if (dict == nullptr || dict->items.size() != 3)
        return malformed("the header is no dict of three keys");
    auto const member = [&](std::string_view key) -> Result<PythonLiteral const*> {
        for (auto const& [name, value] : dict->items)
            if (name == key)
                return &value;
        return malformed("the header has no '" + std::string(key) + "'");
    };
    Header header;
    auto const* const descr = TRY(member("descr"));
    if (auto const* const type = std::get_if<std::string>(&descr->value)) {
        header.type = TRY(read_type(*type));
    } else if (mentions_objects(*descr)) {
        return holds_objects();
    } else {
        return unsupported("an array of a structured dtype, can be read: arrays of one plain type").hint("save each field as an array of its own: `numpy.savez(FILE, a=array[\"a\"], b=array[\"b\"])`");
    }
    auto const* const fortran_order = TRY(member("fortran_order"));
    auto const* const order = std::get_if<bool>(&fortran_order->value);
    if (order == nullptr)
        return malformed("the header's 'fortran_order' is neither True nor False");
    header.column_major = *order;
    auto const* const shape = TRY(member("shape"));
    header.shape = TRY(read_shape(*shape));
    return header;
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

Result<Tensor> read_texts(SharedBytes const& data, Header const& header, uint64_t count, Limits const& limits)
{
    uint64_t const bytes = header.type.bytes;
    // Texts of no bytes cost the file nothing.
    if (count > limits.entries && bytes == 0)
        return exhausted(std::to_string(count) + " empty texts, the limit is " + std::to_string(limits.entries));
    std::vector<std::string> texts;
    texts.reserve(count);
    for (uint64_t index = 0; index < count; ++index) {
        auto text = TRY(within("element " + std::to_string(index), read_text(data.bytes().subspan(index * bytes, bytes), header.type.kind == 'U')));
        texts.push_back(std::move(text));
    }
    return Tensor::create_strings(header.shape, std::move(texts));
}

Result<Tensor> read_elements(SharedBytes data, Header const& header, Limits const& limits)
{
    auto const count = element_count(header.shape);
    if (!count)
        return malformed("the shape " + text_of(header.shape) + " has more elements than can be counted");
    auto const& type = header.type;
    if (type.bytes == 0 ? data.size() != 0 : *count > UINT64_MAX / type.bytes || *count * type.bytes != data.size())
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
        return read_texts(data, header, *count, limits);
    return tensor_in_place(type.dtype, header.shape, std::move(data));
}

}

Result<Tensor> read_npy(SharedBytes file, Limits const& limits)
{
    if (file.size() > limits.bytes)
        return exhausted("an array of " + std::to_string(file.size()) + " bytes, the limit is " + std::to_string(limits.bytes));
    Cursor cursor(file.bytes());
    if (!text_of(file.bytes()).starts_with(npy_magic))
        return malformed("not a .npy file: it does not start with \\x93NUMPY");
    TRY(cursor.take(npy_magic.size()));
    auto const major = TRY(cursor.take_number<uint8_t>());
    auto const minor = TRY(cursor.take_number<uint8_t>());
    if (major < 1 || major > 3 || minor != 0)
        return unsupported("version " + std::to_string(major) + "." + std::to_string(minor) + " of the .npy format, can be read: 1.0, 2.0 and 3.0");
    uint32_t length = 0;
    if (major == 1)
        length = TRY(cursor.take_number<uint16_t>());
    else
        length = TRY(cursor.take_number<uint32_t>());
    if (length > limits.document_bytes)
        return exhausted("a header of " + std::to_string(length) + " bytes, the limit is " + std::to_string(limits.document_bytes));
    auto const bytes = TRY(cursor.take_text(length));
    auto const text = TRY(header_text(bytes, major));
    auto const header = TRY(read_header(text, limits));
    return read_elements(file.part(cursor.offset(), cursor.left()), header, limits);
}
