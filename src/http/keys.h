#pragma once

#include "base/digest.h"
#include "base/result.h"

#include <string>
#include <string_view>
#include <vector>

// Bearer keys. Only their SHA-256 digests are kept; a key that is shown is compared with all of them in constant time.

class HttpKeys {
public:
    // One key a line; empty lines and lines that start with # are passed over. Fails with malformed where no key is there, or one is
    // shorter than 16 characters, longer than 512 or holds anything but visible ASCII (RFC 6750, 2.1); the key itself is never told.
    static Result<HttpKeys> parse(std::string_view text);
    // The same from a file of at most 64 KiB. Refused where others than its owner may read or write it.
    static Result<HttpKeys> read_file(std::string const& path);

    // Whether the value of an Authorization field is "Bearer " and a key of these.
    bool admit(std::string_view authorization) const;

private:
    std::vector<std::string> digests_; // hex
};
