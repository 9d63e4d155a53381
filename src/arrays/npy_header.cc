#include "arrays/npy_header.h"

#include "arrays/npy_format.h"
#include "arrays/python_literal.h"

#include "base/cursor.h"
#include "base/utf8.h"

#include <algorithm>
#include <charconv>

namespace {

constexpr uint64_t most_element_bytes = uint64_t{1} << 62;

// Byte order, kind, bytes (characters for text), unit of a date: "<M8[25us]".
Result<NpyDtype> read_code(std::string const& code)
{
    auto const said = "the dtype '" + code + "'";
    NpyDtype dtype;
    dtype.code = code;
    auto rest = std::string_view(code);
    if (!rest.empty() && std::string_view("<>|=").find(rest[0]) != std::string_view::npos)
        rest.remove_prefix(1);
    if (rest.empty())
        return malformed(said + " names no type");
    char const kind = rest[0];
    rest.remove_prefix(1);
    uint64_t count = 0;
    auto const [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), count);
    bool const counted = error == std::errc();
    rest.remove_prefix(counted ? static_cast<size_t>(end - rest.data()) : 0);
    dtype.has_objects = kind == 'O';
    bool const is_date = kind == 'M' || kind == 'm';
    bool const has_unit = is_date && rest.size() >= 3 && rest.front() == '[' && rest.find(']') == rest.size() - 1;
    if (std::string_view("biufcmMOSaUV").find(kind) == std::string_view::npos || !(rest.empty() || has_unit) || (!counted && !dtype.has_objects))
        return refused(said + " is spelled as NumPy writes none");
    if (count > most_element_bytes / npy_code_point_bytes)
        return malformed(said + " has more bytes than can be counted");
    dtype.bytes = dtype.has_objects ? 8 : count * (kind == 'U' ? npy_code_point_bytes : 1);
    return dtype;
}

Result<std::vector<int64_t>> read_sizes(PythonLiteral const& literal, std::string const& whose)
{
    auto const* const sizes = std::get_if<PythonLiteral::Tuple>(&literal.value);
    if (sizes == nullptr)
        return malformed(whose + " is no tuple");
    if (sizes->items.size() > npy_most_axes)
        return malformed(whose + " has " + std::to_string(sizes->items.size()) + " axes, NumPy has at most " + std::to_string(npy_most_axes));
    std::vector<int64_t> shape;
    for (auto const& size : sizes->items) {
        auto const* const number = std::get_if<int64_t>(&size.value);
        if (number == nullptr)
            return malformed(whose + " holds something else than numbers");
        shape.push_back(*number);
    }
    return shape;
}

// Nothing where the product passes 62 bits. A size of 0 counts wherever it stands, as for tensors.
std::optional<uint64_t> product_of(std::vector<int64_t> const& shape, uint64_t bytes)
{
    if (std::find(shape.begin(), shape.end(), 0) != shape.end())
        return 0;
    uint64_t product = bytes;
    for (auto const size : shape) // none is negative: the grammar has no signs
        if (__builtin_mul_overflow(product, static_cast<uint64_t>(size), &product) || product >= most_element_bytes)
            return std::nullopt;
    return product;
}

Result<NpyDtype> read_dtype(PythonLiteral const& literal);

// A dtype many times over. One that is a sub-array already becomes a field of its own kind in NumPy; here the shapes are joined.
Result<NpyDtype> repeated(NpyDtype dtype, PythonLiteral const& sizes)
{
    std::vector<int64_t> shape;
    if (auto const* const size = std::get_if<int64_t>(&sizes.value))
        shape = {*size};
    else
        shape = TRY(read_sizes(sizes, "the shape of a sub-array"));
    auto const bytes = product_of(shape, dtype.bytes);
    if (!bytes)
        return malformed("a sub-array with more bytes than can be counted");
    dtype.bytes = *bytes;
    shape.insert(shape.end(), dtype.shape.begin(), dtype.shape.end());
    dtype.shape = std::move(shape);
    return dtype;
}

// (name, dtype) or (name, dtype, shape), where the name may be (title, name).
Result<NpyField> read_field(PythonLiteral const& literal)
{
    auto const* const parts = std::get_if<PythonLiteral::Tuple>(&literal.value);
    if (parts == nullptr || parts->items.size() < 2 || parts->items.size() > 3)
        return malformed("a field is no tuple of a name, a dtype and maybe a shape");
    auto const text = [](PythonLiteral const& item) { return std::get_if<std::string>(&item.value); };
    NpyField field{};
    auto const* name = text(parts->items[0]);
    if (auto const* const both = std::get_if<PythonLiteral::Tuple>(&parts->items[0].value); both != nullptr && both->items.size() == 2) {
        name = text(both->items[1]);
        if (auto const* const title = text(both->items[0]))
            field.title = *title;
        else
            name = nullptr;
    }
    if (name == nullptr)
        return malformed("a field has a name that is no text");
    field.name = *name;
    field.dtype = TRY(within("field '" + field.name + "'", read_dtype(parts->items[1])));
    if (parts->items.size() == 3)
        field.dtype = TRY(within("field '" + field.name + "'", repeated(std::move(field.dtype), parts->items[2])));
    return field;
}

// As deep as the literal is, which has a limit.
Result<NpyDtype> read_dtype(PythonLiteral const& literal)
{
    if (auto const* const code = std::get_if<std::string>(&literal.value))
        return read_code(*code);
    if (auto const* const shaped = std::get_if<PythonLiteral::Tuple>(&literal.value)) {
        if (shaped->items.size() != 2)
            return malformed("the dtype of a sub-array is no tuple of a dtype and a shape");
        return repeated(TRY(read_dtype(shaped->items[0])), shaped->items[1]);
    }
    auto const* const fields = std::get_if<PythonLiteral::List>(&literal.value);
    if (fields == nullptr)
        return malformed("the header's 'descr' is neither a text, a tuple nor a list");
    NpyDtype dtype;
    dtype.is_structured = true;
    for (auto const& item : fields->items) {
        auto field = TRY(read_field(item));
        field.offset = dtype.bytes;
        dtype.bytes += field.dtype.bytes;
        if (dtype.bytes >= most_element_bytes)
            return malformed("a structured dtype with more bytes than can be counted");
        dtype.has_objects |= field.dtype.has_objects;
        dtype.fields.push_back(std::move(field));
    }
    return dtype;
}

// Headers are Latin-1 before version 3, and UTF-8 from then on.
Result<std::string> header_text(std::string_view bytes, unsigned version)
{
    std::string text;
    if (version < 3)
        for (unsigned char const byte : bytes)
            append_utf8(text, byte);
    else if (is_utf8(bytes))
        text = bytes;
    else
        return malformed("the header is not valid UTF-8");
    return text;
}

Result<void> read_dict(std::string_view text, Limits const& limits, NpyHeader& header)
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
    auto const* const descr = TRY(member("descr"));
    header.dtype = TRY(read_dtype(*descr));
    auto const* const fortran_order = TRY(member("fortran_order"));
    auto const* const order = std::get_if<bool>(&fortran_order->value);
    if (order == nullptr)
        return malformed("the header's 'fortran_order' is neither True nor False");
    header.column_major = *order;
    auto const* const shape = TRY(member("shape"));
    header.shape = TRY(read_sizes(*shape, "the header's 'shape'"));
    return {};
}

std::string sizes_text(std::vector<int64_t> const& sizes)
{
    std::string text;
    for (auto const size : sizes)
        text += (text.empty() ? "" : ", ") + std::to_string(size);
    return "(" + text + ")";
}

}

Result<NpyHeader> read_npy_header(Bytes file, Limits const& limits)
{
    Cursor cursor(file);
    if (!text_of(file).starts_with(npy_magic))
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
    NpyHeader header{major, {}, false, {}, cursor.offset(), {}};
    TRY(read_dict(text, limits, header));
    if (!header.dtype.has_objects) {
        header.data_bytes = product_of(header.shape, header.dtype.bytes);
        if (!header.data_bytes || !product_of(header.shape, 1))
            return malformed("the shape " + sizes_text(header.shape) + " has more elements than can be counted");
    }
    return header;
}

std::string npy_dtype_text(NpyDtype const& dtype)
{
    std::string text = dtype.shape.empty() ? "" : sizes_text(dtype.shape) + " ";
    if (!dtype.is_structured)
        return text + dtype.code;
    std::string fields;
    for (auto const& field : dtype.fields)
        fields += (fields.empty() ? "" : ", ") + field.name + ": " + npy_dtype_text(field.dtype);
    return text + "{" + fields + "}";
}
