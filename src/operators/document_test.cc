#include "operators/table.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>

// docs/operators.md says what the table says. HULLMARK_WRITE_DOCS=1 build/release/operators_test writes it anew.

namespace {

constexpr char const* document_path = "docs/operators.md";

// "aten::add" of "aten::add.Tensor(Tensor self, ...) -> Tensor"
std::string name_of_schema(std::string_view schema) { return std::string(schema.substr(0, schema.find_first_of(".("))); }

std::string document()
{
    std::map<std::string, std::vector<std::string>> forms; // of each operator
    for (auto const schema : OperatorTable().schemas())
        forms[name_of_schema(schema)].emplace_back(schema);
    std::ostringstream text;
    text << "# Operators that are converted\n\n"
         << "Written from the table in `src/operators`, where each form has one rule; `convert` names any other at once, with the lines that call it.\n"
         << "In-place forms (`aten::relu_`) follow from the plain ones. A rule may refuse what it cannot convert exactly, and says why.\n"
         << "Whether the numbers are right is tested in `src/convert/operators_test.cc`, each form against PyTorch's own answers.\n\n"
         << forms.size() << " operators.\n\n";
    for (auto const& [name, schemas] : forms) {
        text << "- `" << name << "`";
        for (auto const& schema : schemas)
            text << "\n  - `" << schema << "`";
        text << "\n";
    }
    return text.str();
}

TEST(OperatorTable, is_published_as_it_is)
{
    if (std::getenv("HULLMARK_WRITE_DOCS") != nullptr)
        std::ofstream(document_path) << document();
    std::ifstream file(document_path);
    std::ostringstream published;
    published << file.rdbuf();
    EXPECT_TRUE(published.str() == document()) << document_path << " differs from the table: HULLMARK_WRITE_DOCS=1 build/release/operators_test writes it anew";
}

}
