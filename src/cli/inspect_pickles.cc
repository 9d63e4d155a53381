#include "cli/description.h"

#include "pickle/array_types.h"
#include "pickle/render.h"
#include "pickle/rules.h"
#include "publish/words.h"

namespace {

constexpr size_t most_names = 10'000; // a hostile file mentions more than anybody reads
constexpr size_t most_value_bytes = 2'000;

void add_names(Pickle const& pickle, Description& description)
{
    PickleFindings findings = judge_pickle(pickle, PickleFlavour::values);
    findings.add(pickle.findings);
    auto const blamed = blamed_names(pickle, findings);
    description.document["names"] = Json::array();
    std::vector<std::vector<std::string>> rows;
    std::set<std::string> seen;
    for (auto const& mention : pickle.mentions) {
        auto const global = pickle.graph.value(mention.global);
        std::string const name = global.qualified_name();
        if (seen.size() >= most_names || !seen.insert(name).second)
            continue;
        bool const allowed = !blamed.contains(name);
        description.document["names"].push_back({{"module", global.module().value_or("")}, {"name", global.name().value_or("")}, {"offset", mention.offset}, {"called", mention.called}, {"allowed", allowed}});
        rows.push_back({name, mention.called ? "called" : "mentioned", allowed ? "" : "not allowed like this"});
    }
    description.add_section("names that a loader would import", std::move(rows));
}

// NumPy's codes as the rest of the program spells dtypes: "f8" is float64. What is no number keeps its code.
std::string dtype_text(std::string_view code)
{
    if (code == "b1")
        return "bool";
    std::string const bits = code.size() == 2 && code[1] >= '1' && code[1] <= '8' ? std::to_string(8 * (code[1] - '0')) : code == "c16" ? "128"
                                                                                                                                        : "";
    if (bits.empty())
        return std::string(code);
    switch (code[0]) {
    case 'i':
        return "int" + bits;
    case 'u':
        return "uint" + bits;
    case 'f':
        return "float" + bits;
    case 'c':
        return "complex" + bits;
    default:
        return std::string(code);
    }
}

// joblib's arrays, in the order in which they stand in the file.
void add_arrays(Pickle const& pickle, Description& description)
{
    description.document["tensors"] = Json::array();
    for (size_t index = 0; index < pickle.arrays.size(); ++index) {
        auto const array = joblib_array_of(pickle.graph.value(pickle.arrays[index].wrapper));
        if (!array)
            continue;
        auto const code = array->dtype.arguments() && array->dtype.arguments()->size() > 0 ? array->dtype.arguments()->item(0).text().value_or("") : "";
        description.add_tensor("array_" + std::to_string(index), array->type.has_objects ? "object" : dtype_text(code), Shape(array->shape.begin(), array->shape.end()), pickle.arrays[index].length);
    }
}

}

Result<void> describe_pickle(SharedBytes const& bytes, Description& description)
{
    PickleOptions options;
    options.arrays_inline = true;
    auto const pickle = TRY(read_pickle(bytes.bytes(), options));
    description.add_row("protocol", std::to_string(pickle.protocol));
    add_arrays(pickle, description);
    add_names(pickle, description);
    description.document["values"] = text_of(pickle.root(), most_value_bytes);
    description.add_section("value", {{text_of(pickle.root())}});
    return {};
}
