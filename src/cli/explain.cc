#include "cli/explain.h"

#include "cli/verbs.h"
#include "scan/finding.h"

#include <algorithm>
#include <cctype>
#include <fmt/format.h>

namespace {

constexpr int first_of_conversion = 200;

// Errors and warnings, then the words of a scan.
std::vector<ExplainPage> all_pages()
{
    std::vector<ExplainPage> pages(explain_pages().begin(), explain_pages().end());
    for (auto const& row : finding_table())
        pages.push_back({row.page, row.title, row.text});
    return pages;
}

// "HM0107", "hm107", "107", "G05", "would-call"
std::optional<int> code_in(std::string text)
{
    if (auto const* row = finding_row(text))
        return row->page;
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    bool const of_conversion = text.starts_with("G");
    std::string const digits = of_conversion ? text.substr(1) : text.starts_with("HM") ? text.substr(2)
                                                                                       : text;
    if (digits.empty() || digits.size() > 6 || !std::all_of(digits.begin(), digits.end(), [](unsigned char c) { return std::isdigit(c) != 0; }))
        return std::nullopt;
    int const number = std::stoi(digits);
    return of_conversion ? first_of_conversion + number : number;
}

std::string name_of_page(ExplainPage const& page) { return fmt::format("HM{:04}", page.code); }

std::string list_of_pages()
{
    std::vector<std::vector<std::string>> rows;
    for (auto const& page : all_pages())
        rows.push_back({name_of_page(page), std::string(page.title)});
    return table_text(rows);
}

Result<Answer> explain(Invocation const& given, Desk& desk)
{
    auto const text = given.text("CODE");
    if (!text) {
        Answer answer{{{"pages", Json::array()}}, list_of_pages(), 0};
        for (auto const& page : all_pages())
            answer.document["pages"].push_back({{"code", name_of_page(page)}, {"title", page.title}});
        return answer;
    }
    auto const code = code_in(*text);
    auto const pages = all_pages();
    auto const page = std::find_if(pages.begin(), pages.end(), [&](ExplainPage const& candidate) { return code && candidate.code == *code; });
    if (page == pages.end())
        return missing("there is no page about \"" + *text + "\"").hint("`hullmark explain` lists all pages");
    return Answer{{{"code", name_of_page(*page)}, {"title", page->title}, {"text", page->text}},
        desk.screen.painted_answer(Paint::bold, name_of_page(*page) + ": " + std::string(page->title)) + "\n\n" + std::string(page->text) + "\n", 0};
}

}

Command explain_command()
{
    return {"explain", "prints a page about an error, a warning or a finding", "hullmark explain G05", {{"CODE", "HM0107, G05 or would-call; without it, the list of all pages", Wants::text, 0}}, {}, explain};
}
