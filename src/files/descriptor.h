#pragma once

#include "base/result.h"

#include <string>
#include <utility>

// A file descriptor that is closed when it goes out of scope.
class Descriptor {
public:
    explicit Descriptor(int number = -1)
        : number_(number)
    {
    }
    ~Descriptor() { close(); }
    Descriptor(Descriptor&& other) noexcept
        : number_(std::exchange(other.number_, -1))
    {
    }
    Descriptor& operator=(Descriptor&& other) noexcept
    {
        close();
        number_ = std::exchange(other.number_, -1);
        return *this;
    }

    int number() const { return number_; }
    // Whoever takes it closes it.
    int release() { return std::exchange(number_, -1); }
    bool is_open() const { return number_ >= 0; }

private:
    void close();
    int number_;
};

// open(2) again and again while it is interrupted; the errno value where it fails.
tl::expected<Descriptor, int> open_descriptor(int directory, std::string const& path, int flags, unsigned mode = 0);
