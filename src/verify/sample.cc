#include "verify/verify.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace {

using Entries = std::vector<NamedTensor>;

// The 3 of "o3" where `letter` is 'o'.
std::optional<size_t> numbered(std::string_view name, char letter)
{
    if (name.size() < 2 || name[0] != letter || (name[1] == '0' && name.size() > 2))
        return std::nullopt;
    size_t number = 0;
    auto const [end, error] = std::from_chars(name.data() + 1, name.data() + name.size(), number);
    return error == std::errc() && end == name.data() + name.size() ? std::optional(number) : std::nullopt;
}

bool names_one(std::span<std::string const> names, std::string_view name) { return std::find(names.begin(), names.end(), name) != names.end(); }

Entries::const_iterator find_entry(Entries const& entries, std::string_view name)
{
    return std::find_if(entries.begin(), entries.end(), [&](auto const& entry) { return entry.name == name; });
}

std::string names_in(Entries const& entries)
{
    std::vector<std::string_view> names;
    for (auto const& entry : entries)
        names.push_back(entry.name);
    return fmt::format("{}", fmt::join(names, ", "));
}

Failure not_fitting(Entries const& entries, std::span<std::string const> input_names)
{
    std::string const held = entries.empty() ? "nothing" : names_in(entries);
    return malformed(fmt::format("the sample holds {}; the model's inputs are {}", held, fmt::join(input_names, ", ")))
        .hint("name the entries as the inputs, or i0, i1, ... with recorded answers o0, o1, ...");
}

// Takes from `entries` what is a recorded answer, in the order of the outputs.
Result<Entries> take_answers(Entries& entries, std::span<std::string const> input_names, std::span<std::string const> output_names, bool numbers_are_answers)
{
    std::vector<std::pair<size_t, NamedTensor>> found;
    Entries rest;
    for (auto& entry : entries) {
        auto const position = std::find(output_names.begin(), output_names.end(), entry.name);
        auto const number = numbers_are_answers ? numbered(entry.name, 'o') : std::nullopt;
        if (names_one(input_names, entry.name) || (position == output_names.end() && !number)) {
            rest.push_back(std::move(entry));
            continue;
        }
        size_t const index = position == output_names.end() ? *number : static_cast<size_t>(position - output_names.begin());
        if (!output_names.empty() && index >= output_names.size())
            return malformed(fmt::format("the sample holds the answer {}, but the model has only {} outputs: {}",
                entry.name, output_names.size(), fmt::join(output_names, ", ")));
        found.emplace_back(index, NamedTensor{output_names.empty() ? entry.name : output_names[index], std::move(entry.tensor)});
    }
    std::stable_sort(found.begin(), found.end(), [](auto const& a, auto const& b) { return a.first < b.first; });
    Entries answers;
    for (auto& [index, answer] : found) {
        if (!answers.empty() && answers.back().name == answer.name)
            return malformed(fmt::format("the sample holds two answers for the output \"{}\"", answer.name));
        answers.push_back(std::move(answer));
    }
    entries = std::move(rest);
    return answers;
}

// i0, i1, ... in the order of their numbers; fewer than there are entries where one is missing or another stands beside them.
Entries in_order_of_numbers(Entries const& entries)
{
    Entries ordered;
    for (size_t i = 0; i < entries.size(); ++i) {
        auto const found = find_entry(entries, fmt::format("i{}", i));
        if (found == entries.end())
            break;
        ordered.push_back(*found);
    }
    return ordered;
}

Result<Entries> inputs_by_position(Entries const& entries, std::span<std::string const> input_names)
{
    bool const numbered_entries = find_entry(entries, "i0") != entries.end();
    auto ordered = numbered_entries ? in_order_of_numbers(entries) : entries;
    if (ordered.size() != entries.size())
        return not_fitting(entries, input_names);
    if (ordered.size() > input_names.size())
        std::erase_if(ordered, [](auto const& entry) { return entry.tensor.rank() == 0; });
    if (ordered.size() != input_names.size())
        return not_fitting(entries, input_names);
    for (size_t i = 0; i < ordered.size(); ++i)
        ordered[i].name = input_names[i];
    return ordered;
}

Result<Entries> inputs_by_name(Entries const& entries, std::span<std::string const> input_names)
{
    for (auto const& entry : entries)
        if (!names_one(input_names, entry.name) && entry.tensor.rank() != 0)
            return not_fitting(entries, input_names);
    Entries inputs;
    for (auto const& name : input_names)
        inputs.push_back(*find_entry(entries, name));
    return inputs;
}

void add_text(DigestStream& stream, std::string_view text)
{
    uint64_t const length = text.size();
    stream.add(std::as_bytes(std::span(&length, 1)));
    stream.add(bytes_of(text));
}

void add_tensors(DigestStream& stream, Entries const& tensors)
{
    add_text(stream, std::to_string(tensors.size()));
    for (auto const& [name, tensor] : tensors) {
        add_text(stream, name);
        add_text(stream, name_of(tensor.dtype()));
        add_text(stream, text_of(tensor.shape()));
        if (tensor.dtype() == DType::string)
            for (auto const& text : tensor.strings())
                add_text(stream, text);
        else
            stream.add(tensor.bytes());
    }
}

}

Result<Sample> sample_of(std::vector<NamedTensor> entries, std::span<std::string const> input_names, std::span<std::string const> output_names)
{
    std::erase_if(entries, [](auto const& entry) { return entry.name == "meta"; });
    bool const by_name = std::all_of(input_names.begin(), input_names.end(), [&](auto const& name) { return find_entry(entries, name) != entries.end(); });
    bool const numbered_entries = find_entry(entries, "i0") != entries.end();
    Sample sample;
    sample.expected = TRY(take_answers(entries, by_name ? input_names : std::span<std::string const>{}, output_names, by_name || numbered_entries));
    sample.inputs = TRY(by_name ? inputs_by_name(entries, input_names) : inputs_by_position(entries, input_names));
    return sample;
}

Digest digest_of(Sample const& sample)
{
    DigestStream stream;
    add_tensors(stream, sample.inputs);
    add_tensors(stream, sample.expected);
    return stream.finish();
}
