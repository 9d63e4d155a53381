#include "recognise/signatures.h"

#include <algorithm>
#include <cstring>

namespace {

using namespace std::string_view_literals;

struct Signature {
    Kind kind;
    size_t offset;
    std::string_view bytes;
    size_t further_offset = 0; // RIFF and its like say what they are a little later
    std::string_view further = {};
};

constexpr Signature signatures[] = {
    {Kind::numpy, 0, "\x93NUMPY"sv},
    {Kind::gguf, 0, "GGUF"sv},
    {Kind::image, 0, "\x89PNG\r\n\x1a\n"sv},
    {Kind::image, 0, "\xff\xd8\xff"sv},
    {Kind::image, 0, "GIF87a"sv},
    {Kind::image, 0, "GIF89a"sv},
    {Kind::image, 0, "RIFF"sv, 8, "WEBP"sv},
    {Kind::image, 0, "BM"sv, 6, "\0\0\0\0"sv},
    {Kind::image, 0, "II*\0"sv},
    {Kind::image, 0, "MM\0*"sv},
    {Kind::audio, 0, "RIFF"sv, 8, "WAVE"sv},
    {Kind::audio, 0, "fLaC"sv},
    {Kind::audio, 0, "OggS"sv},
    {Kind::audio, 0, "ID3"sv, 5, "\0"sv},
    {Kind::compressed, 0, "\x1f\x8b\x08"sv}, // gzip
    {Kind::compressed, 0, "BZh"sv, 4, "1AY&SY"sv}, // bzip2
    {Kind::compressed, 0, "\xfd\x37zXZ\0"sv},
    {Kind::compressed, 0, "\x04\x22\x4d\x18"sv}, // lz4
    {Kind::compressed, 0, "\x28\xb5\x2f\xfd"sv}, // zstd
    {Kind::compressed, 0, "\x78\x01"sv}, // zlib, as joblib writes it
    {Kind::compressed, 0, "\x78\x9c"sv},
    {Kind::compressed, 0, "\x78\xda"sv},
    {Kind::compressed, 0, "ZF0x"sv}, // joblib of old
};

bool has_at(std::string_view file, size_t offset, std::string_view bytes) { return file.size() >= offset && file.substr(offset).starts_with(bytes); }

// HDF5 may have a user block in front, of 512 bytes or a doubling of it. Source: HDF5 File Format Specification, II.A.
bool is_hdf5(std::string_view file)
{
    constexpr std::string_view signature = "\x89HDF\r\n\x1a\n";
    if (file.starts_with(signature))
        return true;
    for (size_t offset = 512; offset < file.size() && offset <= (size_t{1} << 40); offset *= 2)
        if (has_at(file, offset, signature))
            return true;
    return false;
}

}

std::optional<Kind> kind_by_signature(Bytes file)
{
    std::string_view const text = text_of(file);
    for (auto const& signature : signatures)
        if (has_at(text, signature.offset, signature.bytes) && has_at(text, signature.further_offset, signature.further))
            return signature.kind;
    if (is_hdf5(text))
        return Kind::hdf5;
    return std::nullopt;
}

bool looks_like_safetensors(Bytes file)
{
    constexpr uint64_t longest_header = 100'000'000;
    if (file.size() < 10)
        return false;
    uint64_t length;
    std::memcpy(&length, file.data(), sizeof length);
    std::string_view const header = text_of(file).substr(8);
    return length >= 2 && length <= longest_header && (header.starts_with("{\"") || header.starts_with("{}"));
}

bool looks_like_tar(Bytes file)
{
    constexpr size_t header_bytes = 512;
    constexpr size_t checksum_at = 148;
    if (file.size() < header_bytes || file[0] == std::byte{0})
        return false;
    unsigned sum = 0;
    for (size_t i = 0; i < header_bytes; ++i)
        sum += i >= checksum_at && i < checksum_at + 8 ? ' ' : static_cast<unsigned>(file[i]);
    unsigned stated = 0;
    size_t digits = 0;
    for (char const c : text_of(file).substr(checksum_at, 8)) {
        if (c >= '0' && c <= '7') {
            stated = stated * 8 + static_cast<unsigned>(c - '0');
            ++digits;
        } else if (c != ' ' && c != '\0') {
            return false;
        }
    }
    return digits > 0 && stated == sum;
}
