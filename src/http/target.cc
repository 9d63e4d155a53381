#include "http/target.h"

#include "base/utf8.h"

#include <algorithm>

namespace {

constexpr size_t most_query_parameters = 64;

tl::unexpected<HttpRefusal> bad_target(std::string_view text) { return refuse_with(400, text); }

// What RFC 3986 allows in a path or a query: unreserved, sub-delims, ":", "@", "/", and the percent sign.
bool is_target_byte(char byte)
{
    bool const letter = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9');
    return letter || (byte != '\0' && std::string_view("-._~!$&'()*+,;=:@/%?").find(byte) != std::string_view::npos);
}

int hex_value(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    if (digit >= 'a' && digit <= 'f')
        return digit - 'a' + 10;
    if (digit >= 'A' && digit <= 'F')
        return digit - 'A' + 10;
    return -1;
}

HttpResult<std::string> percent_decoded(std::string_view text)
{
    std::string decoded;
    decoded.reserve(text.size());
    for (size_t place = 0; place < text.size(); ++place) {
        if (text[place] != '%') {
            decoded += text[place];
            continue;
        }
        int const high = place + 2 < text.size() ? hex_value(text[place + 1]) : -1;
        int const low = high >= 0 ? hex_value(text[place + 2]) : -1;
        if (low < 0)
            return bad_target("a percent sign without two hex digits");
        decoded += static_cast<char>(high * 16 + low);
        place += 2;
    }
    if (decoded.find('\0') != std::string::npos || !is_utf8(decoded))
        return bad_target("a target that is not UTF-8 text");
    return decoded;
}

// Each segment is decoded by itself, so that an encoded slash is never taken for a separator.
HttpResult<std::string> decoded_path(std::string_view path)
{
    std::string decoded;
    while (!path.empty()) {
        path.remove_prefix(1); // the slash
        auto const end = std::min(path.find('/'), path.size());
        auto const segment = TRY(percent_decoded(path.substr(0, end)));
        if (segment == "." || segment == ".." || segment.find_first_of("/\\") != std::string::npos)
            return bad_target("a path that is not in its plain form");
        decoded += '/';
        decoded += segment;
        path.remove_prefix(end);
    }
    return decoded;
}

HttpResult<HttpFields> decoded_query(std::string_view query)
{
    HttpFields parameters;
    while (!query.empty()) {
        auto const end = std::min(query.find('&'), query.size());
        std::string pair(query.substr(0, end));
        query.remove_prefix(std::min(end + 1, query.size()));
        if (pair.empty())
            continue;
        if (parameters.size() == most_query_parameters)
            return bad_target("too many query parameters");
        std::ranges::replace(pair, '+', ' ');
        auto const equals = std::min(pair.find('='), pair.size());
        auto name = TRY(percent_decoded(std::string_view(pair).substr(0, equals)));
        auto value = TRY(percent_decoded(std::string_view(pair).substr(std::min(equals + 1, pair.size()))));
        parameters.push_back({std::move(name), std::move(value)});
    }
    return parameters;
}

}

HttpResult<void> read_target(std::string_view target, HttpRequest& request)
{
    if (!target.starts_with('/') || !std::ranges::all_of(target, is_target_byte))
        return bad_target("a request target that is not a path");
    auto const question = std::min(target.find('?'), target.size());
    request.target = target;
    request.path = TRY(decoded_path(target.substr(0, question)));
    request.query = TRY(decoded_query(target.substr(std::min(question + 1, target.size()))));
    return {};
}
