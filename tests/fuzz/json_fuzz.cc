#include "json/json.h"

#include "base/check.h"

#include "fuzz/mutate_json.h"

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t most, unsigned seed)
{
    std::minstd_rand dice(seed);
    return mutate_json(data, size, most, dice);
}

// What is read can be written, and reads again as the same value.
extern "C" int LLVMFuzzerTestOneInput(uint8_t const* data, size_t size)
{
    std::string_view const text(reinterpret_cast<char const*>(data), size);
    if (auto const document = read_json(text)) {
        auto const again = read_json(write_json(*document));
        CHECK(again.has_value() && *again == *document, "a document survives being written");
    }
    return 0;
}
