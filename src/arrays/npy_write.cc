#include "arrays/npy.h"

#include "arrays/npy_format.h"

#include "base/utf8.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace {

constexpr size_t header_alignment = 64;
constexpr uint64_t most_text_bytes = uint64_t{1} << 32; // one long text among many makes all of them long

std::string tuple_text(Shape const& shape)
{
    std::string text = "(";
    for (size_t axis = 0; axis < shape.size(); ++axis)
        text += (axis == 0 ? "" : ", ") + std::to_string(shape[axis]);
    return text + (shape.size() == 1 ? ",)" : ")");
}

// Magic, version, length and the header itself, filled up with spaces so that the data begins at a multiple of 64 bytes.
SharedBytes header_of(std::string const& descr, Shape const& shape)
{
    std::string header = "{'descr': '" + descr + "', 'fortran_order': False, 'shape': " + tuple_text(shape) + ", }";
    // Shapes have few axes: the length fits the 16 bits of version 1.
    size_t const before = npy_magic.size() + 2 + sizeof(uint16_t);
    size_t const unpadded = before + header.size() + 1;
    header.append((header_alignment - unpadded % header_alignment) % header_alignment, ' ');
    header += '\n';
    CHECK(header.size() <= UINT16_MAX, "a header of version 1");
    auto const length = static_cast<uint16_t>(header.size());
    std::string text(npy_magic);
    text += '\1';
    text += '\0';
    text.append(reinterpret_cast<char const*>(&length), sizeof length);
    return SharedBytes::take(text + header);
}

// `text` is valid UTF-8.
std::vector<char32_t> code_points_of(std::string_view text)
{
    std::vector<char32_t> points;
    for (size_t place = 0; place < text.size();) {
        auto const first = static_cast<unsigned char>(text[place]);
        auto const length = first < 0x80 ? size_t{1} : static_cast<size_t>(std::countl_one(first));
        char32_t point = first < 0x80 ? first : first & (0x7Fu >> length);
        for (size_t i = 1; i < length; ++i)
            point = point << 6 | (static_cast<unsigned char>(text[place + i]) & 0x3F);
        points.push_back(point);
        place += length;
    }
    return points;
}

Result<std::vector<SharedBytes>> write_texts(Tensor const& tensor)
{
    std::vector<std::vector<char32_t>> texts;
    size_t longest = 1; // NumPy has no text of length 0
    for (auto const& text : tensor.strings()) {
        if (!is_utf8(text))
            return unsupported("text that is not valid UTF-8 cannot be written to .npy");
        texts.push_back(code_points_of(text));
        longest = std::max(longest, texts.back().size());
    }
    auto const length = static_cast<uint64_t>(longest);
    if (tensor.count() > most_text_bytes / npy_code_point_bytes / length)
        return exhausted(std::to_string(tensor.count()) + " texts, each filled up to the " + std::to_string(length) + " characters of the longest, are more than " + std::to_string(most_text_bytes) + " bytes of .npy");
    std::vector<char32_t> data(tensor.count() * length, 0);
    for (size_t index = 0; index < texts.size(); ++index)
        std::copy(texts[index].begin(), texts[index].end(), data.begin() + static_cast<std::ptrdiff_t>(index * length));
    return std::vector<SharedBytes>{header_of("<U" + std::to_string(length), tensor.shape()), SharedBytes::take(std::move(data))};
}

}

Result<std::vector<SharedBytes>> write_npy(Tensor const& tensor)
{
    if (tensor.rank() > npy_most_axes)
        return unsupported("a tensor of " + std::to_string(tensor.rank()) + " axes, NumPy has at most " + std::to_string(npy_most_axes));
    if (tensor.dtype() == DType::string)
        return write_texts(tensor);
    for (auto const& type : npy_types)
        if (type.dtype == tensor.dtype())
            return std::vector<SharedBytes>{header_of(std::string(type.written), tensor.shape()), tensor.data()};
    return unsupported("NumPy has no dtype " + std::string(name_of(tensor.dtype()))).hint("write it to .safetensors, or cast it to float32 first");
}
