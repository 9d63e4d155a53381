#include "files/zip.h"
#include "torch/checkpoint.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

namespace {

using namespace std::string_literals;

std::string file_text(std::string const& name)
{
    std::ifstream stream("tests/data/checkpoint/" + name, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

Result<Checkpoint> read_text(std::string bytes, CheckpointOptions const& options = {}) { return read_checkpoint(SharedBytes::take(std::move(bytes)), options); }
Result<Checkpoint> read_data(std::string const& name, CheckpointOptions const& options = {}) { return read_text(file_text(name), options); }

std::string number_text(double number)
{
    auto text = std::to_string(number);
    text.erase(text.find_last_not_of('0') + 1);
    return text.ends_with('.') ? text.substr(0, text.size() - 1) : text;
}

// Quantised and complex elements have no numbers of their own: their bytes are read as what they are made of.
Tensor as_numbers(Tensor const& tensor)
{
    static constexpr std::pair<DType, DType> parts[] = {{DType::quint8, DType::uint8}, {DType::qint8, DType::int8}, {DType::complex32, DType::float16}, {DType::complex64, DType::float32}, {DType::complex128, DType::float64}};
    for (auto const& [whole, part] : parts)
        if (tensor.dtype() == whole)
            return *Tensor::create(part, {static_cast<int64_t>(tensor.bytes().size()) * 8 / bits_of(part)}, tensor.data());
    return tensor;
}

std::string values_text(TorchTensor const& tensor)
{
    auto const data = tensor.data();
    if (!data)
        return data.error().text();
    auto const numbers = as_numbers(*data);
    std::string text;
    for (uint64_t index = 0; index < numbers.count(); ++index)
        text += (index == 0 ? "" : " ") + number_text(numbers.number_at(index));
    return text;
}

// "corner float32 [2, 2] storage 0: 4 6 8 10"
std::string tensor_text(CheckpointTensor const& tensor)
{
    std::string text = tensor.name + " " + std::string(name_of(tensor.tensor.dtype)) + " " + text_of(tensor.tensor.shape);
    if (!tensor.tensor.storage_key.empty())
        text += " storage " + std::to_string(tensor.tensor.storage);
    text += ": " + values_text(tensor.tensor);
    if (tensor.tensor.is_parameter)
        text += " parameter";
    if (auto const& quantisation = tensor.tensor.quantisation)
        for (size_t index = 0; index < quantisation->scales.size(); ++index)
            text += " (x - " + std::to_string(quantisation->zero_points[index]) + ") * " + number_text(quantisation->scales[index]);
    return text + "\n";
}

std::string tensors_text(Checkpoint const& checkpoint)
{
    std::string text;
    for (auto const& tensor : checkpoint.tensors)
        text += tensor_text(tensor);
    return text;
}

std::string findings_text(Checkpoint const& checkpoint)
{
    std::string text;
    for (auto const& finding : checkpoint.findings)
        text += finding.code + ": " + finding.message + ", " + finding.where() + "\n";
    return text;
}

struct ValueText {
    std::string operator()(CheckpointNone) const { return "None"; }
    std::string operator()(bool value) const { return value ? "True" : "False"; }
    std::string operator()(int64_t value) const { return std::to_string(value); }
    std::string operator()(CheckpointBigInteger const& value) const { return value.decimal; }
    std::string operator()(double value) const { return number_text(value); }
    std::string operator()(std::complex<double> value) const { return number_text(value.real()) + "+" + number_text(value.imag()) + "j"; }
    std::string operator()(std::string const& value) const { return "'" + value + "'"; }
    std::string operator()(CheckpointBytes const& value) const { return std::to_string(value.bytes.size()) + " bytes"; }
    std::string operator()(CheckpointTensorIndex value) const { return "#" + std::to_string(value.index); }
    std::string operator()(CheckpointName const& value) const { return "<" + value.name + ">"; }
    std::string operator()(CheckpointSequence const& value) const
    {
        std::string text;
        for (auto const& item : value.items)
            text += (text.empty() ? "" : ", ") + std::visit(*this, item.value);
        return value.kind == SequenceKind::list ? "[" + text + "]" : value.kind == SequenceKind::tuple ? "(" + text + ")"
                                                                                                       : "{" + text + "}";
    }
    std::string operator()(CheckpointDict const& value) const { return "{" + pairs(value.items) + "}"; }
    std::string operator()(CheckpointObject const& value) const { return value.class_name + "(" + pairs(value.attributes) + ")"; }
    std::string pairs(CheckpointItems const& items) const
    {
        std::string text;
        for (auto const& [key, item] : items)
            text += (text.empty() ? "" : ", ") + std::visit(*this, key.value) + ": " + std::visit(*this, item.value);
        return text;
    }
};

std::string value_text(CheckpointValue const* value) { return value ? std::visit(ValueText(), value->value) : "absent"; }

TEST(Checkpoint, reads_every_type_of_element)
{
    auto const checkpoint = read_data("dtypes.pt");
    ASSERT_TRUE(checkpoint) << checkpoint.error().text();
    EXPECT_EQ(checkpoint->tensors.size(), 21);
    for (auto const& tensor : checkpoint->tensors) {
        EXPECT_EQ(tensor.name, name_of(tensor.tensor.dtype));
        EXPECT_EQ(values_text(tensor.tensor), tensor.name == "bool" ? "1 1" : "1 2") << tensor.name;
    }
    EXPECT_EQ(checkpoint->kind, CheckpointKind::state_dict);
    EXPECT_EQ(findings_text(*checkpoint), "");
}

TEST(Checkpoint, reads_views_and_keeps_shared_memory_apart_from_copies)
{
    auto const checkpoint = read_data("views.pt");
    ASSERT_TRUE(checkpoint) << checkpoint.error().text();
    EXPECT_EQ(tensors_text(*checkpoint),
        "base float32 [3, 4] storage 0: 0 1 2 3 4 5 6 7 8 9 10 11\n"
        "transposed float32 [4, 3] storage 0: 0 4 8 1 5 9 2 6 10 3 7 11\n"
        "corner float32 [2, 2] storage 0: 4 6 8 10\n"
        "row float32 [4] storage 0: 8 9 10 11\n"
        "expanded float32 [2, 3] storage 1: 1 1 1 2 2 2\n"
        "scalar float32 [] storage 2: 7\n"
        "empty float32 [0, 3] storage 3: \n"
        "conjugated complex64 [2, 2] storage 4: 1 -2 3 -4 5 -6 7 -8\n"
        "negated float32 [2] storage 5: -2 4\n"
        "parameter float32 [1] storage 6: 3 parameter\n"
        "attributed float32 [1] storage 7: 9\n"
        "as_integers int32 [1] storage 8: 1065353216\n"
        "quantised quint8 [2] storage 9: 4 5 (x - 3) * 0.5\n"
        "per_channel qint8 [2, 1] storage 10: 2 3 (x - 0) * 0.5 (x - 1) * 2\n");
    EXPECT_EQ(findings_text(*checkpoint), "");
    auto const& storage = checkpoint->tensors[0].tensor.storage_bytes.bytes();
    EXPECT_EQ(checkpoint->tensors[3].tensor.data()->bytes().data(), storage.data() + 8 * sizeof(float)) << "a contiguous view is no copy";
}

TEST(Checkpoint, reads_a_checkpoint_dict_the_same_from_both_formats_and_all_protocols)
{
    for (char const* name : {"training-2.pt", "training-5.pt", "training-legacy-2.pt", "training-legacy-5.pt"}) {
        auto const checkpoint = read_data(name);
        ASSERT_TRUE(checkpoint) << name << checkpoint.error().text();
        EXPECT_EQ(checkpoint->format, std::string_view(name).find("legacy") == std::string_view::npos ? CheckpointFormat::zip : CheckpointFormat::legacy);
        EXPECT_EQ(checkpoint->kind, CheckpointKind::checkpoint);
        EXPECT_EQ(checkpoint->weights, "model_state");
        EXPECT_EQ(findings_text(*checkpoint), "");
        EXPECT_EQ(tensors_text(*checkpoint),
            "history int32 [2, 3]: 0 1 2 3 4 5\n"
            "model_state.0.weight float32 [1, 2] storage 0: 1 2\n"
            "model_state.0.bias float32 [1] storage 1: 3\n");
        auto const text = value_text(&checkpoint->value);
        EXPECT_EQ(text.substr(0, text.find(", 'param_groups'")),
            "{'epoch': 3, 'val_loss': 0.25, 'best': 0.5, 'seen': 1180591620717411303424, 'config': {'hidden': [1, 2], 'act': 'relu', 3: None, 'size': (4), "
            "'device': <device cuda:0>, 'dtype': <torch.float16>}, 'history': #0, 'classes': {'a'}, 'key': 2 bytes, 'counts': {'a': 2, 'b': 1}, "
            "'arguments': argparse.Namespace('lr': 0.5), 'complex': 1+2j, 'model_state': {'0.weight': #1, '0.bias': #2}, 'optimizer_state': {'state': {}");
        EXPECT_EQ(value_text(checkpoint->value.find("epoch")), "3");
    }
}

TEST(Checkpoint, names_the_weights_of_a_pickled_module_as_its_state_dict_would)
{
    auto const checkpoint = read_data("module.pt");
    ASSERT_TRUE(checkpoint) << checkpoint.error().text();
    EXPECT_EQ(checkpoint->kind, CheckpointKind::module);
    EXPECT_EQ(tensors_text(*checkpoint), "0.weight float32 [1, 2] storage 0: 1 2 parameter\n0.bias float32 [1] storage 1: 3 parameter\n");
    EXPECT_EQ(checkpoint->value.object()->class_name, "torch.nn.modules.container.Sequential");
    EXPECT_EQ(findings_text(*checkpoint), "");
    EXPECT_EQ(checkpoint->imports[0].name, "torch.nn.modules.container.Sequential");
}

TEST(Checkpoint, names_tensors_that_are_not_dense)
{
    auto const checkpoint = read_data("odd.pt");
    ASSERT_TRUE(checkpoint) << checkpoint.error().text();
    ASSERT_EQ(checkpoint->odd_tensors.size(), 2);
    EXPECT_EQ(checkpoint->odd_tensors[0].name, "sparse");
    EXPECT_EQ(checkpoint->odd_tensors[0].made_by, "torch._utils._rebuild_sparse_tensor");
    EXPECT_EQ(checkpoint->odd_tensors[1].made_by, "torch._utils._rebuild_meta_tensor_no_storage");
    EXPECT_EQ(checkpoint->odd_tensors[1].parts, 0);
    EXPECT_EQ(findings_text(*checkpoint), "");
}

TEST(Checkpoint, reads_sparse_tensors_as_their_parts)
{
    auto const checkpoint = read_data("sparse.pt");
    ASSERT_TRUE(checkpoint) << checkpoint.error().text();
    std::string text;
    for (auto const& [name, tensor] : checkpoint->tensors)
        text += name + " " + text_of(tensor.shape) + ": " + values_text(tensor) + "\n";
    EXPECT_EQ(text,
        "coo.indices [2, 2]: 0 1 0 1\ncoo.values [2]: 1 1\n"
        "csr.crow_indices [3]: 0 1 2\ncsr.col_indices [2]: 0 1\ncsr.values [2]: 1 1\n"
        "csc.ccol_indices [3]: 0 1 2\ncsc.row_indices [2]: 0 1\ncsc.values [2]: 1 1\n"
        "bsr.crow_indices [3]: 0 1 2\nbsr.col_indices [2]: 0 0\nbsr.values [2, 1, 2]: 1 0 0 1\n");
    ASSERT_EQ(checkpoint->odd_tensors.size(), 4);
    EXPECT_EQ(checkpoint->odd_tensors[3].layout, "torch.sparse_bsr");
    EXPECT_EQ(checkpoint->odd_tensors[3].shape, (Shape{2, 2}));
    EXPECT_EQ(checkpoint->odd_tensors[3].parts, 3);
    EXPECT_EQ(findings_text(*checkpoint), "");
}

TEST(Checkpoint, reads_storages_that_stand_for_themselves_and_pairs_of_float4)
{
    auto const checkpoint = read_data("storages.pt");
    ASSERT_TRUE(checkpoint) << checkpoint.error().text();
    EXPECT_EQ(tensors_text(*checkpoint), "bytes uint8 [4] storage 0: 0 0 128 63\nfloat4 float4_e2m1 [4] storage 1: 0 0 0.5 0\n");
    EXPECT_EQ(findings_text(*checkpoint), "");
}

TEST(Checkpoint, reads_the_tar_archives_of_the_first_pytorch)
{
    auto const checkpoint = read_data("old.tar");
    ASSERT_TRUE(checkpoint) << checkpoint.error().text();
    EXPECT_EQ(checkpoint->format, CheckpointFormat::tar);
    EXPECT_EQ(checkpoint->kind, CheckpointKind::state_dict);
    EXPECT_EQ(tensors_text(*checkpoint), "a float32 [2] storage 0: 2 3\nb float32 [2, 2] storage 0: 1 3 2 4\n");
    EXPECT_EQ(findings_text(*checkpoint), "");
}

TEST(Checkpoint, tells_wrong_sums_of_storages_when_asked)
{
    CheckpointOptions options;
    auto const quick = read_data("no-crc.pt", options);
    ASSERT_TRUE(quick) << quick.error().text();
    EXPECT_EQ(findings_text(*quick), "no-crc: the archive was written without checksums, so damage cannot be seen, \n");
    options.check_storages = true;
    EXPECT_EQ(findings_text(*read_data("no-crc.pt", options)), findings_text(*quick));
    auto damaged = file_text("views.pt");
    damaged[damaged.find(std::string("\0\0\x80\x3f\0\0\0\x40", 8))] = 1;
    EXPECT_EQ(findings_text(*read_text(damaged)), "");
    EXPECT_EQ(findings_text(*read_text(damaged, options)), "storage-crc: the CRC of a storage is wrong: its bytes changed since they were written, views/data/0\n");
    EXPECT_EQ(findings_text(*read_data("views.pt", options)), "");
}

// Archives of our own, their pickles spelled in protocol 0.

std::string archive(std::string const& pickle, std::vector<std::pair<std::string, std::string>> const& members)
{
    ZipWriter writer;
    EXPECT_TRUE(writer.add("a/data.pkl", {SharedBytes::take(pickle)}));
    for (auto const& [name, content] : members)
        EXPECT_TRUE(writer.add("a/" + name, {SharedBytes::take(content)}));
    std::string text;
    for (auto const& piece : std::move(writer).finish())
        text += text_of(piece.bytes());
    return text;
}

std::string storage(std::string const& type, std::string const& key, std::string const& count) { return "(Vstorage\nctorch\n" + type + "\nV" + key + "\nVcpu\nI" + count + "\ntQ"; }
std::string integers(std::vector<std::string> const& numbers)
{
    std::string text = "(";
    for (auto const& number : numbers)
        text += "I" + number + "\n";
    return text + "t";
}
std::string tensor(std::string const& of, std::string const& offset, std::vector<std::string> const& shape, std::vector<std::string> const& strides)
{
    return "ctorch._utils\n_rebuild_tensor_v2\n(" + of + "I" + offset + "\n" + integers(shape) + integers(strides) + "I00\nccollections\nOrderedDict\n)RtR";
}
std::string const four_floats("\0\0\x80\x3f\0\0\0\x40\0\0\x40\x40\0\0\x80\x40", 16);
std::string const four = storage("FloatStorage", "0", "4");

struct Case {
    char const* name;
    std::string pickle;
    char const* answer;
};

Case const cases[] = {
    {"a tensor alone", tensor(four, "0", {"2", "2"}, {"2", "1"}) + ".", "tensor float32 [2, 2] storage 0: 1 2 3 4\n"},
    {"overlapping strides", tensor(four, "0", {"3", "2"}, {"1", "1"}) + ".", "tensor float32 [3, 2] storage 0: 1 2 2 3 3 4\n"},
    {"no elements need no storage", tensor(four, "9", {"0"}, {"1"}) + ".", "tensor float32 [0] storage 0: \n"},
    {"one element beyond the storage", tensor(four, "1", {"2", "2"}, {"2", "1"}) + ".",
        "error: a view of sizes [2, 2], strides [2, 1], offset 1 leaves its storage of 4 elements, byte 128, tensor \"tensor\", a/data.pkl"},
    {"a stride that overflows", tensor(four, "0", {"3"}, {"9223372036854775807"}) + ".",
        "error: a view of sizes [3], strides [9223372036854775807], offset 0 leaves its storage of 4 elements, byte 140, tensor \"tensor\", a/data.pkl"},
    {"sizes that overflow", tensor(four, "0", {"4294967296", "4294967296"}, {"0", "0"}) + ".",
        "error: sizes [4294967296, 4294967296] are negative or too large, byte 146, tensor \"tensor\", a/data.pkl"},
    {"a negative stride", tensor(four, "3", {"2"}, {"-1"}) + ".", "error: a negative stride or offset, byte 123, tensor \"tensor\", a/data.pkl"},
    {"sizes without strides", tensor(four, "0", {"2"}, {}) + ".", "error: 1 sizes and 0 strides, byte 119, tensor \"tensor\", a/data.pkl"},
    {"a small storage that unfolds into gigabytes", tensor(four, "0", {"1073741824"}, {"0"}) + ".",
        "tensor float32 [1073741824] storage 0: a view of 4294967296 bytes over a storage of 16 bytes: too large to copy\n"},
    {"a storage that is not there", tensor(storage("FloatStorage", "7", "4"), "0", {"4"}, {"1"}) + ".", "error: the archive has no storage \"a/data/7\", tensor \"tensor\", a/data.pkl"},
    {"a storage out of its folder", tensor(storage("FloatStorage", "../version", "4"), "0", {"4"}, {"1"}) + ".",
        "error: the archive has no storage \"a/data/../version\", tensor \"tensor\", a/data.pkl"},
    {"a storage of another length", tensor(storage("FloatStorage", "0", "5"), "0", {"4"}, {"1"}) + ".",
        "error: storage \"0\" holds 16 bytes, its tensors want 20, tensor \"tensor\", a/data.pkl"},
    {"a storage of a class that we do not know", tensor(storage("FooStorage", "0", "4"), "0", {"4"}, {"1"}) + ".", "odd tensor\nwould-import: torch.FooStorage, a/data.pkl byte 44\n"
                                                                                                                   "persistent-id: persistent id ('storage', torch.FooStorage, '0', 'cpu', 4): no storage of a torch file, a/data.pkl byte 74\n"},
    {"the same tensor under two names", "(dVa\n" + tensor(four, "0", {"1"}, {"1"}) + "p9\nsVb\ng9\ns.", "a float32 [1] storage 0: 1\nb float32 [1] storage 0: 1\n"},
    {"what would run", "cposix\nsystem\n(Vtouch x\ntR.", "would-call: posix.system('touch x'), a/data.pkl byte 25\nstranger: a member that no reader of such an archive reads, a/data/0\n"},
    {"bytes after the pickle", "N.N.", "trailing-bytes: 2 bytes follow the pickle, a/data.pkl byte 2\nstranger: a member that no reader of such an archive reads, a/data/0\n"},
    {"a value that holds itself", "(lp0\ng0\na.", "stranger: a member that no reader of such an archive reads, a/data/0\n"},
    {"a parameter of a parameter", "p0\n", "error: PUT: stack underflow, byte 0, a/data.pkl"},
};

std::string answer(Result<Checkpoint> const& checkpoint)
{
    if (!checkpoint)
        return "error: " + checkpoint.error().text();
    std::string text = tensors_text(*checkpoint);
    for (auto const& odd : checkpoint->odd_tensors)
        text += "odd " + odd.name + "\n";
    return text + findings_text(*checkpoint);
}

TEST(Checkpoint, answers)
{
    for (auto const& c : cases)
        EXPECT_EQ(answer(read_text(archive(c.pickle, {{"data/0", four_floats}}))), c.answer) << c.name;
}

TEST(Checkpoint, swaps_the_elements_of_big_endian_files)
{
    std::string const swapped("\x3f\x80\0\0\x40\0\0\0\x40\x40\0\0\x40\x80\0\0", 16);
    auto const pickle = tensor(four, "0", {"2", "2"}, {"1", "2"}) + ".";
    EXPECT_EQ(answer(read_text(archive(pickle, {{"byteorder", "big"}, {"data/0", swapped}}))), "tensor float32 [2, 2] storage 0: 1 3 2 4\n");
    EXPECT_EQ(answer(read_text(archive(pickle, {{"byteorder", "middle"}, {"data/0", swapped}}))), "error: byteorder is \"middle\", wanted little or big, a/byteorder");
}

TEST(Checkpoint, tells_what_is_no_checkpoint)
{
    EXPECT_EQ(answer(read_text(archive("N.", {{"constants.pkl", "N."}}))), "error: a TorchScript archive, wanted a checkpoint");
    EXPECT_EQ(answer(read_text(archive("N.", {{".data/extern_modules", ""}}))), "error: a torch.package archive: it holds Python code that would run");
    EXPECT_EQ(answer(read_text(archive("N.", {{"b/data.pkl", "N."}}))), "stranger: a member that no reader of such an archive reads, a/b/data.pkl\n");
}

TEST(Checkpoint, keeps_to_its_limits)
{
    std::string doubled = "(lp0\n0";
    for (int level = 1; level < 100; ++level)
        doubled += "(lp" + std::to_string(level) + "\ng" + std::to_string(level - 1) + "\nag" + std::to_string(level - 1) + "\na0";
    EXPECT_EQ(answer(read_text(archive(doubled + "g99\n.", {}))), "error: more than 1000000 values, which is the limit, a/data.pkl");
    EXPECT_EQ(answer(read_text(archive(std::string(1'000, ']') + std::string(999, 'a') + ".", {}))), "error: values nested deeper than 200, which is the limit, a/data.pkl");
    std::string copies = "(lV" + std::string(100'000, 'x') + "\np0\na";
    for (int copy = 0; copy < 10'000; ++copy)
        copies += "g0\na";
    EXPECT_EQ(answer(read_text(archive(copies + ".", {}))), "error: more than 268435456 bytes of texts and names, which is the limit, a/data.pkl");
}

TEST(Checkpoint, is_refused_wherever_it_is_cut)
{
    for (char const* name : {"views.pt", "training-legacy-2.pt"}) {
        auto const bytes = file_text(name);
        for (size_t length = 0; length < bytes.size(); ++length)
            EXPECT_FALSE(read_text(bytes.substr(0, length))) << name << length;
    }
}

TEST(Checkpoint, survives_any_byte_being_another)
{
    for (char const* name : {"views.pt", "sparse.pt", "training-2.pt", "training-legacy-2.pt", "module.pt"}) {
        auto const bytes = file_text(name);
        for (size_t place = 0; place < bytes.size(); ++place)
            for (unsigned change : {0x01u, 0x80u, 0xffu}) {
                auto changed = bytes;
                changed[place] = static_cast<char>(static_cast<unsigned char>(changed[place]) ^ change);
                answer(read_text(changed));
            }
    }
}

}
