#pragma once

#include "http/message.h"
#include "http/refused.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// Content codings of HTTP: gzip, and deflate in its zlib wrapper. Source: RFC 9110, 8.4.1 and 12.5.3.

// Whether a Content-Encoding field names what decoded_body() takes: nothing at all, identity, gzip, x-gzip or deflate.
bool is_known_coding(std::string_view content_encoding);

// `body` without its coding, which is a known one. Refuses with 413 what is longer than `most` bytes, and with 400 what is broken, ends early
// or has bytes behind its end.
HttpResult<std::string> decoded_body(std::string body, std::string_view content_encoding, uint64_t most);

// Encodes the body of a reply, and says so in its fields, where it is long enough to gain and `accept_encoding` asks for gzip or deflate by
// name and not with a quality of 0.
void encode_reply(HttpReply& reply, std::string_view accept_encoding);
