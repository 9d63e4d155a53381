#include "files/descriptor.h"

#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

// An interrupted close has closed all the same on Linux: it is not repeated.
void Descriptor::close()
{
    if (number_ >= 0)
        ::close(number_);
    number_ = -1;
}

tl::expected<Descriptor, int> open_descriptor(int directory, std::string const& path, int flags, unsigned mode)
{
    while (true) {
        int const number = ::openat(directory, path.c_str(), flags | O_CLOEXEC, mode);
        if (number >= 0)
            return Descriptor(number);
        if (errno != EINTR)
            return tl::unexpected(errno);
    }
}
