#include "convert/operator_cases.h"

#include "files/zip.h"
#include "torch/torchscript.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

namespace {

// ---- a TorchScript archive by hand ------------------------------------------------------------------------------------------

std::string number_bytes(uint64_t value, int count)
{
    std::string bytes;
    for (int i = 0; i < count; ++i)
        bytes += static_cast<char>(value >> (8 * i));
    return bytes;
}

std::string pickled(std::string const& opcodes) { return "\x80\x02" + opcodes + "."; }
std::string pickled_text(std::string const& value) { return "X" + number_bytes(value.size(), 4) + value; }
std::string pickled_integer(int64_t value) { return "J" + number_bytes(static_cast<uint64_t>(value), 4); }
std::string pickled_global(std::string const& module, std::string const& name) { return "c" + module + "\n" + name + "\n"; }

std::string pickled_integers(std::vector<int64_t> const& values)
{
    std::string opcodes = "(";
    for (int64_t const value : values)
        opcodes += pickled_integer(value);
    return opcodes + "t";
}

std::string storage_class(DType dtype)
{
    switch (dtype) {
    case DType::float16:
        return "HalfStorage";
    case DType::float32:
        return "FloatStorage";
    case DType::float64:
        return "DoubleStorage";
    case DType::boolean:
        return "BoolStorage";
    case DType::uint8:
        return "ByteStorage";
    case DType::int8:
        return "CharStorage";
    case DType::int16:
        return "ShortStorage";
    case DType::int32:
        return "IntStorage";
    case DType::int64:
        return "LongStorage";
    default:
        CHECK(false, "the tensors of cases are of the dtypes above");
    }
}

// torch._utils._rebuild_tensor_v2(storage, offset, sizes, strides, requires_grad, hooks)
std::string pickled_tensor(Tensor const& tensor, std::string const& storage)
{
    std::vector<int64_t> strides(tensor.rank(), 1);
    for (size_t axis = tensor.rank(); axis-- > 1;)
        strides[axis - 1] = strides[axis] * std::max<int64_t>(tensor.shape()[axis], 1);
    std::string const persistent = "(" + pickled_text("storage") + pickled_global("torch", storage_class(tensor.dtype())) + pickled_text(storage) + pickled_text("cpu") + pickled_integer(static_cast<int64_t>(tensor.count())) + "tQ";
    return pickled_global("torch._utils", "_rebuild_tensor_v2") + "(" + persistent + pickled_integer(0) + pickled_integers(tensor.shape()) + pickled_integers(strides) + "\x89" + pickled_global("collections", "OrderedDict") + ")RtR";
}

void add_member(ZipWriter& writer, std::string const& name, SharedBytes content)
{
    CHECK(writer.add("m/" + name, {std::move(content)}).has_value(), "the member is added");
}

// ---- the text of the table ----------------------------------------------------------------------------------------------------

// Reads lines into the case they belong to.
class CaseReader {
public:
    std::vector<OperatorCase> read(std::istream& stream)
    {
        for (std::string line; std::getline(stream, line);)
            if (line.starts_with("  "))
                cases_.back().code += line.substr(2) + "\n";
            else if (!line.empty())
                take(line.substr(0, line.find(' ')), line.find(' ') == std::string::npos ? "" : line.substr(line.find(' ') + 1));
        return std::move(cases_);
    }

private:
    void take(std::string const& word, std::string const& rest)
    {
        if (word == "case") {
            cases_.emplace_back().name = rest;
            cases_.back().sets.emplace_back();
            return;
        }
        OperatorCase& present = cases_.back();
        if (word == "opset")
            present.least_opset = std::stol(rest);
        else if (word == "until")
            present.greatest_opset = std::stol(rest);
        else if (word == "dynamic")
            present.dynamic_all = rest == "all";
        else if (word == "fixed")
            present.fixed = true;
        else if (word == "refused")
            present.refused = rest;
        else if (word == "tolerance")
            present.tolerance = std::stod(rest);
        else if (word == "again")
            present.sets.emplace_back();
        else if (word == "input")
            present.sets.back().inputs.push_back(tensor_from_text(rest));
        else if (word == "output")
            present.sets.back().outputs.push_back(tensor_from_text(rest));
        else if (word == "attribute" || word == "constant")
            (word == "attribute" ? present.attributes : present.constants).push_back({rest.substr(0, rest.find(' ')), tensor_from_text(rest.substr(rest.find(' ') + 1))});
        else
            CHECK(word == "code", "every word of the table is known");
    }

    std::vector<OperatorCase> cases_;
};

}

Tensor tensor_from_text(std::string const& text)
{
    size_t const open = text.find('[');
    size_t const close = text.find("]:");
    CHECK(open != std::string::npos && close != std::string::npos, "a tensor is DTYPE[SIZES]: ELEMENTS");
    auto const named = dtype_named(text.substr(0, open));
    CHECK(named.has_value(), "the dtype of a tensor is known");
    DType const dtype = *named;
    Shape shape;
    std::istringstream sizes(text.substr(open + 1, close - open - 1));
    for (std::string size; std::getline(sizes, size, ',');)
        shape.push_back(std::stol(size));
    std::istringstream elements(text.substr(close + 2));
    std::vector<double> floats;
    std::vector<int64_t> integers;
    for (std::string element; elements >> element;)
        if (is_floating(dtype))
            floats.push_back(std::strtod(element.c_str(), nullptr));
        else
            integers.push_back(std::strtol(element.c_str(), nullptr, 10));
    auto const wide = is_floating(dtype) ? Tensor::of<double>(DType::float64, shape, std::move(floats)) : Tensor::of<int64_t>(DType::int64, shape, std::move(integers));
    auto result = wide.cast(dtype);
    CHECK(result.has_value(), "the elements fit the dtype");
    return *std::move(result);
}

std::vector<OperatorCase> read_operator_cases()
{
    std::vector<std::filesystem::path> files;
    for (auto const& entry : std::filesystem::directory_iterator("tests/data/operators"))
        if (entry.path().filename().string().starts_with("cases_") && entry.path().extension() == ".txt")
            files.push_back(entry.path());
    CHECK(!files.empty(), "the tables of cases are there: tests run in the folder of the sources");
    std::sort(files.begin(), files.end());
    std::vector<OperatorCase> all;
    for (auto const& file : files) {
        std::ifstream stream(file);
        auto cases = CaseReader().read(stream);
        std::move(cases.begin(), cases.end(), std::back_inserter(all));
    }
    return all;
}

Result<Program> program_of_code(std::string const& code, std::vector<NamedTensor> const& attributes, std::vector<NamedTensor> const& constants)
{
    ZipWriter writer;
    std::string state = pickled_global("__torch__", "M") + ")\x81}(";
    for (size_t i = 0; i < attributes.size(); ++i) {
        add_member(writer, "data/" + std::to_string(i), attributes[i].tensor.data());
        state += pickled_text(attributes[i].name) + pickled_tensor(attributes[i].tensor, std::to_string(i));
    }
    std::string table = "(";
    for (size_t i = 0; i < constants.size(); ++i) {
        CHECK(constants[i].name == "c" + std::to_string(i), "constants are named in order");
        add_member(writer, "constants/" + std::to_string(i), constants[i].tensor.data());
        table += pickled_tensor(constants[i].tensor, std::to_string(i));
    }
    add_member(writer, "data.pkl", SharedBytes::take(pickled(state + "ub")));
    add_member(writer, "constants.pkl", SharedBytes::take(pickled(table + "t")));
    add_member(writer, "code/__torch__.py", SharedBytes::take(std::string(code)));
    add_member(writer, "version", SharedBytes::take(std::string("10\n")));
    std::string bytes;
    for (auto const& part : std::move(writer).finish())
        bytes += text_of(part.bytes());
    return TRY(read_torchscript(SharedBytes::take(std::move(bytes)))).program;
}

TEST(OperatorCases, are_read_as_they_are_written)
{
    auto const tensor = tensor_from_text("float16[2, 2]: 1 -0.5 inf 65504");
    EXPECT_EQ(tensor.shape(), (Shape{2, 2}));
    EXPECT_EQ(tensor.number_at(1), -0.5);
    EXPECT_EQ(tensor_from_text("bool[]: 1").integer_at(0), 1);
    EXPECT_EQ(tensor_from_text("int64[0, 3]: ").count(), 0);
    auto const program = program_of_code("class M(Module):\n  w : Tensor\n  def forward(self: __torch__.M, x: Tensor) -> Tensor:\n    return torch.add(x, self.w)\n", {{"w", tensor}});
    ASSERT_TRUE(program) << program.error().text();
    EXPECT_EQ(program->operator_version, 10);
}
