#include "pickle/render.h"

#include "base/utf8.h"
#include "pickle/literals.h"

#include <charconv>

namespace {

constexpr int most_depth = 8;

class Renderer {
public:
    explicit Renderer(size_t most_bytes)
        : most_bytes_(most_bytes)
    {
    }

    void add(PickleValue value, int depth);
    std::string take() { return full() ? std::string(whole_utf8(std::string_view(text_).substr(0, most_bytes_ < 3 ? 0 : most_bytes_ - 3))) + "..." : std::move(text_); }

private:
    bool full() const { return text_.size() > most_bytes_; }
    std::string_view shown_part(std::string_view text) const;
    void add_text(std::string_view text);
    void add_bytes(Bytes bytes);
    void add_cut(PickleValue value);
    void add_items(char open, PickleValue value, char close, int depth);
    void add_pairs(PickleValue value, int depth);
    void add_call(PickleValue object, int depth);

    size_t most_bytes_;
    std::string text_;
};

// No more of a text than can be shown.
std::string_view Renderer::shown_part(std::string_view text) const { return text.size() > most_bytes_ ? whole_utf8(text.substr(0, most_bytes_ + 1)) : text; }

void Renderer::add_text(std::string_view text)
{
    std::string quoted;
    for (char const c : shown_part(text)) {
        if (c == '\'' || c == '\\')
            quoted += '\\';
        quoted += c;
    }
    text_ += '\'' + escape_unprintable(quoted) + '\'';
}

void Renderer::add_bytes(Bytes bytes)
{
    static constexpr char digits[] = "0123456789abcdef";
    text_ += "b'";
    for (char const c : text_of(bytes)) {
        if (full())
            return;
        auto const byte = static_cast<unsigned char>(c);
        if (byte < ' ' || byte >= 0x7f) {
            text_ += "\\x";
            text_ += digits[byte >> 4];
            text_ += digits[byte & 15];
        } else {
            if (c == '\'' || c == '\\')
                text_ += '\\';
            text_ += c;
        }
    }
    text_ += '\'';
}

void Renderer::add_cut(PickleValue value)
{
    if (value.is_cut())
        text_ += "<first of " + std::to_string(value.full_length()) + " bytes>";
}

void Renderer::add_items(char open, PickleValue value, char close, int depth)
{
    text_ += open;
    for (size_t index = 0; index < value.size() && !full(); ++index) {
        text_ += index == 0 ? "" : ", ";
        add(value.item(index), depth + 1);
    }
    if (value.is(NodeKind::tuple) && value.size() == 1)
        text_ += ',';
    text_ += close;
}

void Renderer::add_pairs(PickleValue value, int depth)
{
    text_ += '{';
    bool first = true;
    for (auto const& [key, item] : value.pairs()) {
        if (full())
            return;
        text_ += first ? "" : ", ";
        first = false;
        add(value.other(key), depth + 1);
        text_ += ": ";
        add(value.other(item), depth + 1);
    }
    text_ += '}';
}

void Renderer::add_call(PickleValue object, int depth)
{
    add(*object.callable(), depth + 1);
    auto const arguments = *object.arguments();
    text_ += '(';
    if (!arguments.is(NodeKind::tuple)) {
        text_ += '*';
        add(arguments, depth + 1);
    }
    for (size_t index = 0; arguments.is(NodeKind::tuple) && index < arguments.size() && !full(); ++index) {
        text_ += index == 0 ? "" : ", ";
        add(arguments.item(index), depth + 1);
    }
    if (auto const named = object.keyword_arguments()) {
        text_ += arguments.is(NodeKind::tuple) && arguments.size() == 0 ? "**" : ", **";
        add(*named, depth + 1);
    }
    text_ += ')';
}

void Renderer::add(PickleValue value, int depth)
{
    if (full())
        return;
    if (depth > most_depth) {
        text_ += "...";
        return;
    }
    switch (value.kind()) {
    case NodeKind::none:
        text_ += "None";
        return;
    case NodeKind::boolean:
        text_ += *value.boolean() ? "True" : "False";
        return;
    case NodeKind::integer:
        text_ += std::to_string(*value.integer());
        return;
    case NodeKind::big_integer:
        text_ += "<int of " + std::to_string(value.full_length()) + " bytes>";
        return;
    case NodeKind::real: {
        char digits[32];
        text_ += std::string_view(digits, std::to_chars(digits, digits + sizeof digits, *value.real()).ptr);
        return;
    }
    case NodeKind::bytes:
        add_bytes(*value.bytes());
        return add_cut(value);
    case NodeKind::byte_array:
        text_ += "bytearray(";
        add_bytes(*value.bytes());
        add_cut(value);
        text_ += ')';
        return;
    case NodeKind::text:
        add_text(*value.text());
        return add_cut(value);
    case NodeKind::tuple:
        return add_items('(', value, ')', depth);
    case NodeKind::list:
        return add_items('[', value, ']', depth);
    case NodeKind::set:
    case NodeKind::frozen_set:
        text_ += name_of(value.kind());
        return add_items('(', value, ')', depth);
    case NodeKind::dict:
        return add_pairs(value, depth);
    case NodeKind::global:
        text_ += escape_unprintable(shown_part(*value.module())) + '.' + escape_unprintable(shown_part(*value.name()));
        return;
    case NodeKind::object:
        return add_call(value, depth);
    case NodeKind::persistent_id:
        text_ += "persistent id ";
        return add(*value.persistent_id(), depth + 1);
    case NodeKind::extension:
        text_ += "<extension " + std::to_string(*value.number()) + ">";
        return;
    case NodeKind::buffer:
        text_ += "<buffer " + std::to_string(*value.number()) + ">";
        return;
    }
}

}

std::string text_of(PickleValue value, size_t most_bytes)
{
    Renderer renderer(most_bytes);
    renderer.add(value, 0);
    return renderer.take();
}
