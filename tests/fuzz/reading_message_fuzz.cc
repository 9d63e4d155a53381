#include "cli/weights_reading.h"
#include "process/message.h"
#include "publish/model_message.h"

#include "base/check.h"

#include <cstring>
#include <sys/mman.h>
#include <unistd.h>

// seeds: tests/fuzz/corpus/reading_message_fuzz
// dictionaries: onnx safetensors

// What the process says and writes that reads a model or its weights is as untrusted as the file: a note, what a failed conversion leaves behind,
// an error, and the last word together with the files beside it. A first byte says which; the files lie behind their lengths.

namespace {

std::string_view take(std::string_view& bytes)
{
    uint32_t length = 0;
    if (bytes.size() >= sizeof length)
        std::memcpy(&length, bytes.data(), sizeof length);
    bytes.remove_prefix(std::min(bytes.size(), sizeof length));
    auto const taken = bytes.substr(0, length);
    bytes.remove_prefix(taken.size());
    return taken;
}

ReadingResult result_of(std::string_view bytes)
{
    ReadingResult result;
    result.payload = take(bytes);
    for (int output = 0; output < 3; ++output)
        result.outputs.push_back(SharedBytes::take(std::string(take(bytes))));
    return result;
}

// The file that was read, which no longer matters: an ONNX model of no nodes.
SourceFile source()
{
    int const descriptor = ::memfd_create("model", MFD_CLOEXEC);
    CHECK(::write(descriptor, "\x08\x08\x3a\x00", 4) == 4, "there is memory for a file of four bytes");
    return {*MappedFile::adopt(descriptor, "model.onnx"), {}, Kind::onnx};
}

void read_model_said(std::string_view bytes)
{
    auto file = source();
    ConversionRequest request;
    Trail trail;
    auto const read = parse_model(file, result_of(bytes), request, trail);
    if (!read || !read->arguments)
        return;
    for (size_t const count : {0, 1, 2, 5})
        if (auto const names = read->arguments(count))
            CHECK(names->size() <= bytes.size(), "each name was said");
}

void read_weights_said(std::string_view bytes)
{
    auto const weights = take_weights(result_of(bytes));
    if (!weights)
        return;
    for (auto const& tensor : weights->tensors)
        CHECK(tensor.tensor.bytes().size() <= bytes.size(), "no tensor is longer than the file that was written");
}

}

extern "C" int LLVMFuzzerTestOneInput(uint8_t const* data, size_t size)
{
    if (size == 0)
        return 0;
    std::string_view const bytes(reinterpret_cast<char const*>(data) + 1, size - 1);
    Trail trail;
    switch (data[0] % 5) {
    case 0:
        if (auto const receipt = parse_receipt(bytes))
            CHECK(static_cast<int>(receipt->kind) < kind_count, "the kind is one that there is");
        break;
    case 1:
        if (parse_trail(bytes, trail))
            CHECK(trail.unsupported.size() <= bytes.size(), "each operator was said");
        break;
    case 2:
        if (auto const error = parse_error(bytes)) {
            auto const again = parse_error(bytes_of_error(*error));
            CHECK(again.has_value() && again->text() == error->text(), "an error survives being sent");
        }
        break;
    case 3:
        read_model_said(bytes);
        break;
    case 4:
        read_weights_said(bytes);
        break;
    }
    return 0;
}
