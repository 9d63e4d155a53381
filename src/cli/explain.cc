#include "cli/explain.h"

#include "cli/verbs.h"

#include <algorithm>
#include <cctype>
#include <fmt/format.h>

namespace {

constexpr int first_of_conversion = 200;

// "HM0107", "hm107", "107", "G05"
std::optional<int> code_in(std::string text)
{
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
    for (auto const& page : explain_pages())
        rows.push_back({name_of_page(page), std::string(page.title)});
    return table_text(rows);
}

Result<Answer> explain(Invocation const& given, Desk& desk)
{
    auto const text = given.text("CODE");
    if (!text) {
        Answer answer{{{"pages", Json::array()}}, list_of_pages(), 0};
        for (auto const& page : explain_pages())
            answer.document["pages"].push_back({{"code", name_of_page(page)}, {"title", page.title}});
        return answer;
    }
    auto const code = code_in(*text);
    auto const pages = explain_pages();
    auto const page = std::find_if(pages.begin(), pages.end(), [&](ExplainPage const& candidate) { return code && candidate.code == *code; });
    if (page == pages.end())
        return missing("there is no page about \"" + *text + "\"").hint("`hullmark explain` lists all pages");
    return Answer{{{"code", name_of_page(*page)}, {"title", page->title}, {"text", page->text}},
        desk.screen.painted_answer(Paint::bold, name_of_page(*page) + ": " + std::string(page->title)) + "\n\n" + std::string(page->text) + "\n", 0};
}

}

Command explain_command()
{
    return {"explain", "prints a page about an error or warning code", "hullmark explain G05", {{"CODE", "HM0107 or G05; without it, the list of all pages", Wants::text, 0}}, {}, explain};
}
