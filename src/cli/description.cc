#include "cli/description.h"

#include "base/utf8.h"
#include "cli/scan_report.h"
#include "cli/screen.h"
#include "publish/words.h"

#include <algorithm>
#include <fmt/format.h>

namespace {

constexpr size_t most_lines = 60; // of one section

std::vector<std::string> parts_of(std::string const& name)
{
    std::vector<std::string> parts;
    for (size_t begin = 0; begin <= name.size();) {
        size_t const end = std::min(name.find('.', begin), name.size());
        parts.push_back(name.substr(begin, end - begin));
        begin = end + 1;
    }
    return parts;
}

}

void Description::add_section(std::string title, std::vector<std::vector<std::string>> rows)
{
    if (!rows.empty())
        sections_.push_back({std::move(title), std::move(rows)});
}

void Description::add_tensor(std::string const& name, std::string const& dtype, Shape const& shape, uint64_t bytes)
{
    document["tensors"].push_back({{"name", name}, {"dtype", dtype}, {"shape", shape}, {"bytes", bytes}});
    tensors_.push_back({name, dtype + text_of(shape), bytes, element_count(shape).value_or(0)});
}

void Description::add_advice(std::string text)
{
    document["advice"].push_back(text);
    advice_.push_back(std::move(text));
}

void Description::judge(ScanReport const& report)
{
    document["verdict"] = name_of(report.verdict);
    document["findings"] = json_of(report.findings);
    add_row("verdict", std::string(name_of(report.verdict)));
    std::vector<std::vector<std::string>> rows;
    for (auto const& finding : report.findings)
        rows.push_back({finding.word, escape_unprintable(finding.message), finding.where.empty() ? "" : escape_unprintable(finding.where.front())});
    add_section("found", std::move(rows));
}

// A tree by the dots in the names; a name's last part stands with its type.
void Description::add_tensor_section()
{
    uint64_t bytes = 0;
    uint64_t elements = 0;
    std::vector<std::vector<std::string>> rows;
    std::vector<std::string> before;
    for (auto const& tensor : tensors_) {
        bytes += tensor.bytes;
        elements += tensor.elements;
        auto const parts = parts_of(tensor.name);
        size_t shared = 0;
        while (shared + 1 < parts.size() && shared < before.size() && before[shared] == parts[shared])
            ++shared;
        for (size_t depth = shared; depth + 1 < parts.size(); ++depth)
            rows.push_back({std::string(2 * depth, ' ') + parts[depth]});
        rows.push_back({std::string(2 * (parts.size() - 1), ' ') + parts.back(), tensor.type, bytes_text(tensor.bytes)});
        before = parts;
        before.pop_back();
    }
    std::string const title = fmt::format("{}, {}, {}", count_text(tensors_.size(), "tensor"), count_text(elements, "element"), bytes_text(bytes));
    if (!rows.empty())
        sections_.insert(sections_.begin(), {title, std::move(rows)});
}

std::string Description::text(std::string const& title)
{
    add_tensor_section();
    std::string text = title + "\n" + table_text(head_, 2);
    for (auto& section : sections_) {
        text += section.title + "\n";
        size_t const left_out = section.rows.size() > most_lines ? section.rows.size() - most_lines : 0;
        section.rows.resize(section.rows.size() - left_out);
        text += table_text(section.rows, 2);
        if (left_out > 0)
            text += fmt::format("  and {} more lines; --json has all\n", left_out);
    }
    for (auto const& advice : advice_)
        text += "advice: " + advice + "\n";
    return printable(text);
}
