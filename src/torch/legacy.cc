#include "torch/legacy.h"

#include "base/cursor.h"
#include "pickle/machine.h"
#include "pickle/plain.h"
#include "torch/checkpoint_findings.h"
#include "torch/checkpoint_values.h"

#include <algorithm>

namespace {

// LONG1 of ten bytes: 0x1950a86a20f9469cfc6c, STOP. PROTO stands before it, and from protocol 4 on a FRAME.
constexpr std::string_view magic = "\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.";
constexpr size_t proto_bytes = 2;
constexpr size_t frame_bytes = 9;
constexpr int64_t protocol_version = 1001;

// Reads one pickle after the other.
class PickleStream {
public:
    PickleStream(Bytes bytes, Limits const& limits, CheckpointEvidence& evidence)
        : bytes_(bytes),
          evidence_(evidence)
    {
        options_.limits = limits;
    }

    uint64_t position() const { return options_.start; }
    Result<Pickle> next(std::string const& name)
    {
        auto pickle = TRY(within(name, read_pickle(bytes_, options_)));
        options_.start = pickle.end;
        evidence_.add(pickle, name);
        return pickle;
    }

private:
    Bytes bytes_;
    CheckpointEvidence& evidence_;
    PickleOptions options_;
};

// The size of each storage's element, by key: the storages themselves do not say it.
Result<std::map<std::string, uint64_t, std::less<>>> element_sizes(PickleGraph const& graph)
{
    std::map<std::string, uint64_t, std::less<>> sizes;
    for (NodeId id = 0; id < graph.size(); ++id) {
        auto const value = graph.value(id);
        auto const tuple = value.persistent_id();
        if (!tuple || tuple->size() == 0 || tuple->item(0).text() != "storage")
            continue;
        auto const storage = TRY(read_storage_id(value));
        uint64_t const size = storage.dtype ? std::max<uint64_t>(static_cast<uint64_t>(bits_of(*storage.dtype)) / 8, 1) : 1;
        if (auto const [known, is_new] = sizes.emplace(storage.key, size); !is_new && known->second != size)
            return malformed("storage \"" + storage.key + "\" has elements of two sizes").at("byte " + std::to_string(value.offset()));
    }
    return sizes;
}

Result<std::map<std::string, SharedBytes, std::less<>>> read_storages(PickleValue keys, std::map<std::string, uint64_t, std::less<>> const& sizes, SharedBytes const& file, uint64_t& position)
{
    auto const elements = elements_in(keys);
    if (!elements)
        return malformed("the list of storage keys is a " + std::string(name_of(keys.kind()))).at("byte " + std::to_string(keys.offset()));
    std::map<std::string, SharedBytes, std::less<>> storages;
    Cursor cursor(file.bytes().subspan(position));
    for (NodeId const id : *elements) {
        auto const key = keys.other(id).text();
        auto const size = key ? sizes.find(*key) : sizes.end();
        if (size == sizes.end())
            return malformed("a storage that no tensor uses: its element type is not known").at("byte " + std::to_string(position));
        std::string const place = "storage \"" + std::string(*key) + "\"";
        auto const count = TRY(within(place, cursor.take_number<int64_t>()));
        if (count < 0 || static_cast<uint64_t>(count) > cursor.left() / size->second)
            return malformed("cut short: " + std::to_string(count) + " elements wanted, " + std::to_string(cursor.left()) + " bytes left").at("byte " + std::to_string(position)).at(place);
        uint64_t const bytes = static_cast<uint64_t>(count) * size->second;
        if (!storages.emplace(*key, file.part(position + sizeof(int64_t), bytes)).second)
            return malformed("the storage stands twice").at("byte " + std::to_string(position)).at(place);
        TRY(cursor.take(bytes));
        position += sizeof(int64_t) + bytes;
    }
    return storages;
}

Result<void> check_protocol(PickleStream& stream)
{
    TRY(stream.next("magic number"));
    auto const protocol = TRY(stream.next("protocol version"));
    if (protocol.root().integer() != protocol_version)
        return unsupported("a torch stream of another protocol than 1001");
    return {};
}

}

bool is_legacy_checkpoint(Bytes file)
{
    auto text = text_of(file);
    if (!text.starts_with('\x80') || text.size() < proto_bytes + frame_bytes)
        return false;
    text.remove_prefix(proto_bytes);
    if (text.starts_with('\x95'))
        text.remove_prefix(frame_bytes);
    return text.starts_with(magic);
}

Result<Checkpoint> read_legacy_checkpoint(SharedBytes const& file, CheckpointOptions const& options)
{
    Checkpoint checkpoint;
    checkpoint.format = CheckpointFormat::legacy;
    CheckpointEvidence evidence(options);
    PickleStream stream(file.bytes(), options.limits, evidence);
    TRY(check_protocol(stream));
    auto const machine = TRY(stream.next("system information"));
    auto const little = machine.root().find("little_endian");
    auto const object = TRY(stream.next("object"));
    auto const keys = TRY(stream.next("storage keys"));

    uint64_t position = stream.position();
    auto by_key = TRY(read_storages(keys.root(), TRY(element_sizes(object.graph)), file, position));
    if (position != file.size())
        evidence.findings().push_back({"trailing-bytes", std::to_string(file.size() - position) + " bytes follow the last storage", "", position});
    TorchStorages storages(std::move(by_key), little && little->boolean() == false);
    TRY(read_checkpoint_values(object.root(), file, storages, options.limits, checkpoint));
    classify_checkpoint(checkpoint);
    evidence.move_to(checkpoint);
    return checkpoint;
}
