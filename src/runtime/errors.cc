#include "runtime/ort.h"

namespace {

constexpr size_t longest_message = 600;
constexpr std::string_view own_sources = "/onnxruntime_src/";

// Where the C++ signature that begins at `begin` ends ("void onnxruntime::Graph::Resolve(int) "); `begin` where none is.
size_t end_of_signature(std::string_view text, size_t begin)
{
    size_t place = text.find('(', begin);
    if (place == std::string_view::npos || text.substr(begin, place - begin).find("onnxruntime::") == std::string_view::npos)
        return begin;
    size_t open = 0;
    for (; place < text.size(); ++place) {
        open += text[place] == '(';
        open -= text[place] == ')';
        if (open == 0)
            break;
    }
    size_t const end = text.find(' ', place);
    return end == std::string_view::npos ? text.size() : end + 1;
}

// ONNX Runtime's assertions read "PATH:LINE SIGNATURE CONDITION was false. WORDS": only the words mean anything to others.
void cut_assertions(std::string& text)
{
    for (size_t begin = text.find(own_sources); begin != std::string::npos; begin = text.find(own_sources, begin)) {
        size_t end = text.find(' ', begin);
        if (end == std::string::npos)
            end = text.size();
        else
            end = end_of_signature(text, end + 1);
        constexpr std::string_view end_of_condition = " was false. ";
        size_t const condition = text.find(end_of_condition, end);
        if (condition != std::string::npos)
            end = condition + end_of_condition.size();
        text.erase(begin, end - begin);
    }
}

bool has(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

Reason reason_of(OrtErrorCode code, std::string_view message)
{
    if (has(message, "Failed to allocate memory") || has(message, "bad_alloc") || has(message, "bad allocation"))
        return Reason::exhausted;
    if (has(message, "is under development and support for this is limited") || has(message, "is not a registered function/op")
        || has(message, "Unsupported model IR version"))
        return Reason::unsupported;
    switch (code) {
    case ORT_NOT_IMPLEMENTED:
        return Reason::unsupported;
    case ORT_NO_SUCHFILE:
        return Reason::missing;
    case ORT_EP_FAIL:
    case ORT_ENGINE_ERROR:
        return Reason::unavailable;
    default:
        return Reason::malformed;
    }
}

// On one line of at most 600 bytes, without paths of ONNX Runtime's sources.
std::string cleaned(std::string_view message)
{
    std::string text(message.substr(0, message.find("\nStacktrace")));
    cut_assertions(text);
    std::string line;
    for (char const c : text) {
        bool const space = c == ' ' || c == '\n' || c == '\t' || c == '\r';
        if (!space)
            line += c;
        else if (!line.empty() && line.back() != ' ')
            line += ' ';
    }
    while (!line.empty() && line.back() == ' ')
        line.pop_back();
    if (line.size() > longest_message) {
        size_t end = longest_message;
        while (end > 0 && (static_cast<unsigned char>(line[end]) & 0xc0) == 0x80) // not within a character
            --end;
        line = line.substr(0, end) + "...";
    }
    return line;
}

}

Result<void> ort_result(OrtApi const& api, OrtStatus* status)
{
    if (status == nullptr)
        return {};
    std::string_view const message = api.GetErrorMessage(status);
    auto error = failure(reason_of(api.GetErrorCode(status), message), "ONNX Runtime: " + cleaned(message));
    api.ReleaseStatus(status);
    return error;
}
