#pragma once

#include "base/result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

// How a model is named, wherever one is asked for, and what names may look like (MLflow's rules, so that its clients agree).
//
//   models:/NAME/3            the version with that number
//   models:/NAME@ALIAS        the version that the alias points to; `@` splits at the last one
//   models:/NAME/Production   the newest version in that stage; stages in any case: None, Staging, Production, Archived
//   models:/NAME/latest       the newest version, in any stage; `latest` in any case
//   anything else             a path
//
// Promises: a ModelReference that exists has a name and an alias that a registry can hold, and a stage in its canonical spelling.
// Refuses the rest with reason usage and what was meant instead.

enum class ModelSelector : uint8_t { number,
    alias,
    stage,
    latest };

struct ModelReference {
    std::string name;
    ModelSelector by = ModelSelector::latest;
    int64_t number = 0; // by number
    std::string label; // by alias: the alias; by stage: its canonical spelling

    // "models:/NAME/3"
    std::string text() const;
    bool operator==(ModelReference const&) const = default;
};

struct ModelPath {
    std::string path;
    bool operator==(ModelPath const&) const = default;
};

using ModelAddress = std::variant<ModelPath, ModelReference>;

// A reference where the text starts with `models:`, else a path. An empty text is refused.
Result<ModelAddress> parse_model_address(std::string_view text);
// models:/... alone.
Result<ModelReference> parse_model_reference(std::string_view text);
// NAME, NAME/VERSION or NAME@ALIAS, with or without `models:/` before it, as `show` and `list` take it.
// A bare NAME gives the name and no reference.
struct NamedModel {
    std::string name;
    std::optional<ModelReference> version;
};
Result<NamedModel> parse_named_model(std::string_view text);

// What a registry may hold; usage where it may not.
// A model: not blank, no `/` or `:`, no control character, neither `.` nor `..`, valid UTF-8, at most 2000 bytes.
Result<void> check_model_name(std::string_view name);
// An alias: letters, digits, `_` and `-`, at most 255 bytes; neither `latest` nor like `v3`, in any case.
Result<void> check_alias(std::string_view alias);
// The canonical spelling of a stage given in any case.
Result<std::string> canonical_stage(std::string_view stage);
// A tag: a key of 1 to 250 bytes and a value of at most 100,000 bytes, valid UTF-8 without NUL.
Result<void> check_tag(std::string_view key, std::string_view value);
// A file of a version: a relative path in normal form with `/`, valid UTF-8 without control characters, at most 4000 bytes.
Result<void> check_version_path(std::string_view path);
