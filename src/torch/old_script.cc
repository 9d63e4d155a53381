#include "torch/old_script.h"

#include "torch/members.h"
#include "torch/operator_rules.h"
#include "torch/script_evidence.h"
#include "torch/script_parser.h"
#include "json/json.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace {

struct DataTypeRow {
    std::string_view name;
    int64_t number;
    DType dtype;
};
// TensorProto.DataType; which one, JSON says by name or by number.
constexpr std::array<DataTypeRow, 10> data_types{{
    {"FLOAT", 1, DType::float32},
    {"INT32", 2, DType::int32},
    {"BYTE", 3, DType::uint8},
    {"BOOL", 5, DType::boolean},
    {"UINT8", 6, DType::uint8},
    {"INT8", 7, DType::int8},
    {"INT16", 9, DType::int16},
    {"INT64", 10, DType::int64},
    {"FLOAT16", 12, DType::float16},
    {"DOUBLE", 13, DType::float64},
}};

// "tensor_id" of "tensorId": readers of this JSON take both.
std::string with_underscores(std::string_view key)
{
    std::string spelled;
    for (char const c : key) {
        if (c >= 'A' && c <= 'Z')
            spelled += '_';
        spelled += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    return spelled;
}

// Null where it is missing.
Json const* field(Json const& object, std::string_view key)
{
    if (!object.is_object())
        return nullptr;
    for (std::string const& spelled : {std::string(key), with_underscores(key)})
        if (auto const found = object.find(spelled); found != object.end() && !found->is_null())
            return &*found;
    return nullptr;
}

std::string text_field(Json const& object, std::string_view key)
{
    auto const* const value = field(object, key);
    return value != nullptr && value->is_string() ? value->get<std::string>() : std::string();
}

bool true_field(Json const& object, std::string_view key)
{
    auto const* const value = field(object, key);
    return value != nullptr && value->is_boolean() && value->get<bool>();
}

// 64-bit numbers are texts in this JSON.
Result<int64_t> number_in(Json const& value)
{
    if (value.is_number_integer() && !(value.is_number_unsigned() && value.get<uint64_t>() > INT64_MAX))
        return value.get<int64_t>();
    int64_t number = 0;
    if (value.is_string()) {
        auto const& text = value.get_ref<std::string const&>();
        auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
        if (error == std::errc() && end == text.data() + text.size())
            return number;
    }
    return malformed("found " + write_json(value).substr(0, 40) + ", wanted a number");
}

Result<int64_t> number_field(Json const& object, std::string_view key, int64_t otherwise = 0)
{
    auto const* const value = field(object, key);
    return value == nullptr ? otherwise : within(std::string(key), number_in(*value));
}

Result<std::vector<int64_t>> numbers_field(Json const& object, std::string_view key)
{
    std::vector<int64_t> numbers;
    if (auto const* const list = field(object, key)) {
        if (!list->is_array())
            return malformed(std::string(key) + " is no list");
        for (auto const& value : *list)
            numbers.push_back(TRY(within(std::string(key), number_in(value))));
    }
    return numbers;
}

// The items of a list; none where it is missing.
Result<Json const*> list_field(Json const& object, std::string_view key)
{
    static Json const none = Json::array();
    auto const* const list = field(object, key);
    if (list != nullptr && !list->is_array())
        return malformed(std::string(key) + " is no list");
    return list == nullptr ? &none : list;
}

std::optional<DType> dtype_of(Json const& tensor)
{
    auto const* const type = field(tensor, "dataType");
    auto const row = std::find_if(data_types.begin(), data_types.end(), [&](DataTypeRow const& candidate) {
        return type != nullptr && (type->is_string() ? type->get_ref<std::string const&>() == candidate.name : *type == candidate.number);
    });
    return row == data_types.end() || true_field(tensor, "isQuantized") ? std::nullopt : std::optional(row->dtype);
}

class OldArchiveReader {
public:
    OldArchiveReader(std::shared_ptr<ZipArchive const> archive, Limits const& limits, TorchPickleVisitor const& visit_pickle)
        : archive_(std::move(archive)),
          limits_(limits),
          visit_(visit_pickle),
          members_(archive_, torch_folder(*archive_, {"model.json"}), file_.findings)
    {
    }

    Result<OldTorchScript> read()
    {
        TRY(within("model.json", read_document()));
        for (auto const& name : members_.names_below(""))
            if (name.ends_with(".py"))
                code_.insert(name);
        TRY(read_code());
        TRY(judge_pickles());
        for (auto const& name : members_.names_below("extra/")) {
            file_.extra_files.push_back(name.substr(std::string_view("extra/").size()));
            auto content = TRY(members_.read(name));
            file_.parts.push_back({name, std::move(content)});
        }
        members_.add_archive_findings();
        TRY(members_.add_strangers(is_expected, file_.parts));
        return std::move(file_);
    }

private:
    static bool is_expected(std::string_view name) { return name == "version" || name == ".data/version" || name == ".data/serialization_id" || name == "byteorder"; }

    Result<void> read_document()
    {
        auto const bytes = TRY(members_.read("model.json"));
        Json const document = TRY(read_json(text_of(bytes.bytes()), limits_));
        if (!document.is_object())
            return malformed("the model is no object");
        file_.producer = text_field(document, "producerName") + " " + text_field(document, "producerVersion");
        file_.format_version = TRY(number_field(document, "protoVersion"));
        auto const* const module = field(document, "mainModule");
        if (module == nullptr)
            return malformed("there is no mainModule");
        TRY(name_tensors(*module, "", 0));
        int64_t index = 0;
        for (auto const& tensor : *TRY(list_field(document, "tensors"))) {
            TRY(within("tensor " + std::to_string(index), read_tensor(tensor, index)));
            ++index;
        }
        return {};
    }

    // Which tensor is called what, and which members are code.
    Result<void> name_tensors(Json const& module, std::string const& prefix, uint32_t depth)
    {
        if (depth > limits_.depth)
            return exhausted("modules nest deeper than " + std::to_string(limits_.depth));
        for (auto const& parameter : *TRY(list_field(module, "parameters"))) {
            int64_t const tensor = TRY(number_field(parameter, "tensorId"));
            names_.emplace(tensor, Named{prefix + text_field(parameter, "name"), !true_field(parameter, "isBuffer")});
        }
        if (auto const* const arena = field(module, "torchscriptArena"))
            if (auto const key = text_field(*arena, "key"); !key.empty())
                code_.insert(key);
        if (auto const* const arena = field(module, "torchscriptDebugArena"))
            if (auto const key = text_field(*arena, "key"); !key.empty())
                pickles_.insert(key);
        for (auto const& inner : *TRY(list_field(module, "submodules")))
            TRY(name_tensors(inner, prefix + text_field(inner, "name") + ".", depth + 1));
        return {};
    }

    Result<void> read_tensor(Json const& described, int64_t index)
    {
        auto const* const data = field(described, "data");
        std::string const key = data == nullptr ? "" : text_field(*data, "key");
        auto const* const member = members_.find(key);
        if (member == nullptr)
            return malformed("the archive has no member " + key);
        members_.mark_read(key);
        auto bytes = TRY(within(key, archive_->content(*member)));
        auto const named = names_.find(index);
        std::string name = named == names_.end() ? "tensors." + std::to_string(index) : named->second.name;
        auto const dtype = dtype_of(described);
        if (!dtype) {
            file_.left_out.push_back(name + " has an element type that is not known, or is quantised");
            return {};
        }
        TorchTensor tensor;
        tensor.dtype = *dtype;
        tensor.shape = TRY(numbers_field(described, "dims"));
        tensor.strides = TRY(numbers_field(described, "strides"));
        tensor.offset = TRY(number_field(described, "offset"));
        tensor.requires_grad = true_field(described, "requiresGrad");
        tensor.is_parameter = named != names_.end() && named->second.is_parameter;
        tensor.storage_key = key;
        tensor.storage = storages_.emplace(key, storages_.size()).first->second;
        TRY(check_view(tensor.shape, tensor.strides, tensor.offset, bytes.size() * 8 / static_cast<uint64_t>(bits_of(*dtype))));
        tensor.storage_bytes = std::move(bytes);
        file_.tensors.push_back({std::move(name), std::move(tensor)});
        return {};
    }

    Result<void> read_code()
    {
        std::map<std::string, TorchScriptOperator> by_name;
        Limits rest = limits_;
        for (auto const& name : code_) {
            auto text = TRY(members_.read(name));
            auto const parsed = TRY(within(name, parse_script(text_of(text.bytes()), rest)));
            rest.entries -= std::min<uint64_t>(rest.entries, parsed.nodes);
            count_script_operators(parsed, static_cast<uint32_t>(file_.code.size()), by_name);
            file_.code.push_back({name, std::move(text)});
        }
        for (auto& [name, found] : by_name) {
            if (auto const judged = judge_operator(name))
                file_.findings.push_back({std::string(judged->code), judged->message, file_.code[found.places.front().file].name + ":" + std::to_string(found.places.front().line), std::nullopt});
            file_.operators.push_back(std::move(found));
        }
        return {};
    }

    Result<void> judge_pickles()
    {
        for (auto const& name : members_.names_below(""))
            if (name == "attributes.pkl" || (name.starts_with("debug/") && name.ends_with("pkl")))
                pickles_.insert(name);
        for (auto const& name : pickles_) {
            auto const bytes = TRY(members_.read(name));
            auto const pickle = TRY(within(name, read_pickle(bytes.bytes(), {limits_, 0})));
            judge_script_pickle(pickle, name, bytes.size(), {}, file_.findings);
            if (visit_)
                visit_(pickle, name);
        }
        return {};
    }

    struct Named {
        std::string name;
        bool is_parameter;
    };

    std::shared_ptr<ZipArchive const> archive_;
    Limits const& limits_;
    TorchPickleVisitor const& visit_;
    OldTorchScript file_;
    TorchMembers members_;
    std::map<int64_t, Named> names_; // by number of the tensor
    std::map<std::string, uint64_t> storages_;
    std::set<std::string> code_;
    std::set<std::string> pickles_;
};

}

bool is_old_torchscript(ZipArchive const& archive)
{
    std::string const folder = torch_folder(archive, {"model.json"});
    auto const entries = archive.entries();
    auto const has_below = [&](std::string_view inner) { return std::any_of(entries.begin(), entries.end(), [&](ZipEntry const& entry) { return std::string_view(entry.name).starts_with(folder + std::string(inner)); }); };
    return archive.find(folder + "model.json") != nullptr && (has_below("attributes.pkl") || has_below("tensors/") || has_below("code/") || has_below("libs/") || has_below("version") || has_below(".data/version"));
}

Result<OldTorchScript> read_old_torchscript(std::shared_ptr<ZipArchive const> archive, Limits const& limits, TorchPickleVisitor const& visit_pickle)
{
    return OldArchiveReader(std::move(archive), limits, visit_pickle).read();
}
