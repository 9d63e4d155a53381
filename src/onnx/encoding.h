#pragma once

#include "onnx/model.h"
#include "onnx/wire.h"

#include <protozero/buffer_string.hpp>
#include <protozero/varint.hpp>
#include <string>
#include <unordered_map>

// Two sinks for the one description of ONNX's messages in encode.cc. A message's length stands before its bytes, so a model is
// gone through twice: EncodedSizes notes each length in the order in which messages begin, EncodedParts takes them in that order.

class EncodedSizes {
public:
    void varint(uint64_t value) { total_ += static_cast<uint64_t>(protozero::length_of_varint(value)); }
    void text(std::string_view bytes) { total_ += bytes.size(); }
    void elements(SharedBytes const& bytes) { total_ += bytes.size(); }

    template <typename Body>
    void message(Body body)
    {
        size_t const slot = sizes_.size();
        sizes_.push_back(0);
        uint64_t const before = total_;
        body();
        sizes_[slot] = total_ - before;
        varint(sizes_[slot]);
    }

    std::vector<uint64_t> const& sizes() const { return sizes_; }

private:
    uint64_t total_ = 0;
    std::vector<uint64_t> sizes_;
};

class EncodedParts {
public:
    explicit EncodedParts(std::vector<uint64_t> sizes)
        : sizes_(std::move(sizes))
    {
    }

    void varint(uint64_t value) { protozero::add_varint_to_buffer(&text_, value); }
    void text(std::string_view bytes) { text_ += bytes; }
    // Large blocks become parts of their own; small ones are cheaper copied.
    void elements(SharedBytes const& bytes)
    {
        if (bytes.size() < 4096)
            return text(text_of(bytes.bytes()));
        flush();
        parts_.push_back(bytes);
    }

    template <typename Body>
    void message(Body body)
    {
        varint(sizes_[next_++]);
        body();
    }

    std::vector<SharedBytes> finish()
    {
        flush();
        return std::move(parts_);
    }

private:
    void flush()
    {
        if (!text_.empty())
            parts_.push_back(SharedBytes::take(std::move(text_)));
        text_ = {};
    }

    std::vector<uint64_t> sizes_;
    size_t next_ = 0;
    std::string text_;
    std::vector<SharedBytes> parts_;
};

// Tensors whose elements are to be written as external data, and where.
using ExternalPlaces = std::unordered_map<OnnxTensor const*, OnnxExternalData>;
