#pragma once

#include "base/bytes.h"
#include "base/digest.h"
#include "base/result.h"
#include "registry/reference.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

// The registry of models in a folder: `format`, `registry.db` (models, versions, aliases, stages, history) and `blobs/` (the
// files, by content). docs/formats/registry.md has the layout and its invariants.
//
// Promises: the row of a version is the only commit point. Its files are on the disk before it, so once publish() returned the
// version can be read whatever happens to the machine, and before that nobody sees any of it. Numbers of versions are 1, 2, 3 ...
// without a gap and without a double, whoever publishes at once, and never come back. Files are given out only after their size and
// digest were found right. Every move of an alias or a stage is in the history, in the same transaction.
// Refuses: names that MLflow's clients could not use (reference.h), a version without evidence unless the caller allows it, a
// folder that is something else, a layout of a newer program.
//
// The caller gives all times (ms since 1970) and users. A Registry is for one thread at a time; any number of processes and
// threads may have one open on the same folder.

class Database;
class Blobs;

enum class RegistryAccess : uint8_t {
    create, // made where it is not there
    existing, // missing where it is not there; read where its disk is read-only
};

// Who changes something, when and why; it stands in the history.
struct RegistryActor {
    std::string who;
    int64_t at_ms = 0;
    std::string why;
};

struct RegistryTag {
    std::string key;
    std::string value;
};

// A text about a version that belongs to no file: "schema", "report", "evidence" ... as JSON.
struct VersionDocument {
    std::string name;
    std::string json;
};

struct NewFile {
    std::string path; // inside the version, "data/model.onnx"
    SharedBytes content;
    Digest digest; // of `content`; refused where it turns out to be another
};

enum class Unverified : uint8_t { refused,
    allowed };

struct NewVersion {
    std::string name;
    std::string kind; // what the source file was, as `inspect` says it
    std::optional<Digest> source_digest; // of the file that the model came from
    std::vector<NewFile> files; // at least one
    bool verified = false; // evidence is there and says yes
    std::string description;
    std::vector<VersionDocument> documents;
    std::vector<RegistryTag> tags;
    std::vector<std::string> aliases; // moved to the new version
};

struct PublishedVersion {
    int64_t number = 0;
    Digest digest; // of its list of files
};

struct RegisteredModel {
    std::string name;
    std::string description;
    int64_t created_ms = 0;
    int64_t updated_ms = 0;
    int64_t latest = 0; // number of the newest version that is not deleted, 0 for none
    int64_t versions = 0; // that are not deleted
    std::vector<std::pair<std::string, int64_t>> aliases; // alias and version, sorted
};

struct ModelVersion {
    std::string name;
    int64_t number = 0;
    Digest digest; // of its list of files
    std::string kind;
    std::optional<Digest> source_digest;
    bool verified = false;
    std::string stage; // None, Staging, Production, Archived
    std::string description;
    int64_t created_ms = 0;
    std::string created_by;
    std::optional<int64_t> deleted_ms;
    std::vector<std::string> aliases; // sorted
};

struct VersionFile {
    std::string path;
    Digest digest;
    uint64_t size = 0; // bytes
};

struct VersionDetails {
    ModelVersion version;
    std::vector<VersionFile> files; // sorted by path
    std::vector<RegistryTag> tags; // sorted by key
    std::vector<VersionDocument> documents; // sorted by name
};

// One move: an alias (`name`) from one version to another, a version (`name` its number) from one stage to another, or a version
// from live to deleted and back. `before` and `after` are empty where there is nothing.
struct RegistryMove {
    int64_t at_ms = 0;
    std::string who;
    std::string why;
    std::string action; // set, remove, rollback, stage, delete, restore
    std::string subject; // alias, version
    std::string name;
    std::string before;
    std::string after;
};

enum class OtherVersions : uint8_t { keep,
    archive };

struct OneStepBack {
};
struct BackToVersion {
    int64_t number = 0;
};
struct BackToTime {
    int64_t at_ms = 0;
};
using RollbackTarget = std::variant<OneStepBack, BackToVersion, BackToTime>;

struct GarbageReport {
    size_t objects = 0; // that no version points to, removed
    uint64_t bytes = 0;
    size_t unfinished = 0; // left by writers that died, removed
};

enum class CheckDepth : uint8_t { sizes, // objects are there with the right size
    digests }; // and their bytes are read and right

struct RegistryFault {
    std::string invariant; // "I2", as docs/formats/registry.md numbers them; "DB" for the database file itself
    std::string what;
};

struct RegistryCheck {
    std::vector<RegistryFault> faults; // empty: all is well
    size_t models = 0;
    size_t versions = 0;
    size_t objects = 0;
    size_t unreferenced = 0; // objects that no version points to; no fault
    size_t unfinished = 0; // no fault either
};

class Registry {
public:
    static Result<Registry> open(std::string const& folder, RegistryAccess access);
    Registry(Registry&&) noexcept;
    Registry& operator=(Registry&&) noexcept;
    ~Registry();

    // Stores the files, then the version, its tags and the moves of its aliases in one transaction. The model is made with its
    // first version. no: not verified and not allowed. usage: a name, tag, alias or path that may not be. refused: a file whose
    // bytes have another digest.
    Result<PublishedVersion> publish(NewVersion const& version, Unverified unverified, RegistryActor const& actor);

    // Sorted by name.
    Result<std::vector<RegisteredModel>> models();
    // missing, with the nearest names, where there is no such model; so do all that take a name.
    Result<RegisteredModel> model(std::string const& name);
    // Newest first, deleted ones left out.
    Result<std::vector<ModelVersion>> versions(std::string const& name);
    // Deleted ones too. missing where there is no such version.
    Result<VersionDetails> version(std::string const& name, int64_t number);
    // The number of a version that is not deleted.
    Result<int64_t> resolve(ModelReference const& reference);

    // The bytes of one file, verified; they stay while any copy of them lives. unavailable, naming model, version and file, where
    // the stored object is damaged.
    Result<SharedBytes> read_file(std::string const& name, int64_t number, std::string const& path);
    // Writes all files of a version, verified, to the new folder `target`; all of them are on the disk when it returns, and where
    // it fails there is no `target`. conflict where something is there already (an empty folder may be).
    Result<std::vector<VersionFile>> pull(std::string const& name, int64_t number, std::string const& target);

    // Points an alias to a version that is not deleted.
    Result<void> set_alias(std::string const& name, std::string const& alias, int64_t number, RegistryActor const& actor);
    // Nothing is said where there is no such alias.
    Result<void> remove_alias(std::string const& name, std::string const& alias, RegistryActor const& actor);
    // Moves a version to a stage (any case). With archive, all others that were in it go to Archived in the same transaction;
    // usage for other stages than Staging and Production then.
    Result<void> set_stage(std::string const& name, int64_t number, std::string const& stage, OtherVersions others, RegistryActor const& actor);
    // Moves an alias back along its history, past deleted versions: one step, to a version it pointed to before, or to where it
    // pointed at a time. Answers the version it points to now. conflict where the history has no such place.
    Result<int64_t> roll_back(std::string const& name, std::string const& alias, RollbackTarget const& target, RegistryActor const& actor);
    // Oldest first.
    Result<std::vector<RegistryMove>> history(std::string const& name);

    // A deleted version keeps its number, its files and its place in the history; its aliases go and its stage becomes None.
    Result<void> delete_version(std::string const& name, int64_t number, RegistryActor const& actor);
    Result<void> restore_version(std::string const& name, int64_t number, RegistryActor const& actor);

    // Sorted by key.
    Result<std::vector<RegistryTag>> model_tags(std::string const& name);
    Result<void> set_model_tag(std::string const& name, RegistryTag const& tag);
    Result<void> remove_model_tag(std::string const& name, std::string const& key);
    Result<void> set_version_tag(std::string const& name, int64_t number, RegistryTag const& tag);
    Result<void> remove_version_tag(std::string const& name, int64_t number, std::string const& key);

    // Removes objects that no version points to and that were last written before `before_ms`, and what dead writers left before
    // then. Holds the database's write lock while it removes, and publish() looks under that lock whether its files are still there.
    Result<GarbageReport> collect_garbage(int64_t before_ms);
    // Looks whether the invariants hold.
    Result<RegistryCheck> check(CheckDepth depth);

private:
    Registry(std::string folder, std::unique_ptr<Database> database, std::unique_ptr<Blobs> blobs);

    std::string folder_;
    std::unique_ptr<Database> database_;
    std::unique_ptr<Blobs> blobs_;
};
