#include "torch/legacy_tar.h"

#include "base/cursor.h"
#include "files/tar.h"
#include "pickle/machine.h"
#include "pickle/plain.h"
#include "torch/checkpoint_findings.h"
#include "torch/checkpoint_values.h"

#include <algorithm>
#include <array>

namespace {

constexpr std::array<std::string_view, 3> member_names{"storages", "tensors", "pickle"};
constexpr size_t longest_look = 64; // members before the three that are wanted, where only the kind is asked

// Keys are numbers, written as such or as text.
std::optional<std::string> key_in(PickleValue value)
{
    if (auto const number = value.integer())
        return std::to_string(*number);
    if (auto const text = value.text())
        return std::string(*text);
    return value.is(NodeKind::big_integer) ? std::optional(integer_text(value)) : std::nullopt;
}

// torch.FloatTensor, torch.cuda.LongTensor: the type that a tensor had, which is only named.
bool is_tensor_class(PickleValue value)
{
    static constexpr std::array<std::string_view, 8> classes{"FloatTensor", "DoubleTensor", "HalfTensor", "LongTensor", "IntTensor", "ShortTensor", "CharTensor", "ByteTensor"};
    bool const is_torch = value.module() == "torch" || value.module() == "torch.cuda";
    return is_torch && std::find(classes.begin(), classes.end(), *value.name()) != classes.end();
}

// A member in which pickles and numbers follow each other.
class MemberReader {
public:
    MemberReader(std::string name, SharedBytes bytes, Limits const& limits, CheckpointEvidence& evidence)
        : name_(std::move(name)),
          bytes_(std::move(bytes)),
          evidence_(evidence)
    {
        options_.limits = limits;
    }

    SharedBytes const& bytes() const { return bytes_; }
    Result<Pickle> next_pickle()
    {
        auto pickle = TRY(within(name_, read_pickle(bytes_.bytes(), options_)));
        options_.start = pickle.end;
        evidence_.add(pickle, name_, is_expected);
        return pickle;
    }
    template <typename Number>
    Result<Number> next_number()
    {
        Cursor cursor(bytes_.bytes().subspan(options_.start));
        auto const number = TRY(within(name_, cursor.take_number<Number>()));
        options_.start += sizeof(Number);
        return number;
    }
    Result<SharedBytes> next_bytes(uint64_t count)
    {
        if (count > bytes_.size() - options_.start)
            return malformed("cut short: " + std::to_string(count) + " bytes wanted, " + std::to_string(bytes_.size() - options_.start) + " left").at("byte " + std::to_string(options_.start)).at(name_);
        options_.start += count;
        return bytes_.part(options_.start - count, count);
    }
    // A count that as many pickles can follow.
    Result<uint64_t> next_count()
    {
        auto const pickle = TRY(next_pickle());
        auto const count = pickle.root().integer();
        if (!count || *count < 0 || static_cast<uint64_t>(*count) > bytes_.size())
            return malformed("the number of what follows is no number").at(name_);
        return static_cast<uint64_t>(*count);
    }
    void finish()
    {
        if (options_.start != bytes_.size())
            evidence_.findings().push_back({"trailing-bytes", std::to_string(bytes_.size() - options_.start) + " bytes follow the last of the pickles", name_, options_.start});
    }

private:
    // What no other file of torch has: classes of tensors, and ids that are numbers or (class, file, source).
    static bool is_expected(Pickle const& pickle, PickleFinding const& finding)
    {
        auto const& graph = pickle.graph;
        for (NodeId id = 0; id < graph.size(); ++id) {
            auto const value = graph.value(id);
            if (value.offset() != finding.offset)
                continue;
            if (finding.code == "would-import" && is_tensor_class(value))
                return true;
            if (auto const persistent = value.persistent_id(); persistent && finding.code == "persistent-id" && (key_in(*persistent) || persistent->is(NodeKind::tuple)))
                return true;
        }
        return false;
    }

    std::string name_;
    SharedBytes bytes_;
    CheckpointEvidence& evidence_;
    PickleOptions options_;
};

struct TarStorage {
    DType dtype;
    SharedBytes bytes;
    std::string key; // of the whole that a view is a part of
    uint64_t number;
};

class TarCheckpoint {
public:
    explicit TarCheckpoint(CheckpointOptions const& options)
        : options_(options),
          evidence_(options)
    {
    }

    Result<Checkpoint> read(SharedBytes const& file)
    {
        auto members = TRY(read_members(file));
        TRY(read_storages({"storages", members["storages"], options_.limits, evidence_}));
        TRY(read_tensors({"tensors", members["tensors"], options_.limits, evidence_}));
        MemberReader object("pickle", members["pickle"], options_.limits, evidence_);
        auto const pickle = TRY(object.next_pickle());
        object.finish();
        Checkpoint checkpoint;
        checkpoint.format = CheckpointFormat::tar;
        checkpoint.parts = std::move(parts_);
        TRY(within("pickle", read_checkpoint_values(pickle.root(), object.bytes(), tensors_, options_.limits, checkpoint)));
        classify_checkpoint(checkpoint);
        evidence_.move_to(checkpoint);
        return checkpoint;
    }

private:
    Result<std::map<std::string, SharedBytes, std::less<>>> read_members(SharedBytes const& file)
    {
        std::map<std::string, SharedBytes, std::less<>> members;
        TarReader reader(file, options_.limits);
        while (auto const member = TRY(reader.next())) {
            auto bytes = reader.content_in_place();
            if (member->type == TarType::directory || !bytes)
                continue;
            if (std::find(member_names.begin(), member_names.end(), member->name) != member_names.end()) {
                members[member->name] = *std::move(bytes);
                continue;
            }
            if (member->name != "sys_info")
                evidence_.findings().push_back({"stranger", "a member that no reader of such an archive reads", member->name, std::nullopt});
            parts_.push_back({member->name, *std::move(bytes)});
        }
        for (auto const& found : reader.findings())
            evidence_.findings().push_back({"archive", found.code + ": " + found.message, found.entry, std::nullopt});
        for (auto const name : member_names)
            if (!members.contains(name))
                return malformed("a tar archive without " + std::string(name) + ": no torch checkpoint");
        return members;
    }

    Result<void> read_storages(MemberReader reader)
    {
        uint64_t const count = TRY(reader.next_count());
        for (uint64_t index = 0; index < count; ++index) {
            auto const pickle = TRY(reader.next_pickle());
            auto const root = pickle.root();
            auto const key = root.size() == 3 ? key_in(root.item(0)) : std::nullopt;
            auto const dtype = root.size() == 3 ? storage_class_dtype(root.item(2)) : std::nullopt;
            if (!key || !dtype)
                return malformed("a storage is not (key, location, class)").at("storages");
            auto const elements = TRY(reader.next_number<int64_t>());
            auto const bytes = elements < 0 ? std::nullopt : bytes_of_elements(*dtype, static_cast<uint64_t>(elements));
            if (!bytes)
                return malformed("a storage of " + std::to_string(elements) + " elements").at("storages");
            auto const content = TRY(reader.next_bytes(*bytes));
            storages_[*key] = {*dtype, content, *key, storages_.size()};
        }
        auto const views = TRY(reader.next_pickle());
        for (auto const view : elements_in(views.root()).value_or(std::span<NodeId const>()))
            TRY(within("storages", add_view(views.root().other(view))));
        reader.finish();
        return {};
    }

    // (key, key of the whole, offset, count)
    Result<void> add_view(PickleValue view)
    {
        auto const key = view.size() == 4 ? key_in(view.item(0)) : std::nullopt;
        auto const whole = view.size() == 4 ? key_in(view.item(1)) : std::nullopt;
        auto const found = whole ? storages_.find(*whole) : storages_.end();
        if (!key || found == storages_.end())
            return malformed("a view is not (key, key of a storage, offset, count)");
        auto const offset = view.item(2).integer().value_or(-1);
        auto const count = view.item(3).integer().value_or(-1);
        auto const size = static_cast<uint64_t>(bits_of(found->second.dtype)) / 8;
        uint64_t const elements = found->second.bytes.size() / size;
        if (offset < 0 || count < 0 || static_cast<uint64_t>(offset) > elements || static_cast<uint64_t>(count) > elements - static_cast<uint64_t>(offset))
            return malformed("a view leaves its storage");
        auto const storage = found->second;
        storages_[*key] = {storage.dtype, storage.bytes.part(static_cast<uint64_t>(offset) * size, static_cast<uint64_t>(count) * size), storage.key, storage.number};
        return {};
    }

    Result<void> read_tensors(MemberReader reader)
    {
        uint64_t const count = TRY(reader.next_count());
        for (uint64_t index = 0; index < count; ++index) {
            auto const pickle = TRY(reader.next_pickle());
            auto const root = pickle.root();
            auto const key = root.size() == 3 ? key_in(root.item(0)) : std::nullopt;
            auto const storage_key = root.size() == 3 ? key_in(root.item(1)) : std::nullopt;
            auto const storage = storage_key ? storages_.find(*storage_key) : storages_.end();
            if (!key || storage == storages_.end())
                return malformed("a tensor is not (key, key of a storage, class)").at("tensors");
            tensors_.add_tensor(*key, TRY(within("tensors", read_view(reader, storage->second))));
        }
        reader.finish();
        return {};
    }

    static Result<TorchTensor> read_view(MemberReader& reader, TarStorage const& storage)
    {
        auto const dimensions = TRY(reader.next_number<int32_t>());
        TRY(reader.next_number<int32_t>());
        constexpr int32_t most_dimensions = 64;
        if (dimensions < 0 || dimensions > most_dimensions)
            return malformed(std::to_string(dimensions) + " dimensions, at most " + std::to_string(most_dimensions) + " can be");
        TorchTensor tensor;
        for (int32_t axis = 0; axis < dimensions; ++axis)
            tensor.shape.push_back(TRY(reader.next_number<int64_t>()));
        for (int32_t axis = 0; axis < dimensions; ++axis)
            tensor.strides.push_back(TRY(reader.next_number<int64_t>()));
        tensor.offset = TRY(reader.next_number<int64_t>());
        tensor.dtype = storage.dtype;
        tensor.storage_key = storage.key;
        tensor.storage = storage.number;
        tensor.storage_bytes = storage.bytes;
        TRY(check_view(tensor.shape, tensor.strides, tensor.offset, storage.bytes.size() * 8 / static_cast<uint64_t>(bits_of(storage.dtype))));
        return tensor;
    }

    CheckpointOptions const& options_;
    CheckpointEvidence evidence_;
    std::vector<TorchPart> parts_;
    std::map<std::string, TarStorage> storages_;
    TorchStorages tensors_{{}, false};
};

}

bool is_tar_checkpoint(SharedBytes const& file, Limits const& limits)
{
    if (!is_tar(file.bytes()))
        return false;
    TarReader reader(file, limits);
    size_t found = 0;
    for (size_t count = 0; count < longest_look && found < member_names.size(); ++count) {
        auto const member = reader.next();
        if (!member || !*member)
            break;
        found += std::find(member_names.begin(), member_names.end(), (*member)->name) != member_names.end();
    }
    return found == member_names.size();
}

Result<Checkpoint> read_tar_checkpoint(SharedBytes const& file, CheckpointOptions const& options) { return TarCheckpoint(options).read(file); }
