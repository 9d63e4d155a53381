#include "operators/families.h"

#include <algorithm>

// Texts of the program, known as a whole (torch/csrc/jit/runtime/register_prim_ops.cpp). Bytes are characters, as they are there.

namespace {

constexpr size_t most_text_bytes = 1'000'000;

Result<Value> as_text(std::string text)
{
    if (text.size() > most_text_bytes)
        return exhausted("a text of more than " + std::to_string(most_text_bytes) + " bytes");
    return Value{std::move(text)};
}

// Letters of ASCII alone, whatever the locale is.
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return is_lower(c) || is_upper(c); }
bool is_letter_or_digit(char c) { return is_letter(c) || is_digit(c); }
bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

Result<Value> length(Operation& op) { return Value{Dim(static_cast<int64_t>(TRY(op.text("a")).size()))}; }
Result<Value> joined_two(Operation& op) { return as_text(TRY(op.text("a")) + TRY(op.text("b"))); }

template <bool upper>
Result<Value> in_case(Operation& op)
{
    auto text = TRY(op.text("self"));
    for (char& c : text)
        if (upper ? is_lower(c) : is_upper(c))
            c = static_cast<char>(c ^ 0x20);
    return Value{std::move(text)};
}

template <bool (*holds)(char)>
Result<Value> all_are(Operation& op)
{
    auto const text = TRY(op.text("self"));
    return Value{!text.empty() && std::all_of(text.begin(), text.end(), holds)};
}

template <bool left, bool right>
Result<Value> stripped(Operation& op)
{
    auto const text = TRY(op.text("self"));
    auto const chars = op.has("chars") ? TRY(op.text("chars")) : std::string(" \n\t\f\v");
    size_t const first = left ? text.find_first_not_of(chars) : 0;
    if (first == std::string::npos || text.empty())
        return Value{std::string()};
    size_t const last = right ? text.find_last_not_of(chars) : text.size() - 1;
    return Value{last == std::string::npos ? std::string() : text.substr(first, last + 1 - first)};
}

// The part that start and end speak of; where it begins. A negative end counts its own place in.
struct TextPart {
    std::string text;
    int64_t start = 0;
};

Result<TextPart> part_asked_for(Operation& op)
{
    auto const text = TRY(op.text("self"));
    auto const size = static_cast<int64_t>(text.size());
    auto start = TRY(op.number("start"));
    auto end = TRY(op.number("end"));
    start = std::clamp<int64_t>(start < 0 ? size + std::max(start, -size) : start, 0, size);
    end = std::clamp<int64_t>(end < 0 ? size + std::max(end, -size - 1) + 1 : end, 0, size);
    return TextPart{end > start ? text.substr(static_cast<size_t>(start), static_cast<size_t>(end - start)) : std::string(), start};
}

template <bool from_end>
Result<Value> find(Operation& op)
{
    auto const part = TRY(part_asked_for(op));
    auto const wanted = TRY(op.text("substr"));
    size_t const place = from_end ? part.text.rfind(wanted) : part.text.find(wanted);
    return Value{Dim(place == std::string::npos ? -1 : part.start + static_cast<int64_t>(place))};
}

template <bool at_end>
Result<Value> begins_or_ends(Operation& op)
{
    auto const part = TRY(part_asked_for(op));
    auto const wanted = TRY(op.text("substr"));
    return Value{at_end ? part.text.ends_with(wanted) : part.text.starts_with(wanted)};
}

Result<Value> replaced(Operation& op)
{
    auto const text = TRY(op.text("self"));
    auto const old = TRY(op.text("old"));
    auto const by = TRY(op.text("new"));
    auto left = TRY(op.number("max"));
    if (old.empty())
        return unsupported("replace() of an empty text");
    std::string result;
    size_t begin = 0;
    for (size_t place = text.find(old); place != std::string::npos && left != 0 && result.size() <= most_text_bytes; place = text.find(old, begin), --left) {
        result += text.substr(begin, place - begin) + by;
        begin = place + old.size();
    }
    return as_text(result + text.substr(begin));
}

Result<Value> split(Operation& op)
{
    auto const text = TRY(op.text("self"));
    if (TRY(op.number("max")) >= 0)
        return unsupported("split() of a text with max");
    std::vector<Value> parts;
    if (!op.has("separator")) {
        for (size_t begin = 0; begin < text.size();) {
            auto const first = std::find_if_not(text.begin() + static_cast<int64_t>(begin), text.end(), is_space);
            auto const last = std::find_if(first, text.end(), is_space);
            if (first != last)
                parts.push_back(Value{std::string(first, last)});
            begin = static_cast<size_t>(last - text.begin());
        }
        return op.heap.list_of(std::move(parts));
    }
    auto const separator = TRY(op.text("separator"));
    if (separator.empty())
        return malformed("split() of a text by an empty one");
    size_t begin = 0;
    for (size_t place = text.find(separator); place != std::string::npos; place = text.find(separator, begin)) {
        parts.push_back(Value{text.substr(begin, place - begin)});
        begin = place + separator.size();
    }
    parts.push_back(Value{text.substr(begin)});
    return op.heap.list_of(std::move(parts));
}

Result<Value> joined(Operation& op)
{
    auto const separator = TRY(op.text("self"));
    auto const* const list = op.argument("values").as<std::shared_ptr<ListValue>>();
    if (list == nullptr)
        return unsupported("join() of a " + kind_of(op.argument("values")));
    std::string result;
    for (auto const& item : (*list)->items) {
        result += (&item == &(*list)->items[0] ? "" : separator) + *item.as<std::string>();
        if (result.size() > most_text_bytes)
            break;
    }
    return as_text(std::move(result));
}

Result<Value> character(Operation& op)
{
    auto const text = TRY(op.text("s"));
    auto const size = static_cast<int64_t>(text.size());
    auto const index = TRY(op.number("index"));
    if (index < -size || index >= size)
        return malformed("index " + std::to_string(index) + " into a text of " + std::to_string(size));
    return Value{std::string(1, text[static_cast<size_t>(index < 0 ? index + size : index)])};
}

Result<Value> part(Operation& op)
{
    auto const text = TRY(op.text("string"));
    auto const size = static_cast<int64_t>(text.size());
    auto const bound = [&](int64_t place) { return std::clamp<int64_t>(place < 0 ? size + std::max(place, -size) : place, 0, size); };
    int64_t const start = op.has("start") ? bound(TRY(op.number("start"))) : 0;
    int64_t const end = op.has("end") ? bound(TRY(op.number("end"))) : size;
    auto const step = TRY(op.number("step"));
    if (step != 1)
        return unsupported("a part of a text with step " + std::to_string(step));
    return Value{end > start ? text.substr(static_cast<size_t>(start), static_cast<size_t>(end - start)) : std::string()};
}

constexpr OperatorRow rows[] = {
    {"aten::len.str(str a) -> int", length},
    {"aten::add.str(str a, str b) -> str", joined_two},
    {"aten::lower(str self) -> str", in_case<false>},
    {"aten::upper(str self) -> str", in_case<true>},
    {"aten::isdigit(str self) -> bool", all_are<is_digit>},
    {"aten::isalpha(str self) -> bool", all_are<is_letter>},
    {"aten::isalnum(str self) -> bool", all_are<is_letter_or_digit>},
    {"aten::isspace(str self) -> bool", all_are<is_space>},
    {"aten::strip(str self, str? chars=None) -> str", stripped<true, true>},
    {"aten::lstrip(str self, str? chars=None) -> str", stripped<true, false>},
    {"aten::rstrip(str self, str? chars=None) -> str", stripped<false, true>},
    {"aten::find(str self, str substr, int start=0, int end=-1) -> int", find<false>},
    {"aten::rfind(str self, str substr, int start=0, int end=-1) -> int", find<true>},
    {"aten::startswith(str self, str substr, int start=0, int end=-1) -> bool", begins_or_ends<false>},
    {"aten::endswith(str self, str substr, int start=0, int end=-1) -> bool", begins_or_ends<true>},
    {"aten::replace(str self, str old, str new, int max=-1) -> str", replaced},
    {"aten::split.str(str self, str? separator=None, int max=-1) -> str[]", split},
    {"aten::join(str self, str[] values) -> str", joined},
    {"aten::__getitem__.str(str s, int index) -> str", character},
    {"aten::slice.str(str string, int? start=None, int? end=None, int step=1) -> str", part},
};

}

std::span<OperatorRow const> text_operators() { return rows; }
