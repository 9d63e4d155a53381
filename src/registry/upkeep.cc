#include "blobs/blobs.h"
#include "registry/registry.h"
#include "registry/rows.h"
#include "registry/text.h"

#include <algorithm>
#include <map>

// Taking away what nobody points to, and looking whether all is as docs/formats/registry.md says.

namespace {

constexpr size_t objects_at_once = 256; // under one write lock, so that publishers wait for moments only

// The objects of one batch that no version points to. The caller holds the write lock: none of them can gain a row meanwhile.
Result<void> remove_unreferenced(Database& database, Blobs& blobs, std::vector<BlobOnDisk> const& batch, GarbageReport& report)
{
    for (auto const& object : batch) {
        auto const row = TRY(database.query_first<int64_t>("SELECT 1 FROM version_file WHERE digest = $1 LIMIT 1", {object.blob.digest.hex()}));
        if (row)
            continue;
        TRY(blobs.remove(object.blob.digest));
        ++report.objects;
        report.bytes += object.blob.size;
    }
    return {};
}

// Looks at everything once and writes down what is wrong.
class Inspection {
public:
    Inspection(Database& database, Blobs& blobs, CheckDepth depth)
        : database_(database),
          blobs_(blobs),
          depth_(depth)
    {
    }

    Result<RegistryCheck> run()
    {
        auto const damages = TRY(database_.damages());
        for (auto const& damage : damages)
            fault("DB", damage);
        auto const models = TRY((database_.query<int64_t, std::string, int64_t>("SELECT id, name, last_version FROM model ORDER BY id")));
        for (auto const& [id, name, last_version] : models) {
            TRY(look_at_versions({id, name}, last_version));
            TRY(look_at_aliases({id, name}));
        }
        check_.models = models.size();
        TRY(look_at_objects());
        return std::move(check_);
    }

private:
    void fault(std::string invariant, std::string what) { check_.faults.push_back({std::move(invariant), std::move(what)}); }

    // I3: numbers are 1..n.
    Result<void> look_at_versions(ModelRow const& model, int64_t last_version)
    {
        auto const rows = TRY((database_.query<int64_t, std::string, std::string>("SELECT number, digest, stage FROM version WHERE model = $1 ORDER BY number", {model.id})));
        int64_t expected = 1;
        for (auto const& [number, digest, stage] : rows) {
            if (number != expected)
                fault("I3", place_of(model.name, number) + " follows version " + std::to_string(expected - 1));
            expected = number + 1;
            if (auto const canonical = canonical_stage(stage); !canonical || *canonical != stage)
                fault("I4", place_of(model.name, number) + " is in no known stage, " + quoted_text(stage));
            TRY(look_at_files(model, number, digest));
        }
        if (expected - 1 != last_version)
            fault("I3", "the model " + quoted_text(model.name) + " counts " + std::to_string(last_version) + " versions, the last one is " + std::to_string(expected - 1));
        check_.versions += rows.size();
        return {};
    }

    // I1, I2: every object that a version points to is there, whole, and the list of files is the one that was published.
    Result<void> look_at_files(ModelRow const& model, int64_t number, std::string const& digest)
    {
        std::string const place = place_of(model.name, number);
        auto const files = version_files(database_, model.id, number);
        if (!files) {
            fault("I2", place + ": " + files.error().text());
            return {};
        }
        if (files->empty() || digest_of_files(*files).hex() != digest)
            fault("I2", place + ": its list of files does not have its digest");
        for (auto const& file : *files)
            look_at_file(place, file);
        return {};
    }

    void look_at_file(std::string const& place, VersionFile const& file)
    {
        std::string const where = place + ", file " + quoted_text(file.path) + ": ";
        auto const [known, is_new] = seen_.emplace(file.digest.hex(), std::string());
        if (is_new)
            known->second = damage_of({file.digest, file.size});
        if (!known->second.empty())
            fault(depth_ == CheckDepth::sizes ? "I2" : "I1", where + known->second);
    }

    std::string damage_of(Blob const& blob)
    {
        if (depth_ == CheckDepth::digests) {
            auto const bytes = blobs_.open(blob);
            return bytes ? "" : bytes.error().text();
        }
        auto const there = blobs_.has(blob);
        if (!there)
            return there.error().text();
        return *there ? "" : "the object sha256:" + blob.digest.hex() + " is gone or has another size than " + std::to_string(blob.size) + " bytes";
    }

    // I4: aliases point to versions that are not deleted, as their last move in the history says.
    Result<void> look_at_aliases(ModelRow const& model)
    {
        auto const aliases = TRY((database_.query<std::string, int64_t, std::optional<std::string>>(
            "SELECT name, number, (SELECT after FROM history WHERE history.model = alias.model AND subject = 'alias' AND history.name = alias.name ORDER BY move DESC LIMIT 1) "
            "FROM alias WHERE model = $1 ORDER BY name",
            {model.id})));
        for (auto const& [alias, number, moved_to] : aliases) {
            std::string const place = "alias " + quoted_text(alias) + " of " + quoted_text(model.name);
            if (auto const live = require_live_version(database_, model, number); !live)
                fault("I4", place + ": " + live.error().what);
            if (moved_to != std::to_string(number))
                fault("I4", place + " points to version " + std::to_string(number) + ", its history says " + (moved_to ? quoted_text(*moved_to) : "nothing"));
        }
        return {};
    }

    Result<void> look_at_objects()
    {
        auto const objects = TRY(blobs_.list());
        check_.objects = objects.size();
        check_.unreferenced = static_cast<size_t>(std::count_if(objects.begin(), objects.end(), [&](auto const& object) { return !seen_.contains(object.blob.digest.hex()); }));
        check_.unfinished = TRY(blobs_.count_unfinished());
        return {};
    }

    Database& database_;
    Blobs& blobs_;
    CheckDepth depth_;
    RegistryCheck check_;
    std::map<std::string, std::string> seen_; // digest of each object that a version points to, and its damage
};

}

Result<GarbageReport> Registry::collect_garbage(int64_t before_ms)
{
    GarbageReport report;
    report.unfinished = TRY(blobs_->remove_unfinished(before_ms));
    auto objects = TRY(blobs_->list());
    std::erase_if(objects, [&](auto const& object) { return object.modified_ms >= before_ms; });
    for (size_t start = 0; start < objects.size(); start += objects_at_once) {
        auto const lock = TRY(database_->begin(DatabaseWork::writing)); // changes nothing and is never committed
        auto const begin = objects.begin() + static_cast<ptrdiff_t>(start);
        TRY(remove_unreferenced(*database_, *blobs_, {begin, begin + static_cast<ptrdiff_t>(std::min(objects_at_once, objects.size() - start))}, report));
    }
    return report;
}

Result<RegistryCheck> Registry::check(CheckDepth depth)
{
    auto const transaction = TRY(database_->begin(DatabaseWork::reading));
    return Inspection(*database_, *blobs_, depth).run();
}
