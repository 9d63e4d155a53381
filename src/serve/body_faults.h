#pragma once

#include "json/json.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// What is wrong with a request's body, in the words of FastAPI's 422: a list of what is wrong where.
// Source: FastAPI 0.165 with pydantic 2.14, as observed.

struct BodyFault {
    std::string type; // "float_type"
    Json location; // ["body", "input", 3]
    std::string message; // "Input should be a valid number"
    std::optional<Json> input; // what stood there
    std::optional<Json> context;
};

// Keeps faults in the order they were found. Beyond 1,000 it only counts, and values whose text is longer than 64 KiB are not
// repeated, so that an answer stays small whatever was sent.
class BodyFaults {
public:
    void add(BodyFault fault);
    // A rule of ours rather than of a type; the message is "Value error, " and `text`.
    void add_value_error(Json location, std::string const& text, std::optional<Json> input);

    bool empty() const { return count_ == 0; }
    uint64_t count() const { return count_; }
    // {"detail": [...]}
    std::string body() const;
    // "body.input.3: Input should be a valid number", the first fault and how many follow: for a terminal.
    std::string summary() const;

private:
    uint64_t count_ = 0;
    std::vector<std::string> written_;
    std::string first_;
};
