#include "torch/exported_places.h"

namespace {

struct TraceFrame {
    std::string_view file;
    uint32_t line = 0;
};

// The innermost line of the user's: of File "net.py", line 12, in forward... with the outermost first.
TraceFrame user_frame(std::string_view trace)
{
    constexpr std::string_view mark = "File \"";
    constexpr std::string_view line_mark = "\", line ";
    TraceFrame innermost;
    while (true) {
        size_t const begin = trace.rfind(mark);
        if (begin == trace.npos)
            return innermost;
        auto const text = trace.substr(begin + mark.size());
        trace = trace.substr(0, begin);
        size_t const end = text.find(line_mark);
        if (end == text.npos)
            continue;
        TraceFrame frame{text.substr(0, end), 0};
        for (size_t i = end + line_mark.size(); i < text.size() && text[i] >= '0' && text[i] <= '9' && frame.line < 100'000'000; ++i)
            frame.line = frame.line * 10 + static_cast<uint32_t>(text[i] - '0');
        if (!is_of_framework(frame.file))
            return frame;
        if (innermost.file.empty())
            innermost = frame;
    }
}

}

SourcePlace ExportedPlaces::of_node(Json const& node, std::string const& member)
{
    auto const metadata = node.find("metadata");
    auto const text_of_key = [&](char const* key) -> std::string_view {
        if (metadata == node.end() || !metadata->is_object())
            return {};
        auto const found = metadata->find(key);
        return found != metadata->end() && found->is_string() ? std::string_view(found->get_ref<std::string const&>()) : std::string_view();
    };
    SourcePlace place;
    auto const frame = user_frame(text_of_key("stack_trace"));
    place.file = file(frame.file.empty() ? std::string_view(member) : frame.file);
    place.line = frame.line;
    // L__self__,,net.Net;L__self___conv,conv,torch.nn.modules.conv.Conv2d
    auto stack = text_of_key("nn_module_stack");
    stack = stack.substr(stack.rfind(';') == stack.npos ? 0 : stack.rfind(';') + 1);
    size_t const first = stack.find(',');
    size_t const second = stack.find(',', first + 1);
    auto const path = first == stack.npos || second == stack.npos ? std::string_view() : stack.substr(first + 1, second - first - 1);
    auto const name = node.find("name");
    if (!path.empty())
        place.scope = scope(path);
    else if (place.line == 0 && name != node.end() && name->is_string())
        place.scope = scope("node " + name->get<std::string>());
    return place;
}

uint32_t ExportedPlaces::file(std::string_view name)
{
    auto const found = files_.find(name);
    if (found != files_.end())
        return found->second;
    program_.files.emplace_back(name);
    return files_.emplace(name, static_cast<uint32_t>(program_.files.size() - 1)).first->second;
}

uint32_t ExportedPlaces::scope(std::string_view name)
{
    auto const found = scopes_.find(name);
    if (found != scopes_.end())
        return found->second;
    if (program_.scopes.empty())
        program_.scopes.emplace_back(); // 0 is no scope
    program_.scopes.emplace_back(name);
    return scopes_.emplace(name, static_cast<uint32_t>(program_.scopes.size() - 1)).first->second;
}
