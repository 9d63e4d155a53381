#include "registry/reference.h"

// Any text as a model address. What is taken for a reference is a name, an alias or a stage that a registry may hold, and its
// spelling means the same again.

extern "C" int LLVMFuzzerTestOneInput(uint8_t const* data, size_t size)
{
    std::string const text(reinterpret_cast<char const*>(data), size);
    (void)check_tag(text, text);
    (void)check_version_path(text);
    (void)parse_named_model(text);
    for (auto const& address : {parse_model_address(text), parse_model_address("models:/" + text)}) {
        if (!address || std::holds_alternative<ModelPath>(*address))
            continue;
        auto const& reference = std::get<ModelReference>(*address);
        auto const again = parse_model_reference(reference.text());
        if (!again || *again != reference || !check_model_name(reference.name))
            __builtin_trap();
    }
    return 0;
}
