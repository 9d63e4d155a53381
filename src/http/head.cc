#include "http/head.h"

#include "http/target.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>

namespace {

tl::unexpected<HttpRefusal> bad_request(std::string_view text) { return refuse_with(400, text); }

bool is_digit(char byte) { return byte >= '0' && byte <= '9'; }

bool is_token_byte(char byte)
{
    return is_digit(byte) || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte != '\0' && std::string_view("!#$%&'*+-.^_`|~").find(byte) != std::string_view::npos);
}

bool is_token(std::string_view text)
{
    return !text.empty() && std::ranges::all_of(text, is_token_byte);
}

// Visible characters, blanks, tabs, and bytes beyond ASCII.
bool is_field_byte(char byte) { return byte == '\t' || (static_cast<unsigned char>(byte) >= 0x20 && byte != 0x7f); }

std::string_view without_blanks(std::string_view text)
{
    auto const first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// Takes the next line of a head, whose line ends find_head() has checked.
std::string_view take_line(std::string_view& rest)
{
    auto const end = rest.find("\r\n");
    auto const line = rest.substr(0, end);
    rest.remove_prefix(end + 2);
    return line;
}

// The fields that frame the message, each seen at most once.
struct Framing {
    std::optional<std::string_view> host;
    std::optional<std::string_view> content_length;
    std::optional<std::string_view> transfer_encoding;
    std::optional<std::string_view> expect;
    bool says_close = false;
    bool says_keep_alive = false;
};

HttpResult<HttpField> read_field(std::string_view line)
{
    if (line.front() == ' ' || line.front() == '\t')
        return bad_request("a folded header line");
    auto const colon = line.find(':');
    if (colon == std::string_view::npos || !is_token(line.substr(0, colon)))
        return bad_request("a header line without a valid name");
    auto const value = without_blanks(line.substr(colon + 1));
    if (!std::ranges::all_of(value, is_field_byte))
        return bad_request("a control character in a header value");
    return HttpField{std::string(line.substr(0, colon)), std::string(value)};
}

void read_connection(std::string_view value, Framing& framing)
{
    while (!value.empty()) {
        auto const comma = std::min(value.find(','), value.size());
        auto const option = without_blanks(value.substr(0, comma));
        framing.says_close |= equal_without_case(option, "close");
        framing.says_keep_alive |= equal_without_case(option, "keep-alive");
        value.remove_prefix(std::min(comma + 1, value.size()));
    }
}

HttpResult<void> note_framing(HttpField const& field, Framing& framing)
{
    struct Single {
        std::string_view name;
        std::optional<std::string_view>& place;
        std::string_view twice;
    };
    Single const singles[] = {
        {"host", framing.host, "more than one Host"},
        {"content-length", framing.content_length, "more than one Content-Length"},
        {"transfer-encoding", framing.transfer_encoding, "more than one Transfer-Encoding"},
        {"expect", framing.expect, "more than one Expect"},
    };
    for (auto const& single : singles)
        if (equal_without_case(field.name, single.name)) {
            if (single.place)
                return bad_request(single.twice);
            single.place = field.value;
        }
    if (equal_without_case(field.name, "connection"))
        read_connection(field.value, framing);
    return {};
}

// host [":" port], as much of RFC 3986 as a name, an IPv4 or a bracketed IPv6 address needs.
bool is_host(std::string_view text)
{
    auto const is_name_byte = [](char byte) { return is_digit(byte) || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte == '-' || byte == '.' || byte == '_' || byte == ':'; };
    if (text.starts_with('[')) {
        auto const end = text.find(']');
        if (end == std::string_view::npos || !std::ranges::all_of(text.substr(1, end - 1), is_name_byte))
            return false;
        text.remove_prefix(end + 1);
        return text.empty() || (text.front() == ':' && std::ranges::all_of(text.substr(1), is_digit));
    }
    auto const colon = std::min(text.find(':'), text.size());
    return colon > 0 && std::ranges::all_of(text, is_name_byte) && (colon == text.size() || std::ranges::all_of(text.substr(colon + 1), is_digit));
}

// How the body is framed. Source: RFC 9112, 6.3, with everything ambiguous refused.
HttpResult<void> settle_body(Framing const& framing, bool version_1_0, HttpRequestHead& head)
{
    if (framing.transfer_encoding) {
        if (framing.content_length)
            return bad_request("Content-Length beside Transfer-Encoding");
        if (version_1_0)
            return bad_request("Transfer-Encoding in HTTP/1.0");
        if (*framing.transfer_encoding != "chunked")
            return refuse_with(501, "a transfer coding other than chunked");
        head.body = HttpBodyForm::chunked;
    } else if (framing.content_length) {
        auto const digits = *framing.content_length;
        if (digits.empty() || !std::ranges::all_of(digits, is_digit))
            return bad_request("a Content-Length that is not a number");
        auto const [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), head.content_length);
        if (error != std::errc() || end != digits.data() + digits.size())
            return refuse_with(413, phrase_of(413));
        head.body = head.content_length > 0 ? HttpBodyForm::sized : HttpBodyForm::none;
    }
    if (framing.expect && !version_1_0) {
        if (!equal_without_case(*framing.expect, "100-continue"))
            return refuse_with(417, "an expectation other than 100-continue");
        head.expects_continue = head.body != HttpBodyForm::none;
    }
    return {};
}

// Answers whether the version is 1.0.
HttpResult<bool> read_version(std::string_view version)
{
    if (version == "HTTP/1.1" || version == "HTTP/1.0")
        return version.back() == '0';
    if (version.size() == 8 && version.starts_with("HTTP/") && is_digit(version[5]) && version[6] == '.' && is_digit(version[7]))
        return refuse_with(505, phrase_of(505));
    return bad_request("a request line that is not METHOD TARGET HTTP/1.1");
}

}

HttpResult<size_t> find_head(std::string_view bytes, size_t seen, HttpLimits const& limits)
{
    auto const too_large = [&](size_t length) { return length > limits.head_bytes; };
    for (size_t place = seen > 0 ? seen - 1 : 0; place < bytes.size(); ++place) {
        char const byte = bytes[place];
        if (byte == '\0')
            return bad_request("a NUL in the head");
        if (byte == '\n' && (place == 0 || bytes[place - 1] != '\r'))
            return bad_request("a line that does not end with CR LF");
        if (byte == '\r' && place + 1 < bytes.size() && bytes[place + 1] != '\n')
            return bad_request("a CR without LF");
        if (byte == '\n' && place == 1)
            return bad_request("an empty request line");
        if (byte == '\n' && bytes.substr(0, place + 1).ends_with("\r\n\r\n")) {
            if (too_large(place + 1))
                break;
            return place + 1;
        }
    }
    if (!too_large(bytes.size()))
        return 0;
    bool const line_alone = bytes.substr(0, limits.head_bytes).find('\n') == std::string_view::npos;
    return line_alone ? refuse_with(414, phrase_of(414)) : refuse_with(431, phrase_of(431));
}

HttpResult<HttpRequestHead> read_request_head(std::string_view head, HttpLimits const& limits)
{
    HttpRequestHead result;
    auto const request_line = take_line(head);
    auto const first = request_line.find(' ');
    auto const last = request_line.rfind(' ');
    if (first == std::string_view::npos || first == last || !is_token(request_line.substr(0, first)))
        return bad_request("a request line that is not METHOD TARGET HTTP/1.1");
    bool const version_1_0 = TRY(read_version(request_line.substr(last + 1)));
    result.request.method = request_line.substr(0, first);
    TRY(read_target(request_line.substr(first + 1, last - first - 1), result.request));

    std::vector<std::string_view> lines;
    while (!head.empty())
        if (auto const line = take_line(head); !line.empty()) {
            if (lines.size() == limits.fields)
                return refuse_with(431, phrase_of(431));
            lines.push_back(line);
        }
    Framing framing; // views of the fields' values:
    result.request.fields.reserve(lines.size()); // they may not move
    for (auto const line : lines) {
        result.request.fields.push_back(TRY(read_field(line)));
        TRY(note_framing(result.request.fields.back(), framing));
    }
    if (!framing.host)
        return bad_request("no Host");
    if (!is_host(*framing.host))
        return bad_request("a Host that is not a name or an address");
    TRY(settle_body(framing, version_1_0, result));
    result.keep_alive = !framing.says_close && (!version_1_0 || framing.says_keep_alive);
    return result;
}

std::string target_as_sent(std::string_view head)
{
    auto const begin = head.find(' ');
    return begin == std::string_view::npos ? std::string() : std::string(head.substr(begin + 1, head.find_first_of(" \r\n", begin + 1) - begin - 1));
}

std::string reply_head(HttpReply const& reply, HttpReplyFrame const& frame)
{
    bool const bodiless = reply.status == 204 || reply.status == 304;
    auto text = fmt::format("HTTP/1.1 {} {}\r\ndate: {}\r\nx-request-id: {}\r\nx-content-type-options: nosniff\r\n", reply.status, phrase_of(reply.status), frame.date, frame.id);
    if (!bodiless)
        text += fmt::format("content-length: {}\r\n", reply.body.size());
    text += frame.keep_alive ? "connection: keep-alive\r\n" : "connection: close\r\n"; // HTTP/1.0 clients need the first
    for (auto const& field : reply.fields) {
        text += field.name;
        text += ": ";
        for (char const byte : field.value)
            text += is_field_byte(byte) ? byte : ' ';
        text += "\r\n";
    }
    text += "\r\n";
    return text;
}

std::string date_text(int64_t unix_seconds)
{
    static constexpr std::string_view days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr std::string_view months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    std::chrono::sys_seconds const time{std::chrono::seconds(unix_seconds)};
    auto const day = std::chrono::floor<std::chrono::days>(time);
    std::chrono::year_month_day const date{day};
    std::chrono::hh_mm_ss const clock{time - day};
    return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", days[std::chrono::weekday(day).c_encoding()], static_cast<unsigned>(date.day()),
        months[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()), clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}
