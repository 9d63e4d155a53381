// Any bytes are of some kind.
#include "recognise/recognise.h"

#include "base/bytes.h"

#include <string>

extern "C" int LLVMFuzzerTestOneInput(uint8_t const* data, size_t size)
{
    recognise(SharedBytes::take(std::string(reinterpret_cast<char const*>(data), size)));
    return 0;
}
