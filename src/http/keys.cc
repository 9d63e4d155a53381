#include "http/keys.h"

#include "http/message.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace {

constexpr size_t shortest_key = 16;
constexpr size_t longest_key = 512;
constexpr size_t most_file_bytes = 64 << 10;
constexpr std::string_view scheme = "Bearer ";

bool equal_in_constant_time(std::string_view a, std::string_view b)
{
    unsigned difference = a.size() == b.size() ? 0 : 1;
    for (size_t place = 0; place < std::min(a.size(), b.size()); ++place)
        difference |= static_cast<unsigned char>(a[place] ^ b[place]);
    return difference == 0;
}

struct OpenFile {
    int descriptor;
    ~OpenFile() { ::close(descriptor); }
};

// A text whose bytes are wiped when it goes.
struct SecretText {
    std::string text;
    ~SecretText() { ::explicit_bzero(text.data(), text.size()); }
};

Result<void> read_all(int descriptor, std::string& text)
{
    text.resize(most_file_bytes + 1);
    size_t length = 0;
    while (length < text.size()) {
        auto const count = ::read(descriptor, text.data() + length, text.size() - length);
        if (count < 0 && errno != EINTR)
            return system_failure("the key file cannot be read", errno);
        if (count == 0)
            break;
        length += static_cast<size_t>(std::max<ssize_t>(count, 0));
    }
    if (length > most_file_bytes)
        return exhausted("the key file is longer than 64 KiB");
    text.resize(length);
    return {};
}

}

Result<HttpKeys> HttpKeys::parse(std::string_view text)
{
    HttpKeys keys;
    for (size_t number = 1; !text.empty(); ++number) {
        auto line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        if (line.ends_with('\r'))
            line.remove_suffix(1);
        if (line.empty() || line.starts_with('#'))
            continue;
        bool const visible = std::ranges::all_of(line, [](char byte) { return byte > 0x20 && byte < 0x7f; });
        if (line.size() < shortest_key || line.size() > longest_key || !visible)
            return malformed("a key that is not 16 to 512 visible characters").at("line " + std::to_string(number)).hint("make one with `openssl rand -hex 32`");
        keys.digests_.push_back(Digest::of(bytes_of(line)).hex());
    }
    if (keys.digests_.empty())
        return malformed("no key: one key a line was wanted").hint("make one with `openssl rand -hex 32`");
    return keys;
}

Result<HttpKeys> HttpKeys::read_file(std::string const& path)
{
    OpenFile const file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
    if (file.descriptor < 0)
        return within(path, Result<HttpKeys>(system_failure("the key file cannot be opened", errno)));
    struct stat status;
    if (::fstat(file.descriptor, &status) != 0)
        return within(path, Result<HttpKeys>(system_failure("the key file cannot be examined", errno)));
    if (!S_ISREG(status.st_mode))
        return refused("the key file is not a regular file").at(path);
    if ((status.st_mode & 077) != 0)
        return refused("others than its owner may open the key file").at(path).hint("chmod 600 " + path);
    SecretText secret;
    TRY(within(path, read_all(file.descriptor, secret.text)));
    return within(path, parse(secret.text));
}

bool HttpKeys::admit(std::string_view authorization) const
{
    if (authorization.size() <= scheme.size() || !equal_without_case(authorization.substr(0, scheme.size()), scheme))
        return false;
    auto const shown = Digest::of(bytes_of(authorization.substr(scheme.size()))).hex();
    bool found = false;
    for (auto const& digest : digests_)
        found |= equal_in_constant_time(digest, shown);
    return found;
}
