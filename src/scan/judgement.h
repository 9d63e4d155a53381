#pragma once

#include "base/result.h"
#include "files/zip.h"
#include "pickle/machine.h"
#include "pickle/rules.h"
#include "recognise/evidence.h"
#include "scan/scan.h"

#include <array>
#include <functional>
#include <memory>

// What is being found out about one file. Judges (judge_*.cc) are given one: they add findings and hand inner files back to it.
class Judgement {
public:
    static constexpr size_t deepest_place = 12; // archives in archives, pickles in constants

    Judgement(ScanOptions const& options, uint64_t file_bytes);

    // Why the bytes are looked at.
    enum class Role : uint8_t {
        file, // they are the file
        member, // a loader that unpacks the file gets them
        constant, // they stand in data: only what would run counts
    };

    // Judges bytes as whatever they are.
    void judge(SharedBytes const& bytes, Role role);
    // The same one level further inside, at `place`. Depth and all that is unpacked are counted.
    void judge_inside(SharedBytes const& bytes, std::string place, Role role);

    // `word` must be in the table. Places from the inside out, within the place that is being judged.
    void add(std::string_view word, std::string message, std::vector<std::string> where = {});
    // What a reader found: words that are not in the table are those of archives (files/zip.h, files/tar.h).
    void add_reported(std::string const& code, std::string const& message, std::vector<std::string> where);
    // What a reader failed with.
    void add(Error const& error);
    // What `result` failed with, if it did.
    template <typename T>
    bool succeeded(Result<T> const& result)
    {
        if (!result)
            add(result.error());
        return result.has_value();
    }

    ScanOptions const& options() const { return options_; }
    // With what is left of the budget for unpacked bytes.
    Limits limits() const;
    void spend(uint64_t unpacked_bytes);

    // No model loader opens the file, whatever its kind says.
    void skip() { skipped_ = skipped_ || !is_inside(); }
    bool is_inside() const { return !places_.empty(); }
    // Nothing may be judged further inside.
    bool is_deep() const { return places_.size() >= deepest_place; }

    // Takes from what may be spent on looking for files in data, which is in proportion to the file: data in data in data would else be looked
    // at again and again. False, and told, where nothing is left.
    bool may_search(uint64_t bytes);

    ScanReport& report() { return report_; }
    ScanReport finish() &&;

    // Findings are added within this place while it lives.
    class Place {
    public:
        Place(Judgement& judgement, std::string name)
            : judgement_(judgement)
        {
            judgement_.places_.push_back(std::move(name));
        }
        Place(Place const&) = delete;
        ~Place() { judgement_.places_.pop_back(); }

    private:
        Judgement& judgement_;
    };

private:
    void judge_as(Recognised const& recognised, SharedBytes const& bytes);

    ScanOptions const& options_;
    ScanReport report_;
    std::vector<std::string> places_; // from the outside in
    std::array<bool, 3> seen_{}; // by severity: findings beyond the limit count too
    uint64_t unpacked_left_;
    uint64_t search_left_;
    bool in_constant_ = false;
    bool skipped_ = false;
};

// Each adds what it finds in bytes of its kinds.

// Pickles one after the other, with joblib's arrays between their opcodes. `first` is a run of the first, where it was read already.
void judge_pickles(Judgement& judgement, SharedBytes const& file, PickleFlavour flavour = PickleFlavour::values, std::shared_ptr<PickleRun const> const& first = {});
// The same of bytes that come in pieces; `again` gives them once more from the first.
void judge_pickle_stream(Judgement& judgement, ByteStream& stream, std::function<std::unique_ptr<ByteStream>()> const& again);
// What the pickle holds beside its names: data that may be a file, and files that a loader is given.
void judge_constants(Judgement& judgement, Pickle const& pickle);
// Bytes or text in data: a pickle, an archive or a program, raw or spelled in base64 or hex.
void judge_constant(Judgement& judgement, Bytes constant, std::string const& place);

void judge_checkpoint(Judgement& judgement, SharedBytes const& file, Recognised const& recognised);
void judge_torchscript(Judgement& judgement, SharedBytes const& file);
void judge_exported_program(Judgement& judgement, SharedBytes const& file);
void judge_torch_package(Judgement& judgement, SharedBytes const& file);
void judge_onnx(Judgement& judgement, SharedBytes const& file);
void judge_safetensors(Judgement& judgement, SharedBytes const& file);
void judge_array(Judgement& judgement, SharedBytes const& file);
// `names_matter`: members may be written to a disk, where names that look alike or are reserved are one file or none.
void judge_zip(Judgement& judgement, SharedBytes const& file, bool names_matter = false);
void judge_tar(Judgement& judgement, SharedBytes const& file);
void judge_compressed(Judgement& judgement, SharedBytes const& file);
void judge_document(Judgement& judgement, Kind kind, SharedBytes const& file);
void judge_source(Judgement& judgement);
void judge_unknown(Judgement& judgement, SharedBytes const& file);
