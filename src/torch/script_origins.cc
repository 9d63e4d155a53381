#include "torch/script_origins.h"

#include <algorithm>
#include <map>

namespace {

constexpr uint64_t most_bytes_walked = uint64_t{1} << 26; // of source texts, in which lines are counted
constexpr size_t longest_file_name = 4'096;
constexpr int64_t most_lines = 100'000'000;

class OriginReader {
public:
    OriginReader(std::string_view code, uint32_t file, Program& into)
        : code_(code),
          file_(file),
          into_(into)
    {
    }

    void read(PickleValue const& root)
    {
        bool const has_table = root.is(NodeKind::tuple) && root.size() == 3 && root.item(0).text() == "FORMAT_WITH_STRING_TABLE";
        if (has_table)
            texts_ = root.item(1);
        auto const ranges = has_table ? root.item(2) : root;
        if (!ranges.is(NodeKind::tuple))
            return;
        uint32_t line = 1;
        uint64_t line_begin = 0; // of `line`
        uint64_t line_end = code_.find('\n');
        for (NodeId const id : ranges.items()) {
            auto const range = ranges.other(id);
            auto const offset = range.is(NodeKind::tuple) && range.size() >= 2 ? range.item(0).integer() : std::nullopt;
            if (!offset || *offset < 0 || static_cast<uint64_t>(*offset) >= code_.size() || static_cast<uint64_t>(*offset) < line_begin)
                continue;
            while (line_end < static_cast<uint64_t>(*offset)) {
                line_begin = line_end + 1;
                line_end = std::min(code_.find('\n', line_begin), code_.size());
                ++line;
            }
            if (!into_.origins.contains({file_, line}))
                if (auto origin = origin_of(range.item(1)))
                    into_.origins.emplace(std::pair(file_, line), *std::move(origin));
        }
    }

private:
    std::optional<std::string_view> text_of(PickleValue const& value) const
    {
        auto const number = value.integer();
        if (!number || !texts_)
            return value.text();
        return *number >= 0 && static_cast<uint64_t>(*number) < texts_->size() ? texts_->item(static_cast<size_t>(*number)).text() : std::nullopt;
    }

    std::optional<ProgramOrigin> origin_of(PickleValue const& range)
    {
        if (!range.is(NodeKind::tuple) || range.size() != 3)
            return std::nullopt;
        auto const source = range.item(0);
        auto const start = range.item(1).integer();
        if (!source.is(NodeKind::tuple) || source.size() != 3 || !start || *start < 0)
            return std::nullopt;
        auto const name = text_of(source.item(1));
        auto const first_line = source.item(2).integer();
        if (!name || name->empty() || name->size() > longest_file_name || name->starts_with('<') || !first_line || *first_line < 0 || *first_line > most_lines)
            return std::nullopt;
        auto const& ends = line_ends(source);
        auto const lines = std::lower_bound(ends.begin(), ends.end(), static_cast<uint64_t>(*start)) - ends.begin();
        int64_t const line = *first_line + lines;
        return line > most_lines ? std::nullopt : std::optional(ProgramOrigin{std::string(*name), static_cast<uint32_t>(line)});
    }

    // Offsets of the line ends in a source's text; many ranges have the same source.
    std::vector<uint64_t> const& line_ends(PickleValue const& source)
    {
        auto const [known, is_new] = line_ends_.try_emplace(source.id());
        if (!is_new)
            return known->second;
        uint64_t offset = 0;
        auto const walk = [&](std::string_view text) {
            if (text.size() > bytes_left_)
                return;
            bytes_left_ -= text.size();
            for (size_t place = text.find('\n'); place != text.npos; place = text.find('\n', place + 1))
                known->second.push_back(offset + place);
            offset += text.size();
        };
        auto const text = source.item(0);
        if (text.is(NodeKind::list) || text.is(NodeKind::tuple) || text.is(NodeKind::object)) {
            auto const parts = text.is(NodeKind::object) && text.arguments() && text.arguments()->size() > 0 ? text.arguments()->item(0) : text;
            for (NodeId const id : parts.items())
                walk(text_of(parts.other(id)).value_or(""));
        } else {
            walk(text_of(text).value_or(""));
        }
        return known->second;
    }

    std::string_view code_;
    uint32_t file_;
    Program& into_;
    std::optional<PickleValue> texts_;
    std::map<NodeId, std::vector<uint64_t>> line_ends_;
    uint64_t bytes_left_ = most_bytes_walked;
};

}

void read_script_origins(PickleValue const& root, std::string_view code, uint32_t file, Program& into)
{
    OriginReader(code, file, into).read(root);
}
