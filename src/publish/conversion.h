#pragma once

#include "convert/convert.h"
#include "onnx/write.h"
#include "publish/samples.h"
#include "publish/source.h"
#include "json/json.h"

#include <map>
#include <set>
#include <string>
#include <variant>
#include <vector>

// Source files → ONNX, with what there is to say about it.

using ReadSource = std::variant<ProgramSource, OnnxSource>;

// TorchScript, an exported program or ONNX; fails as read_program_source does for all else.
Result<ReadSource> read_source(SourceFile const& source, Limits const& limits = {});
// "TorchScript, 34 operators, 8 tensors, 58.3 kB"
std::string receipt_of(SourceFile const& source, ReadSource const& read);

// Options as they stand on the command line, by name, and the words behind each.
using OptionWords = std::map<std::string, std::vector<std::string>, std::less<>>;

struct ConversionRequest {
    ConvertOptions options; // its `inputs` stay empty: the samples and the next field say what they are
    std::vector<InputSpecification> inputs; // by name, they take the place of what the sample says
    std::vector<SampleFile> samples; // the first decides the inputs
    std::string external_location; // name of the file for weights beside the model; empty: only where one file is too small
    bool external_data = false; // weights in a file of their own, however small
    bool is_strict = false; // warnings are errors
    OptionWords words; // all that the request was made of, for the process that makes it again
};

// An ONNX model as it will be written.
struct ConvertedModel {
    OnnxModel model; // weights of an ONNX source that stand in other files are not loaded
    OnnxFile file; // as it is written: its weights are not copied
    std::string external_location; // empty: no external data
    OnnxFile external_data;
    OnnxFile first_call; // the first call of a program that keeps state, where that is still to be proved (publish/state.h); else empty
    bool is_converted = false; // false: it was ONNX already
    std::vector<ConversionWarning> warnings;
    std::vector<std::string> assumptions;

    // The file in one piece: a copy where it has several parts.
    SharedBytes bytes() const;
    // The external data as the runtime takes it.
    std::vector<ExternalFile> external_files() const;
};

// What a conversion leaves behind where it fails, beside the error.
struct Trail {
    std::vector<UnsupportedOperator> unsupported;
    std::vector<ConversionWarning> warnings; // that are errors
    Json report; // of the check that said no; null where there was none
};

// Where a converted model comes from, in its metadata_props: these keys keep their names.
inline constexpr std::string_view source_digest_key = "hullmark.source.sha256"; // of the file's bytes
inline constexpr std::string_view source_kind_key = "hullmark.source.kind"; // "torchscript"
inline constexpr std::string_view source_method_key = "hullmark.source.method"; // "forward"
inline constexpr std::string_view opset_key = "hullmark.opset"; // "17"
inline constexpr std::string_view version_key = "hullmark.version"; // of the program that converted it

// What was read from `source` as ONNX. Fails with unsupported where operators have no rule; they all stand in `trail`.
Result<ConvertedModel> convert_source(ReadSource const& read, SourceFile const& source, ConversionRequest const& request, Trail& trail);

// Fails with unsupported where the request is strict and there are warnings, which then stand in `trail`.
Result<void> demand_no_warnings(std::vector<ConversionWarning> const& warnings, bool is_strict, Trail& trail);

// An operator that is no part of ONNX nor of what ONNX Runtime brings: a library has it.
struct ForeignOperator {
    std::string name; // "mylib::foo"
    uint64_t count = 0;
    std::set<std::string> where; // doc strings of its nodes: source lines
};
// Of all nodes, those of nested graphs and of the model's own functions too; sorted by name.
std::vector<ForeignOperator> foreign_operators(OnnxModel const& model);
// "mylib::foo, mylib::bar"; empty where there is none.
std::string text_of(std::vector<ForeignOperator> const& operators);

// {"opset", "ir_version", "inputs", "outputs", "warnings", "assumptions", "custom", "unsupported"}, as contract "command line" has them.
Json json_of(ConvertedModel const& converted);
Json json_of(std::vector<UnsupportedOperator> const& operators);
Json json_of(std::vector<ConversionWarning> const& warnings);
