#include "recognise/disguise.h"

#include "base/utf8.h"
#include "foreign/foreign.h"
#include "recognise/archive_end.h"
#include "recognise/forms.h"
#include "recognise/media_end.h"
#include "recognise/pickles.h"
#include "recognise/signatures.h"
#include "recognise/tar_members.h"
#include "torch/checkpoint.h"

#include <algorithm>
#include <cctype>

namespace {

bool begins_as_archive(Bytes file) { return text_of(file).starts_with("PK\3\4") || text_of(file).starts_with("PK\5\6"); }

bool is_plain_text(std::string_view text)
{
    return is_utf8(text) && std::none_of(text.begin(), text.end(), [](unsigned char c) { return c < ' ' && c != '\n' && c != '\r' && c != '\t'; });
}

bool is_text_kind(Kind kind) { return kind == Kind::text || kind == Kind::json || kind == Kind::yaml || kind == Kind::template_text || kind == Kind::source || kind == Kind::safetensors_index || kind == Kind::pytorch_index; }

// Opened by programs that look no further than the end of what they show.
bool may_carry_tail(Kind kind) { return kind == Kind::image || kind == Kind::audio || kind == Kind::unknown || kind == Kind::gguf || kind == Kind::hdf5; }

// "an ELF program", "a GIF picture": of an acronym it is the name of the letter that counts.
std::string with_article(std::string_view name)
{
    bool const is_acronym = name.size() >= 2 && std::isupper(static_cast<unsigned char>(name[1])) != 0;
    std::string_view const vowels = is_acronym ? "AEFHILMNORSX" : "AEIOUaeiou";
    return (!name.empty() && vowels.find(name.front()) != vowels.npos ? "an " : "a ") + std::string(name);
}

class Readings {
public:
    Readings(SharedBytes const& file, Kind kind, Limits const& limits)
        : file_(file.bytes()),
          kind_(kind),
          limits_(limits),
          is_tar_(kind == Kind::tar || (kind == Kind::torch_checkpoint && looks_like_tar(file_) && is_tar_checkpoint(file, limits)))
    {
    }

    std::vector<Disguise> find() &&
    {
        as_pickle();
        as_archive();
        by_form();
        by_signature();
        behind_media();
        as_last_pickle();
        return std::move(found_);
    }

private:
    bool is_pickle_kind() const
    {
        bool const is_of_torch = kind_ == Kind::torch_checkpoint || kind_ == Kind::torch_module;
        return kind_ == Kind::pickle || kind_ == Kind::joblib || kind_ == Kind::scikit_learn || (is_of_torch && !begins_as_archive(file_) && !is_tar_);
    }

    void add(std::string reading, std::string message, uint64_t offset)
    {
        found_.push_back({std::move(reading), std::move(message), offset});
    }

    void as_pickle()
    {
        if (!is_pickle_kind() && read_as_pickle(file_, limits_).runs)
            add("a pickle", "to an unpickler the " + std::string(title_of(kind_)) + " is a pickle that runs", 0);
    }

    void as_archive()
    {
        auto const end = archive_end_of(file_);
        if (!end)
            return;
        if (begins_as_archive(file_)) {
            auto const comment = file_.subspan(end->record + 22);
            if (!is_plain_text(text_of(comment)))
                add("data behind an archive", std::to_string(comment.size()) + " bytes that are no text stand in the archive's comment", end->record + 22);
            return;
        }
        if (kind_ == Kind::zip || (is_tar_ && is_inside_of_tar_member(file_, end->directory, end->record + 22)))
            return;
        add("a ZIP archive", "a ZIP archive stands at the end of the " + std::string(title_of(kind_)), end->directory);
    }

    void by_form()
    {
        if (is_text_kind(kind_))
            return;
        if (!is_tar_ && looks_like_tar(file_))
            add("a tar archive", "the first 512 bytes are the header of a tar archive", 0);
        if (kind_ != Kind::safetensors && looks_like_safetensors(file_))
            add("safetensors", "the first bytes are a length and a header of safetensors", 0);
        if (kind_ != Kind::onnx && looks_like_onnx(file_))
            add("an ONNX model", "the bytes are an ONNX model as well", 0);
    }

    // The name of a tar's first member may begin as a signature does; no name that a person gives holds control characters.
    bool is_tar_of_plain_name() const
    {
        constexpr size_t name_bytes = 100;
        auto const name = text_of(file_.first(std::min(file_.size(), name_bytes)));
        return is_tar_ && is_plain_text(name.substr(0, name.find('\0')));
    }

    void by_signature()
    {
        if (is_text_kind(kind_) || begins_as_archive(file_) || is_tar_of_plain_name())
            return;
        if (auto const kind = kind_by_signature(file_); kind && *kind != kind_)
            add(with_article(title_of(*kind)), "the bytes begin as " + with_article(title_of(*kind)) + " does", 0);
        if (kind_ == Kind::unknown)
            return;
        if (auto const format = foreign_format_of(file_); format && format->kind != name_of(kind_))
            add(with_article(format->name), "the bytes have the signature of " + with_article(format->name), 0);
    }

    void behind_media()
    {
        auto const end = may_carry_tail(kind_) ? end_of_media(file_) : std::nullopt;
        if (!end || *end == file_.size())
            return;
        Bytes const tail = file_.subspan(*end);
        auto const format = foreign_format_of(tail);
        bool const is_danger = format && format->nature != ForeignNature::data;
        if (is_danger || begins_as_archive(tail) || looks_like_tar(tail) || looks_like_safetensors(tail) || read_as_pickle(tail, limits_).runs)
            add("a file behind a picture or sound", std::to_string(tail.size()) + " bytes behind the end of the " + std::string(title_of(kind_)) + " are a file of their own", *end);
    }

    // A pickle that ends with the file, wherever it begins in the last part of it.
    void as_last_pickle()
    {
        constexpr size_t last_part = size_t{1} << 16;
        constexpr size_t most_attempts = 64;
        if (!may_carry_tail(kind_) || !found_.empty() || !text_of(file_).ends_with('.'))
            return;
        Limits limits = limits_;
        limits.steps = 10'000;
        size_t attempts = 0;
        for (size_t begin = file_.size() - std::min(file_.size(), last_part); begin + 2 < file_.size() && attempts < most_attempts; ++begin) {
            if (file_[begin] != std::byte{0x80} || file_[begin + 1] < std::byte{2} || file_[begin + 1] > std::byte{5})
                continue;
            ++attempts;
            if (read_as_pickle(file_.subspan(begin), limits).runs)
                return add("a pickle", "a pickle stands at the end of the " + std::string(title_of(kind_)), begin);
        }
    }

    Bytes file_;
    Kind kind_;
    Limits limits_;
    bool is_tar_; // one of torch's too
    std::vector<Disguise> found_;
};

}

std::vector<Disguise> disguises_of(SharedBytes const& file, Kind kind, Limits const& limits) { return Readings(file, kind, limits).find(); }
