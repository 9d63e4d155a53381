// Any bytes have a foreign name or none, and facts of any model can be asked for.
#include "foreign/foreign.h"
#include "foreign/protobuf_fields.h"

#include "base/check.h"

#include "fuzz/mutate_protobuf.h"

#include <string>

// seeds: tests/hostile/cases/polyglot-* tests/hostile/cases/7z-*

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t most, unsigned seed)
{
    std::minstd_rand dice(seed);
    return mutate_protobuf(data, size, most, dice);
}

extern "C" int LLVMFuzzerTestOneInput(uint8_t const* data, size_t size)
{
    auto const file = SharedBytes::take(std::string(reinterpret_cast<char const*>(data), size));
    foreign_format_of(file.bytes());
    Limits limits;
    limits.entries = 10'000;
    limits.unpacked_bytes = 1 << 24;
    foreign_facts(file, limits);
    ProtobufFields fields(file.bytes());
    while (auto const field = fields.next())
        CHECK(field->bytes.size() <= size, "a field is a part of the message");
    return 0;
}
