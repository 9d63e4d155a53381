#include "json/json.h"

#include <algorithm>
#include <limits>
#include <vector>

namespace {

constexpr size_t longest_quote = 80;

// A piece of the input as it may stand in a message: shortened, printable, valid UTF-8.
std::string in_quotes(std::string_view text)
{
    bool const cut = text.size() > longest_quote;
    return Json(std::string(text.substr(0, longest_quote))).dump(-1, ' ', true, Json::error_handler_t::replace) + (cut ? "..." : "");
}

// A key as it stands in a JSON pointer.
std::string pointer_token(std::string_view key)
{
    auto const quotes = in_quotes(key);
    auto const opening = quotes.find('"') + 1;
    std::string token;
    for (char const c : quotes.substr(opening, quotes.rfind('"') - opening)) {
        if (c == '~')
            token += "~0";
        else if (c == '/')
            token += "~1";
        else
            token += c;
    }
    return token;
}

std::string place_in(std::string_view text, size_t byte)
{
    auto const before = text.substr(0, byte);
    auto const line = 1 + std::count(before.begin(), before.end(), '\n');
    auto const line_start = before.rfind('\n');
    auto const column = line_start == std::string_view::npos ? before.size() + 1 : before.size() - line_start;
    return "byte " + std::to_string(byte) + " (line " + std::to_string(line) + ", column " + std::to_string(column) + ")";
}

// The parser's message without its own prefix and without the bytes that it read last, which may be anything.
std::string plain_message(std::string_view message)
{
    if (auto const prefix = message.find("] "); prefix != std::string_view::npos)
        message.remove_prefix(prefix + 2);
    if (auto const column = message.find("column "); column != std::string_view::npos)
        if (auto const colon = message.find(": ", column); colon != std::string_view::npos)
            message.remove_prefix(colon + 2);
    return std::string(message.substr(0, message.find("; last read:")));
}

// Receives the parser's events and builds the document. Keys are appended without a look at those before, and compared all at
// once when their object ends: appending stays linear however many there are.
class DocumentBuilder final : public nlohmann::json_sax<Json> {
public:
    DocumentBuilder(std::string_view text, uint32_t depth)
        : text_(text),
          depth_(depth)
    {
    }

    bool null() override { return add(Json(nullptr)); }
    bool boolean(bool value) override { return add(Json(value)); }
    bool number_integer(number_integer_t value) override { return add(Json(value)); }
    bool number_unsigned(number_unsigned_t value) override { return add(Json(value)); }
    bool string(string_t& value) override { return add(Json(std::move(value))); }
    bool binary(binary_t&) override { return fail(malformed("binary values do not exist in JSON")); }

    // The parser gives integers beyond 64 bits as the nearest float: that is not the number that was written.
    bool number_float(number_float_t value, string_t const& written) override
    {
        if (written.find_first_of(".eE") == string_t::npos)
            return fail(malformed("the integer " + in_quotes(written) + " does not fit 64 bits").at(pointer()));
        return add(Json(value));
    }

    bool start_object(size_t) override { return open(Json::object()); }
    bool start_array(size_t) override { return open(Json::array()); }
    bool end_array() override { return close(); }

    bool end_object() override
    {
        std::vector<std::string_view> keys;
        for (auto const& [name, value] : open_.back()->get_ref<Json::object_t const&>())
            keys.push_back(name);
        std::sort(keys.begin(), keys.end());
        if (auto const twice = std::adjacent_find(keys.begin(), keys.end()); twice != keys.end())
            return fail(malformed("the key " + in_quotes(*twice) + " stands twice in one object").at(pointer()));
        return close();
    }

    bool key(string_t& name) override
    {
        auto& members = object_members();
        members.emplace_back(std::move(name), Json());
        return true;
    }

    bool parse_error(size_t position, std::string const&, nlohmann::detail::exception const& error) override
    {
        return fail(malformed(plain_message(error.what())).at(place_in(text_, position > 0 ? position - 1 : 0)));
    }

    Result<Json> finish(bool complete) &&
    {
        if (failed_)
            return tl::unexpected(std::move(error_));
        CHECK(complete, "a parse that was not failed by this builder is complete");
        return std::move(document_);
    }

private:
    // ordered_map::emplace_back would be hidden behind a search for the key; the vector below it only appends.
    using Members = std::vector<std::pair<std::string const, Json>>;
    Members& object_members() { return open_.back()->get_ref<Json::object_t&>(); }

    Json* place(Json value)
    {
        if (open_.empty()) {
            document_ = std::move(value);
            return &document_;
        }
        if (open_.back()->is_array()) {
            auto& elements = open_.back()->get_ref<Json::array_t&>();
            elements.push_back(std::move(value));
            return &elements.back();
        }
        Json& member = object_members().back().second;
        member = std::move(value);
        return &member;
    }

    bool add(Json value)
    {
        place(std::move(value));
        return true;
    }

    bool open(Json container)
    {
        if (open_.size() >= depth_)
            return fail(exhausted("JSON is nested deeper than the limit of " + std::to_string(depth_)).at(pointer()));
        open_.push_back(place(std::move(container)));
        return true;
    }

    bool close()
    {
        open_.pop_back();
        return true;
    }

    // The container that is being read.
    std::string pointer() const
    {
        std::string path;
        for (size_t level = 0; level + 1 < open_.size(); ++level) {
            Json const& container = *open_[level];
            path += '/';
            path += container.is_array() ? std::to_string(container.size() - 1) : pointer_token(container.get_ref<Json::object_t const&>().back().first);
        }
        return path.empty() ? "at the top of the JSON value" : "in the JSON value at " + path;
    }

    bool fail(Failure failure)
    {
        failed_ = true;
        error_ = std::move(failure.value());
        return false;
    }

    std::string_view text_;
    uint32_t depth_;
    Json document_;
    std::vector<Json*> open_; // outermost first; a container does not move while one inside of it is open
    bool failed_ = false;
    Error error_{Reason::malformed, {}, {}, {}, 0};
};

Result<Json const*> member_of_kind(Json const& object, std::string_view key, bool (*is_kind)(Json const&), std::string_view wanted)
{
    Json const* const value = TRY(json_member(object, key));
    if (!is_kind(*value))
        return malformed("the member " + in_quotes(key) + " is " + std::string(json_kind(*value)) + ", wanted " + std::string(wanted));
    return value;
}

bool is_object(Json const& value) { return value.is_object(); }
bool is_array(Json const& value) { return value.is_array(); }
bool is_text(Json const& value) { return value.is_string(); }
bool is_number(Json const& value) { return value.is_number(); }
bool is_boolean(Json const& value) { return value.is_boolean(); }
bool is_integer(Json const& value)
{
    return value.is_number_integer() && (!value.is_number_unsigned() || value.get<uint64_t>() <= static_cast<uint64_t>(std::numeric_limits<int64_t>::max()));
}

}

Result<Json> read_json(std::string_view text, Limits const& limits) { return read_json(text, limits.depth, limits); }

Result<Json> read_json(std::string_view text, uint32_t depth, Limits const& limits)
{
    if (text.size() > limits.document_bytes)
        return exhausted("a JSON document of " + std::to_string(text.size()) + " bytes, the limit is " + std::to_string(limits.document_bytes));
    // The parser takes both of these for something else: a NUL for the end of the text, the mark for nothing at all.
    if (auto const nul = text.find('\0'); nul != std::string_view::npos)
        return malformed("a NUL byte in JSON").at(place_in(text, nul));
    if (text.starts_with("\xEF\xBB\xBF"))
        return malformed("a byte order mark in front of JSON").at("byte 0");
    DocumentBuilder builder(text, std::min(depth, limits.depth));
    bool const complete = Json::sax_parse(text.begin(), text.end(), &builder);
    return std::move(builder).finish(complete);
}

std::string write_json(Json const& value, int indent) { return value.dump(indent, ' ', false, Json::error_handler_t::replace); }

std::string_view json_kind(Json const& value)
{
    switch (value.type()) {
    case Json::value_t::object:
        return "object";
    case Json::value_t::array:
        return "array";
    case Json::value_t::string:
        return "string";
    case Json::value_t::boolean:
        return "boolean";
    case Json::value_t::number_integer:
    case Json::value_t::number_unsigned:
    case Json::value_t::number_float:
        return "number";
    default:
        return "null";
    }
}

Result<Json const*> json_member(Json const& object, std::string_view key)
{
    if (!object.is_object())
        return malformed("found " + std::string(json_kind(object)) + ", wanted an object with the member " + in_quotes(key));
    for (auto const& [name, value] : object.get_ref<Json::object_t const&>())
        if (name == key)
            return &value;
    return malformed("the member " + in_quotes(key) + " is not there");
}

Result<Json const*> json_object(Json const& object, std::string_view key) { return member_of_kind(object, key, is_object, "an object"); }
Result<Json const*> json_array(Json const& object, std::string_view key) { return member_of_kind(object, key, is_array, "an array"); }

Result<std::string> json_text(Json const& object, std::string_view key)
{
    Json const* const value = TRY(member_of_kind(object, key, is_text, "a string"));
    return value->get<std::string>();
}

Result<double> json_number(Json const& object, std::string_view key)
{
    Json const* const value = TRY(member_of_kind(object, key, is_number, "a number"));
    return value->get<double>();
}

Result<bool> json_boolean(Json const& object, std::string_view key)
{
    Json const* const value = TRY(member_of_kind(object, key, is_boolean, "true or false"));
    return value->get<bool>();
}

Result<int64_t> json_integer(Json const& object, std::string_view key)
{
    Json const* const value = TRY(member_of_kind(object, key, is_integer, "an integer of 64 bits"));
    return value->get<int64_t>();
}
