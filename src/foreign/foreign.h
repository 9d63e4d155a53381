#pragma once

#include "base/bytes.h"
#include "base/limits.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Formats that other programs read and this one does not: what they are called, and what whoever opens such a file would do with it.
//
// Promises: decided by content alone, from a bounded part of the file's head and tail; nothing is executed and nothing unpacked.
// A form without a signature (protobuf, TFRecord) is named only where several fields hold together.

enum class ForeignNature : uint8_t {
    model, // a model: its loader may run what is in it, and nobody has judged it
    program, // code for a processor or a virtual machine
    archive, // files in a container or under a compression that is not unpacked here
    data, // a picture, sound, table or font: no model loader opens it
};

struct ForeignFormat {
    std::string_view name; // for people: "TensorFlow Lite model"
    std::string_view kind; // "image", "audio", "gguf", "hdf5", "tensorflow-saved-model", or "unknown" for all others
    ForeignNature nature;
};

std::optional<ForeignFormat> foreign_format_of(Bytes file);

// What can be told of a foreign model without trusting it, in words for people: {"architecture", "llama"}.
struct ForeignFact {
    std::string name;
    std::string value;
};

// Of GGUF, HDF5, TensorFlow SavedModel and Keras archives; empty for all others, and cut short where the bytes break off.
std::vector<ForeignFact> foreign_facts(SharedBytes const& file, Limits const& limits = {});
