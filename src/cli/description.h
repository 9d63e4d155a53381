#pragma once

#include "publish/source.h"
#include "tensor/tensor.h"
#include "json/json.h"

#include <string>
#include <vector>

// What `inspect` says about a file: a document, and the same as text.

class Description {
public:
    Json document = Json::object();

    // A line of the head: "opset  17".
    void add_row(std::string name, std::string text) { head_.push_back({std::move(name), std::move(text)}); }
    // A titled table below the head; long ones are cut, the document has all.
    void add_section(std::string title, std::vector<std::vector<std::string>> rows);
    void add_tensor(std::string const& name, std::string const& dtype, Shape const& shape, uint64_t bytes);
    void add_advice(std::string text);
    // The verdict, with what was found.
    void judge(ScanReport const& report);

    // Ends with a newline; control characters are gone.
    std::string text(std::string const& title);

private:
    void add_tensor_section();

    struct Section {
        std::string title;
        std::vector<std::vector<std::string>> rows;
    };
    struct TensorLine {
        std::string name;
        std::string type;
        uint64_t bytes = 0;
        uint64_t elements = 0;
    };
    std::vector<std::vector<std::string>> head_;
    std::vector<Section> sections_;
    std::vector<TensorLine> tensors_;
    std::vector<std::string> advice_;
};

// Each describes one family of kinds, or fails as its reader does.
Result<void> describe_checkpoint(SharedBytes const& bytes, Description& description);
Result<void> describe_torchscript(SharedBytes const& bytes, Description& description);
Result<void> describe_exported_program(SharedBytes const& bytes, Description& description);
Result<void> describe_onnx(SharedBytes const& bytes, Description& description);
Result<void> describe_safetensors(SharedBytes const& bytes, Description& description);
Result<void> describe_array(SharedBytes const& bytes, Description& description);
Result<void> describe_arrays(SharedBytes const& bytes, Description& description);
Result<void> describe_pickle(SharedBytes const& bytes, Description& description);
Result<void> describe_archive(SharedBytes const& bytes, Description& description);
// What one compressed stream holds, which is described as itself. Unpacked into `temporary_folder` where it is large.
Result<void> describe_compressed(SharedBytes const& bytes, std::filesystem::path const& temporary_folder, Description& description);
Result<void> describe_tar(SharedBytes const& bytes, Description& description);
// A format that is named and not read.
Result<void> describe_foreign(SharedBytes const& bytes, Description& description);
// Whatever the bytes are.
Result<void> describe_bytes(Kind kind, SharedBytes const& bytes, std::filesystem::path const& temporary_folder, Description& description);
Result<void> describe_package(std::string const& folder, Description& description);
