#include "serve/symbols.h"

#include <fmt/format.h>
#include <map>
#include <string_view>

std::optional<SymbolConflict> symbol_conflict(std::span<SessionValue const> inputs, std::span<NamedTensor const> tensors)
{
    struct Seen {
        int64_t size;
        std::string_view input;
    };
    std::map<std::string_view, Seen> symbols;
    for (size_t number = 0; number < inputs.size(); ++number) {
        if (!inputs[number].dims)
            continue;
        for (size_t axis = 0; axis < inputs[number].dims->size(); ++axis) {
            std::string_view const symbol = (*inputs[number].dims)[axis].symbol;
            if (symbol.empty())
                continue;
            int64_t const size = tensors[number].tensor.shape()[axis];
            auto const [seen, first] = symbols.try_emplace(symbol, Seen{size, inputs[number].name});
            if (!first && seen->second.size != size)
                return SymbolConflict{inputs[number].name, fmt::format("{} is {} here and {} in {}", symbol, size, seen->second.size, seen->second.input)};
        }
    }
    return std::nullopt;
}
