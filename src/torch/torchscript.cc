#include "torch/torchscript.h"

#include "pickle/machine.h"
#include "pickle/rules.h"
#include "program/check.h"
#include "torch/script_objects.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace {

constexpr int64_t newest_version = 10; // PyTorch caffe2/serialize/versions.h, kMaxSupportedFileFormatVersion
constexpr int64_t package_version = 6;

// The folder that all members stand in, with its slash: what is in front of constants.pkl or, in archives that have none, data.pkl.
std::string folder_of(ZipArchive const& archive)
{
    for (std::string_view const name : {"constants.pkl", "data.pkl", "model.json"})
        for (auto const& entry : archive.entries()) {
            size_t const slash = entry.name.find('/');
            if (slash != std::string::npos && std::string_view(entry.name).substr(slash + 1) == name)
                return entry.name.substr(0, slash + 1);
        }
    return {};
}

// What PyTorch itself and the libraries that come with it register. Anything else is code that a file cannot bring along, but that
// it can call where it is there.
constexpr std::array<std::string_view, 10> known_namespaces{"aten", "prim", "quantized", "_quantized", "sparse", "mkldnn", "prepacked", "xnnpack", "torchvision", "torchaudio"};
constexpr std::array<std::string_view, 5> known_class_namespaces{"quantized", "rnn", "sparse", "mkldnn", "xnnpack"};
constexpr std::array<std::string_view, 2> file_operators{"aten::save", "aten::from_file"};

template <size_t Count>
bool is_one_of(std::array<std::string_view, Count> const& names, std::string_view name)
{
    return std::find(names.begin(), names.end(), name) != names.end();
}

bool has_below(ZipArchive const& archive, std::string const& folder)
{
    return std::any_of(archive.entries().begin(), archive.entries().end(), [&](ZipEntry const& entry) { return entry.name.starts_with(folder); });
}

class ArchiveReader {
public:
    ArchiveReader(std::shared_ptr<ZipArchive const> archive, Limits const& limits)
        : archive_(std::move(archive)),
          limits_(limits),
          folder_(folder_of(*archive_))
    {
    }

    Result<TorchScriptFile> read()
    {
        TRY(check_kind());
        TRY(read_version());
        bool const is_big_endian = TRY(read_byte_order());
        ScriptCode const code = TRY(read_code());
        TorchStorages constant_storages(archive_, folder_ + "constants/", is_big_endian);
        auto const constants = TRY(within("constants.pkl", read_constants(code, constant_storages)));
        TRY(code.lower(constants, file_.program));
        TorchStorages storages(archive_, folder_ + "data/", is_big_endian, constant_storages.next_number());
        file_.program.module = TRY(within("data.pkl", read_module(code, storages)));
        TRY(within("traced_inputs.pkl", read_traced_inputs()));
        collect_operators();
        judge_operators();
        find_strangers();
        file_.program.traced = file_.program.traced || has_operator("prim::NumToTensor");
        if (code.has_hooks(file_.program.module->class_name))
            add_finding("hooks", "", std::nullopt, "the module has hooks: PyTorch runs them around forward, a converted model does not");
        for (auto const& entry : archive_->entries())
            if (entry.name.starts_with(folder_ + "extra/") && !entry.is_directory())
                file_.extra_files.push_back(entry.name.substr(folder_.size() + std::string_view("extra/").size()));
        return std::move(file_);
    }

private:
    Result<void> check_kind() const
    {
        if (has("model.json"))
            return unsupported("a TorchScript archive of PyTorch before 1.4").hint("load it with PyTorch 1.4 or newer and save it again with torch.jit.save");
        if (has(".data/extern_modules"))
            return unsupported("an archive of torch.package, which holds Python source").hint("export the model that is in it with torch.jit.script, and save that");
        if (!has("constants.pkl") || !has("data.pkl"))
            return malformed("no TorchScript archive: it has no constants.pkl and data.pkl in one folder");
        if (!has_below(*archive_, folder_ + "code/") && has("bytecode.pkl"))
            return unsupported("an archive for the mobile interpreter, which holds no code").hint("save the module with torch.jit.save");
        return {};
    }

    bool has(std::string const& name) const { return archive_->find(folder_ + name) != nullptr; }

    Result<SharedBytes> content(std::string const& name) const
    {
        if (!has(name))
            return malformed("no TorchScript archive: it has no " + name);
        return within(name, archive_->checked_content(folder_ + name));
    }

    void add_finding(std::string code, std::string member, std::optional<uint64_t> offset, std::string message)
    {
        file_.findings.push_back({std::move(code), std::move(message), std::move(member), offset});
    }

    Result<void> read_version()
    {
        std::string const member = has("version") ? "version" : ".data/version";
        auto const bytes = TRY(content(member));
        std::string_view text = text_of(bytes.bytes());
        while (text.ends_with('\n'))
            text.remove_suffix(1);
        auto& version = file_.program.operator_version;
        auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), version);
        if (error != std::errc() || end != text.data() + text.size() || version < 0)
            return malformed("\"" + std::string(text.substr(0, 40)) + "\" is no version").at(member);
        if (version == package_version)
            return unsupported("version 6, that of torch.package").at(member);
        if (version > newest_version)
            add_finding("version", member, std::nullopt, "version " + std::to_string(version) + " is newer than " + std::to_string(newest_version) + ": operators may mean something else by now");
        return {};
    }

    Result<bool> read_byte_order() const
    {
        if (!has("byteorder"))
            return false;
        auto const bytes = TRY(content("byteorder"));
        std::string_view const text = text_of(bytes.bytes());
        if (text != "little" && text != "big")
            return malformed("\"" + std::string(text.substr(0, 40)) + "\" is no byte order").at("byteorder");
        return text == "big";
    }

    Result<ScriptCode> read_code()
    {
        std::vector<ScriptSource> sources;
        for (auto const& entry : archive_->entries()) {
            if (!entry.name.starts_with(folder_ + "code/") || !entry.name.ends_with(".py"))
                continue;
            std::string name = entry.name.substr(folder_.size());
            auto text = TRY(within(name, archive_->checked_content(entry)));
            sources.push_back({name, text_of(text.bytes())});
            file_.code.push_back({std::move(name), std::move(text)});
        }
        return ScriptCode::parse(sources, limits_);
    }

    // A pickle and the value of its root; what the machine found goes to the findings.
    Result<ProgramValue> read_values(std::string const& member, ScriptCode const& code, TorchStorages& storages)
    {
        auto const bytes = TRY(archive_->checked_content(folder_ + member));
        Pickle const pickle = TRY(read_pickle(bytes.bytes(), {limits_, 0}));
        ScriptObjects objects(code, storages, limits_);
        ProgramValue value = TRY(objects.read(pickle.root()));
        judge(pickle, objects.member_offsets(), bytes.size(), member);
        return value;
    }

    // Members of enumerations are called with what is no tuple.
    void judge(Pickle const& pickle, std::set<uint64_t> const& member_offsets, uint64_t size, std::string const& member)
    {
        PickleFindings found = pickle.findings;
        found.add(judge_pickle(pickle, PickleFlavour::torch_script));
        for (auto const& finding : found.list)
            if (!member_offsets.contains(finding.offset))
                add_finding("pickle", member, finding.offset, finding.message);
        constexpr std::string_view built_in = "__torch__.torch.classes.";
        for (auto const& mention : pickle.mentions) {
            std::string const name = pickle.graph.value(mention.global).qualified_name();
            if (name.starts_with(built_in) && !is_one_of(known_class_namespaces, std::string_view(name).substr(built_in.size(), name.find('.', built_in.size()) - built_in.size())))
                add_finding("custom-code", member, mention.offset, name + ": a class of a library that the file does not bring along");
        }
        if (pickle.end != size)
            add_finding("trailing-bytes", member, pickle.end, std::to_string(size - pickle.end) + " bytes follow the pickle");
    }

    Result<std::vector<ProgramValue>> read_constants(ScriptCode const& code, TorchStorages& storages)
    {
        ProgramValue const value = TRY(read_values("constants.pkl", code, storages));
        auto const* const tuple = std::get_if<std::shared_ptr<ProgramTuple>>(&value.value);
        if (tuple == nullptr)
            return malformed("the constants are no tuple");
        return (*tuple)->items;
    }

    Result<std::shared_ptr<ProgramObject>> read_module(ScriptCode const& code, TorchStorages& storages)
    {
        ProgramValue value = TRY(read_values("data.pkl", code, storages));
        auto* const object = std::get_if<std::shared_ptr<ProgramObject>>(&value.value);
        if (object == nullptr)
            return malformed("the module is no object");
        return std::move(*object);
    }

    Result<void> read_traced_inputs()
    {
        if (!has("traced_inputs.pkl"))
            return {};
        file_.program.traced = true;
        auto const bytes = TRY(archive_->checked_content(folder_ + "traced_inputs.pkl"));
        Pickle const pickle = TRY(read_pickle(bytes.bytes(), {limits_, 0}));
        auto const methods = without_tag(pickle.root());
        if (!methods.is(NodeKind::dict))
            return malformed("the example inputs are no dict");
        for (auto const& [key, value] : methods.pairs()) {
            auto const method = methods.other(key).text();
            if (!method)
                return malformed("a method without a name");
            std::vector<std::optional<ExampleInput>> inputs;
            TRY(add_inputs(methods.other(value), 0, inputs));
            file_.program.example_inputs[std::string(*method)] = std::move(inputs);
        }
        return {};
    }

    static PickleValue without_tag(PickleValue value)
    {
        auto const arguments = value.arguments();
        bool const is_tagged = value.qualified_name().starts_with("torch.jit._pickle.") && arguments && arguments->size() > 0;
        return is_tagged ? arguments->item(0) : value;
    }

    // The leaves of lists, tuples and dicts, in order. Their storages are empty: only the recipe is read.
    Result<void> add_inputs(PickleValue tagged, uint32_t depth, std::vector<std::optional<ExampleInput>>& into)
    {
        if (depth > limits_.depth || ++inputs_seen_ > limits_.entries)
            return exhausted("example inputs nest deeper than " + std::to_string(limits_.depth) + " or are more than " + std::to_string(limits_.entries));
        PickleValue const value = without_tag(tagged);
        if (is_tensor_call(value)) {
            TensorRecipe const recipe = TRY(read_tensor_recipe(value));
            into.push_back(ExampleInput{recipe.dtype, recipe.shape});
        } else if (value.is(NodeKind::list) || value.is(NodeKind::tuple)) {
            for (NodeId const item : value.items())
                TRY(add_inputs(value.other(item), depth + 1, into));
        } else if (value.is(NodeKind::dict)) {
            for (auto const& [key, item] : value.pairs())
                TRY(add_inputs(value.other(item), depth + 1, into));
        } else {
            into.emplace_back(std::nullopt);
        }
        return {};
    }

    void collect_operators()
    {
        std::map<std::string, TorchScriptOperator> by_name;
        for (auto const& [name, function] : file_.program.functions)
            count_block(function.body, by_name);
        for (auto const& [name, type] : file_.program.classes)
            for (auto const& [method, function] : type.methods)
                count_block(function.body, by_name);
        for (auto& [name, found] : by_name) {
            found.name = name;
            file_.operators.push_back(std::move(found));
        }
    }

    // Code that nothing calls counts as well: __setstate__ runs while PyTorch loads, any other method when somebody asks for it.
    void judge_operators()
    {
        for (auto const& found : file_.operators) {
            if (is_one_of(file_operators, found.name))
                add_finding("writes-files", place_of(found), std::nullopt, found.name + " reads or writes files that the model names");
            else if (!is_one_of(known_namespaces, std::string_view(found.name).substr(0, found.name.find("::"))))
                add_finding("custom-code", place_of(found), std::nullopt, found.name + ": an operator of a library that the file does not bring along");
        }
    }

    std::string place_of(TorchScriptOperator const& found) const { return found.places.empty() ? "" : file_.program.text(found.places.front()); }

    // torch.load looks into the folder of the first member, torch.jit.load into that of constants.pkl.
    void find_strangers()
    {
        for (auto const& entry : archive_->entries())
            if (!entry.name.starts_with(folder_))
                add_finding("stranger", entry.name, std::nullopt, "a member outside of the folder " + folder_);
    }

    static void count_block(Block const& block, std::map<std::string, TorchScriptOperator>& by_name)
    {
        for (auto const& call : block.calls) {
            if (!is_program_call(call.target)) {
                auto& found = by_name[call.target];
                ++found.count;
                if (found.places.size() < TorchScriptOperator::places_kept)
                    found.places.push_back(call.place);
            }
            for (auto const& inner : call.blocks)
                count_block(inner, by_name);
        }
    }

    bool has_operator(std::string_view name) const
    {
        return std::any_of(file_.operators.begin(), file_.operators.end(), [&](TorchScriptOperator const& found) { return found.name == name; });
    }

    std::shared_ptr<ZipArchive const> archive_;
    Limits const& limits_;
    std::string folder_;
    uint64_t inputs_seen_ = 0;
    TorchScriptFile file_;
};

}

bool is_torchscript(ZipArchive const& archive)
{
    std::string const folder = folder_of(archive);
    return archive.find(folder + "data.pkl") != nullptr && archive.find(folder + "constants.pkl") != nullptr && has_below(archive, folder + "code/");
}

Result<TorchScriptFile> read_torchscript(std::shared_ptr<ZipArchive const> archive, Limits const& limits)
{
    return ArchiveReader(std::move(archive), limits).read();
}

Result<TorchScriptFile> read_torchscript(SharedBytes bytes, Limits const& limits)
{
    auto archive = std::make_shared<ZipArchive const>(TRY(ZipArchive::read(std::move(bytes), limits)));
    return read_torchscript(std::move(archive), limits);
}
