#include "torch/old_script.h"

#include <gtest/gtest.h>

#include <map>

namespace {

using namespace std::string_literals;
using Members = std::map<std::string, std::string>;

Members good_members()
{
    return {
        {"model.json", R"({"protoVersion": "4", "producerName": "pytorch", "producerVersion": "1.3", "mainModule": {
            "torchscriptArena": {"key": "code/net.py"}, "name": "Net", "parameters": [{"tensorId": "0", "name": "weight"}, {"isBuffer": true, "tensorId": "1", "name": "bias"}],
            "submodules": [{"name": "inner", "parameters": [{"tensorId": "2", "name": "scale"}]}]},
          "tensors": [{"dims": ["2", "3"], "strides": ["3", "1"], "requiresGrad": true, "dataType": "FLOAT", "data": {"key": "tensors/0"}, "device": "cpu"},
            {"dims": ["2"], "strides": ["1"], "dataType": "INT64", "data": {"key": "tensors/1"}, "device": "cpu"},
            {"offset": "5", "dataType": 1, "data": {"key": "tensors/0"}, "device": "cpu"}]})"},
        {"code/net.py", "op_version_set = 1\ndef forward(self,\n    x: Tensor) -> Tensor:\n  _0 = torch.matmul(self.weight, x)\n  if bool(True):\n    y = ops.prim.NumToTensor(1)\n  else:\n    y = torch.add(_0, self.bias)\n  return y\n"},
        {"libs/__torch__/a.py", "op_version_set = 1\ndef twice(x: Tensor) -> Tensor:\n  return torch.mul(x, 2)\n"},
        {"attributes.pkl", "\x80\x02)."},
        {"tensors/0", std::string(24, '\0')},
        {"tensors/1", std::string(16, '\0')},
        {"version", "1"},
    };
}

std::shared_ptr<ZipArchive const> archive_of(Members const& members)
{
    ZipWriter writer;
    for (auto const& [name, content] : members)
        CHECK(writer.add("net/" + name, {SharedBytes::take(std::string(content))}).has_value(), "the member is added");
    std::string bytes;
    for (auto const& piece : std::move(writer).finish())
        bytes += text_of(piece.bytes());
    return std::make_shared<ZipArchive const>(*ZipArchive::read(SharedBytes::take(std::move(bytes))));
}

// Tensors, operators and findings, or the error.
std::string answer(Members const& members)
{
    auto const file = read_old_torchscript(archive_of(members));
    if (!file)
        return "error: " + file.error().text();
    std::string text;
    for (auto const& tensor : file->tensors)
        text += tensor.name + " ";
    for (auto const& operation : file->operators)
        text += operation.name + " ";
    for (auto const& finding : file->findings)
        text += "finding " + finding.code + " in " + finding.member + " ";
    return text;
}

std::string answer_with(std::string const& name, std::string const& content)
{
    auto members = good_members();
    members[name] = content;
    return answer(members);
}

std::string const good_answer = "weight bias inner.scale aten::add aten::matmul aten::mul prim::NumToTensor ";

std::string code_that(std::string const& call) { return "op_version_set = 1\ndef forward(self) -> Tensor:\n  x = " + call + "\n  return x\n"; }

}

TEST(OldScript, tells_tensors_by_path_and_operators_of_all_code)
{
    EXPECT_EQ(answer(good_members()), good_answer);
    auto const file = read_old_torchscript(archive_of(good_members()));
    ASSERT_TRUE(file);
    EXPECT_EQ(file->producer, "pytorch 1.3");
    EXPECT_EQ(file->format_version, 4);
    EXPECT_EQ(file->tensors[0].tensor.shape, (Shape{2, 3}));
    EXPECT_TRUE(file->tensors[0].tensor.is_parameter);
    EXPECT_FALSE(file->tensors[1].tensor.is_parameter);
    EXPECT_EQ(file->tensors[1].tensor.dtype, DType::int64);
    EXPECT_EQ(file->tensors[2].tensor.offset, 5);
    EXPECT_EQ(file->tensors[2].tensor.storage, file->tensors[0].tensor.storage);
    EXPECT_EQ(file->code[file->operators[0].places[0].file].name, "code/net.py");
    EXPECT_EQ(file->operators[0].places[0].line, 8);
}

TEST(OldScript, is_what_has_a_model_document)
{
    EXPECT_TRUE(is_old_torchscript(*archive_of(good_members())));
    EXPECT_TRUE(is_old_torchscript(*archive_of({{"model.json", "{}"}, {"version", "1"}})));
    EXPECT_FALSE(is_old_torchscript(*archive_of({{"model.json", "{}"}, {"other.txt", "1"}})));
    EXPECT_FALSE(is_old_torchscript(*archive_of({{"data.pkl", "N."}, {"version", "1"}})));
}

TEST(OldScript, tells_what_would_do_something)
{
    EXPECT_EQ(answer_with("code/net.py", code_that("torch.save(self.weight, \"f\")")), "weight bias inner.scale aten::mul aten::save finding writes-files in code/net.py:3 ");
    EXPECT_EQ(answer_with("libs/__torch__/a.py", code_that("(self.weight).save(\"f\")")), "weight bias inner.scale aten::add aten::matmul aten::save prim::NumToTensor finding writes-files in libs/__torch__/a.py:3 ");
    EXPECT_EQ(answer_with("elsewhere.py", code_that("ops.mine.run(1)")), good_answer.substr(0, 57) + "mine::run prim::NumToTensor finding custom-code in elsewhere.py:3 ");
    EXPECT_EQ(answer_with("attributes.pkl", "\x80\x02](c__main__\nTensorID\nq\1)\x81J\1\0\0\0b"s + "c__main__\nIntList\nq\2)\x81]q\3(K\5K\6ebe."), good_answer) << "as 1.0.1 wrote them";
    EXPECT_EQ(answer_with("attributes.pkl", "\x80\2c__main__\nNet\n)\x81}b."), good_answer + "finding pickle in attributes.pkl ");
    EXPECT_EQ(answer_with("attributes.pkl", "cposix\nsystem\n(Vls\ntR."), good_answer + "finding pickle in attributes.pkl ");
    EXPECT_EQ(answer_with("attributes.pkl", "\x80\x02)..."), good_answer + "finding trailing-bytes in attributes.pkl ");
    EXPECT_EQ(answer_with("debug/net.pkl", "cposix\nsystem\n)R."), good_answer + "finding pickle in debug/net.pkl ");
    EXPECT_EQ(answer_with("something", "else"), good_answer + "finding stranger in net/something ");
}

TEST(OldScript, takes_code_from_wherever_the_document_says)
{
    auto members = good_members();
    members["tensors/9"] = code_that("torch.save(self.weight, \"f\")");
    members["model.json"] = R"({"main_module": {"torchscript_arena": {"key": "tensors/9"}}})";
    EXPECT_NE(answer(members).find("finding writes-files in tensors/9:3"), std::string::npos) << answer(members);
}

TEST(OldScript, refuses_damage)
{
    EXPECT_EQ(answer_with("model.json", "[]").substr(0, 6), "error:");
    EXPECT_EQ(answer_with("model.json", "{}"), "error: there is no mainModule, model.json");
    EXPECT_EQ(answer_with("model.json", R"({"mainModule": {"submodules": {}}})"), "error: submodules is no list, model.json");
    EXPECT_EQ(answer_with("model.json", R"({"mainModule": {}, "tensors": [{"data": {"key": "no"}}]})"), "error: the archive has no member no, tensor 0, model.json");
    EXPECT_EQ(answer_with("model.json", R"({"mainModule": {}, "tensors": [{"dims": ["x"], "dataType": "FLOAT", "data": {"key": "tensors/0"}}]})").substr(0, 20), "error: found \"x\", wa");
    EXPECT_EQ(answer_with("code/net.py", "import os\nos.system(1)\n").substr(0, 6), "error:");
    EXPECT_EQ(answer_with("tensors/0", "short").substr(0, 6), "error:");
    auto document = good_members()["model.json"];
    for (size_t place = 0; place < document.size(); place += 3) {
        answer_with("model.json", document.substr(0, place));
        auto changed = document;
        changed[place] = '9';
        answer_with("model.json", changed);
    }
}
