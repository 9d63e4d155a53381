#include "torch/torchscript.h"

#include "pickle/machine.h"
#include "program/check.h"
#include "torch/members.h"
#include "torch/operator_rules.h"
#include "torch/script_evidence.h"
#include "torch/script_objects.h"
#include "torch/script_origins.h"

#include <algorithm>
#include <charconv>

namespace {

constexpr int64_t newest_version = 10; // PyTorch caffe2/serialize/versions.h, kMaxSupportedFileFormatVersion
constexpr int64_t package_version = 6;
constexpr std::string_view debug_ending = ".debug_pkl";

class ArchiveReader {
public:
    ArchiveReader(std::shared_ptr<ZipArchive const> archive, Limits const& limits, TorchPickleVisitor const& visit_pickle)
        : archive_(std::move(archive)),
          limits_(limits),
          visit_(visit_pickle),
          members_(archive_, torch_folder(*archive_, {"constants.pkl", "data.pkl", "model.json"}), file_.findings)
    {
    }

    Result<TorchScriptFile> read()
    {
        TRY(check_kind());
        TRY(read_version());
        bool const is_big_endian = TRY(members_.is_big_endian());
        ScriptCode const code = TRY(read_code());
        TorchStorages constant_storages(archive_, members_.folder() + "constants/", is_big_endian);
        auto const constants = TRY(within("constants.pkl", read_constants(code, constant_storages)));
        TRY(code.lower(constants, file_.program));
        TorchStorages storages(archive_, members_.folder() + "data/", is_big_endian, constant_storages.next_number());
        file_.program.module = TRY(within("data.pkl", read_module(code, storages)));
        TRY(within("traced_inputs.pkl", read_traced_inputs()));
        collect_operators();
        judge_operators();
        TRY(judge_other_pickles());
        file_.program.traced = file_.program.traced || has_operator("prim::NumToTensor");
        if (code.has_hooks(file_.program.module->class_name))
            add_finding("hooks", "", std::nullopt, "the module has hooks: PyTorch runs them around forward, a converted model does not");
        TRY(keep_extra_files());
        members_.add_archive_findings();
        TRY(members_.add_strangers(is_expected, file_.parts));
        return std::move(file_);
    }

    // Of an archive without code, whose methods stand in bytecode.pkl: what its parts say and do, and no program.
    Result<TorchScriptFile> read_mobile()
    {
        TRY(read_version());
        TRY(members_.is_big_endian());
        for (char const* const name : {"constants.pkl", "data.pkl"})
            if (members_.has(name))
                TRY(judge_pickle_in(name));
        TRY(judge_other_pickles());
        TRY(keep_extra_files());
        members_.add_archive_findings();
        TRY(members_.add_strangers(is_expected, file_.parts));
        return std::move(file_);
    }

private:
    Result<void> check_kind() const
    {
        if (members_.has("model.json"))
            return unsupported("a TorchScript archive of PyTorch before 1.4").hint("load it with PyTorch 1.4 or newer and save it again with torch.jit.save");
        if (members_.has(".data/extern_modules"))
            return unsupported("an archive of torch.package, which holds Python source").hint("export the model that is in it with torch.jit.script, and save that");
        if (!members_.has("constants.pkl") || !members_.has("data.pkl"))
            return malformed("no TorchScript archive: it has no constants.pkl and data.pkl in one folder");
        if (!members_.has_below("code/") && members_.has("bytecode.pkl"))
            return unsupported("an archive for the mobile interpreter, which holds no code").hint("save the module with torch.jit.save");
        return {};
    }

    void add_finding(std::string code, std::string member, std::optional<uint64_t> offset, std::string message)
    {
        file_.findings.push_back({std::move(code), std::move(message), std::move(member), offset});
    }

    Result<void> read_version()
    {
        std::string const member = members_.has("version") ? "version" : ".data/version";
        auto const bytes = TRY(members_.read(member));
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

    Result<ScriptCode> read_code()
    {
        std::vector<ScriptSource> sources;
        for (auto& name : members_.names_below("code/")) {
            if (!name.ends_with(".py"))
                continue;
            auto text = TRY(members_.read(name));
            sources.push_back({name, text_of(text.bytes())});
            file_.code.push_back({std::move(name), std::move(text)});
        }
        return ScriptCode::parse(sources, limits_);
    }

    // A pickle and the value of its root; what the machine found goes to the findings.
    Result<ProgramValue> read_values(std::string const& member, ScriptCode const& code, TorchStorages& storages)
    {
        auto const bytes = TRY(members_.read(member));
        Pickle const pickle = TRY(read_pickle(bytes.bytes(), {limits_, 0}));
        ScriptObjects objects(code, storages, limits_);
        ProgramValue value = TRY(objects.read(pickle.root()));
        judge(pickle, objects.member_offsets(), bytes.size(), member);
        return value;
    }

    // Members of enumerations are called with what is no tuple.
    void judge(Pickle const& pickle, std::set<uint64_t> const& member_offsets, uint64_t size, std::string const& member)
    {
        judge_script_pickle(pickle, member, size, member_offsets, file_.findings);
        if (member == "bytecode.pkl")
            judge_mobile_operators(pickle, member, file_.findings);
        std::string const storages = member == "constants.pkl" ? "constants/" : member == "traced_inputs.pkl" ? "traced_inputs/"
                                                                                                              : "data/";
        if (visit_)
            visit_(pickle, member);
        for (auto const& key : storage_keys(pickle.graph))
            members_.mark_read(storages + key);
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
        if (!members_.has("traced_inputs.pkl"))
            return {};
        file_.program.traced = true;
        auto const bytes = TRY(members_.read("traced_inputs.pkl"));
        Pickle const pickle = TRY(read_pickle(bytes.bytes(), {limits_, 0}));
        judge(pickle, {}, bytes.size(), "traced_inputs.pkl");
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
        for (auto const& found : file_.operators)
            if (auto const judged = judge_operator(found.name))
                add_finding(std::string(judged->code), place_of(found), std::nullopt, judged->message);
    }

    std::string place_of(TorchScriptOperator const& found) const { return found.places.empty() ? "" : file_.program.text(found.places.front()); }

    // Pickles that PyTorch reads beside the module: where the code came from, and the mobile interpreter's form of it.
    Result<void> judge_other_pickles()
    {
        std::vector<std::string> names = members_.names_below("code/");
        std::erase_if(names, [](std::string const& name) { return !name.ends_with(debug_ending); });
        for (char const* const mobile : {"bytecode.pkl", "mobile_debug_handles.pkl"})
            if (members_.has(mobile))
                names.emplace_back(mobile);
        for (auto const& name : names)
            TRY(judge_pickle_in(name));
        return {};
    }

    Result<void> judge_pickle_in(std::string const& name)
    {
        auto const bytes = TRY(members_.read(name));
        auto const pickle = TRY(within(name, read_pickle(bytes.bytes(), {limits_, 0})));
        judge(pickle, {}, bytes.size(), name);
        if (name.ends_with(debug_ending))
            note_origins(name.substr(0, name.size() - debug_ending.size()), pickle.root());
        return {};
    }

    void note_origins(std::string const& code_name, PickleValue const& root)
    {
        auto const& files = file_.program.files;
        auto const file = std::find(files.begin(), files.end(), code_name);
        auto const code = std::find_if(file_.code.begin(), file_.code.end(), [&](TorchScriptCode const& one) { return one.name == code_name; });
        if (file != files.end() && code != file_.code.end())
            read_script_origins(root, text_of(code->text.bytes()), static_cast<uint32_t>(file - files.begin()), file_.program);
    }

    // Whatever the author put there: PyTorch gives it out as bytes.
    Result<void> keep_extra_files()
    {
        for (auto const& name : members_.names_below("extra/")) {
            file_.extra_files.push_back(name.substr(std::string_view("extra/").size()));
            auto bytes = TRY(members_.read(name));
            file_.parts.push_back({name, std::move(bytes)});
        }
        return {};
    }

    static bool is_expected(std::string_view name)
    {
        return name == ".data/serialization_id" || name == ".data/version" || name == "version" || name == ".format_version" || name == ".storage_alignment" || name.starts_with("traced_inputs/");
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
    TorchPickleVisitor const& visit_;
    uint64_t inputs_seen_ = 0;
    TorchScriptFile file_;
    TorchMembers members_;
};

}

bool is_torchscript(ZipArchive const& archive)
{
    std::string const folder = torch_folder(archive, {"constants.pkl"});
    auto const entries = archive.entries();
    bool const has_code = std::any_of(entries.begin(), entries.end(), [&](ZipEntry const& entry) { return entry.name.starts_with(folder + "code/"); });
    return has_code && archive.find(folder + "data.pkl") != nullptr && archive.find(folder + "constants.pkl") != nullptr;
}

bool is_mobile_script(ZipArchive const& archive)
{
    std::string const folder = torch_folder(archive, {"bytecode.pkl"});
    auto const entries = archive.entries();
    bool const has_code = std::any_of(entries.begin(), entries.end(), [&](ZipEntry const& entry) { return entry.name.starts_with(folder + "code/"); });
    return !has_code && archive.find(folder + "bytecode.pkl") != nullptr && archive.find(folder + "data.pkl") != nullptr;
}

Result<TorchScriptFile> read_mobile_script(std::shared_ptr<ZipArchive const> archive, Limits const& limits, TorchPickleVisitor const& visit_pickle)
{
    return ArchiveReader(std::move(archive), limits, visit_pickle).read_mobile();
}

Result<TorchScriptFile> read_torchscript(std::shared_ptr<ZipArchive const> archive, Limits const& limits, TorchPickleVisitor const& visit_pickle)
{
    return ArchiveReader(std::move(archive), limits, visit_pickle).read();
}

Result<TorchScriptFile> read_torchscript(SharedBytes bytes, Limits const& limits, TorchPickleVisitor const& visit_pickle)
{
    auto archive = std::make_shared<ZipArchive const>(TRY(ZipArchive::read(std::move(bytes), limits)));
    return read_torchscript(std::move(archive), limits, visit_pickle);
}
