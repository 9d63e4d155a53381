#include "http/content_coding.h"

#include <zlib.h>

#include <algorithm>

namespace {

constexpr int zlib_wrapper = MAX_WBITS;
constexpr int gzip_wrapper = MAX_WBITS + 16;
constexpr size_t piece_bytes = 64 << 10;
constexpr size_t least_encoded_bytes = 1'024; // below it the wrapper costs more than it saves
constexpr int quick_level = 1;
constexpr int memory_level = 8; // zlib's own default

enum class Coding : uint8_t {
    identity,
    gzip,
    deflate,
    unknown,
};

std::string_view without_blanks(std::string_view text)
{
    auto const first = text.find_first_not_of(" \t");
    return first == std::string_view::npos ? std::string_view() : text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

Coding coding_of(std::string_view name)
{
    name = without_blanks(name);
    if (name.empty() || equal_without_case(name, "identity"))
        return Coding::identity;
    if (equal_without_case(name, "gzip") || equal_without_case(name, "x-gzip"))
        return Coding::gzip;
    return equal_without_case(name, "deflate") ? Coding::deflate : Coding::unknown;
}

Bytef* bytes_of(char const* text) { return reinterpret_cast<Bytef*>(const_cast<char*>(text)); } // zlib only reads them

class Inflater {
public:
    Inflater(std::string const& packed, int wrapper)
    {
        stream_.next_in = bytes_of(packed.data());
        stream_.avail_in = static_cast<uInt>(packed.size()); // bodies are far below 4 GiB
        ready_ = inflateInit2(&stream_, wrapper) == Z_OK;
    }
    Inflater(Inflater const&) = delete;
    ~Inflater() { inflateEnd(&stream_); }

    HttpResult<std::string> all(uint64_t most)
    {
        std::string text;
        int state = ready_ ? Z_OK : Z_MEM_ERROR;
        while (state == Z_OK) {
            size_t const had = text.size();
            if (had > most)
                return refuse_with(413, phrase_of(413));
            text.resize(had + piece_bytes);
            stream_.next_out = bytes_of(text.data() + had);
            stream_.avail_out = piece_bytes;
            state = inflate(&stream_, Z_NO_FLUSH);
            text.resize(had + piece_bytes - stream_.avail_out);
        }
        if (state != Z_STREAM_END || stream_.avail_in > 0)
            return refuse_with(400, phrase_of(400));
        if (text.size() > most)
            return refuse_with(413, phrase_of(413));
        return text;
    }

private:
    z_stream stream_{};
    bool ready_ = false;
};

// Nothing where zlib cannot.
std::optional<std::string> packed(std::string const& text, int wrapper)
{
    z_stream stream{};
    if (deflateInit2(&stream, quick_level, Z_DEFLATED, wrapper, memory_level, Z_DEFAULT_STRATEGY) != Z_OK)
        return std::nullopt;
    std::string result(deflateBound(&stream, text.size()), '\0');
    stream.next_in = bytes_of(text.data());
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = bytes_of(result.data());
    stream.avail_out = static_cast<uInt>(result.size());
    int const state = deflate(&stream, Z_FINISH);
    result.resize(stream.total_out);
    deflateEnd(&stream);
    return state == Z_STREAM_END ? std::optional(std::move(result)) : std::nullopt;
}

bool has_quality_zero(std::string_view parameters)
{
    auto const quality = parameters.find("q=0");
    return quality != std::string_view::npos && parameters.substr(quality + 3).find_first_of("123456789") == std::string_view::npos;
}

// The first coding asked for by name that we have.
Coding accepted_coding(std::string_view accept_encoding)
{
    while (!accept_encoding.empty()) {
        auto const item = accept_encoding.substr(0, accept_encoding.find(','));
        auto const semicolon = std::min(item.size(), item.find(';'));
        auto const coding = coding_of(item.substr(0, semicolon));
        if ((coding == Coding::gzip || coding == Coding::deflate) && !has_quality_zero(item.substr(semicolon)))
            return coding;
        accept_encoding.remove_prefix(std::min(accept_encoding.size(), item.size() + 1));
    }
    return Coding::identity;
}

}

bool is_known_coding(std::string_view content_encoding) { return coding_of(content_encoding) != Coding::unknown; }

HttpResult<std::string> decoded_body(std::string body, std::string_view content_encoding, uint64_t most)
{
    switch (coding_of(content_encoding)) {
    case Coding::identity:
        return body;
    case Coding::gzip:
        return Inflater(body, gzip_wrapper).all(most);
    case Coding::deflate:
        return Inflater(body, zlib_wrapper).all(most);
    case Coding::unknown:
        break;
    }
    return refuse_with(415, phrase_of(415));
}

void encode_reply(HttpReply& reply, std::string_view accept_encoding)
{
    auto const coding = reply.body.size() < least_encoded_bytes ? Coding::identity : accepted_coding(accept_encoding);
    if (coding == Coding::identity)
        return;
    auto encoded = packed(reply.body, coding == Coding::gzip ? gzip_wrapper : zlib_wrapper);
    if (!encoded)
        return;
    reply.body = *std::move(encoded);
    reply.fields.push_back({"content-encoding", coding == Coding::gzip ? "gzip" : "deflate"});
    reply.fields.push_back({"vary", "accept-encoding"});
}
