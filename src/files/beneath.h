#pragma once

#include "files/mapped.h"

#include <string_view>

// Opens a file that a document names, relative to the document's folder, and never one outside of it: the external data of an
// ONNX model, a shard of an index.
//
// Refuses, whatever the folder holds: absolute names, "..", ".", empty components, backslashes, NUL; links of any kind on the way
// or at the end; files with a second name (hard links); anything but a regular file.
// Source: the attacks of CVE-2022-25882, CVE-2024-27318, CVE-2026-34446, CVE-2026-34447 on external data.

// `folder` itself is trusted and may be or hold links; an empty one is the working directory.
Result<MappedFile> open_beneath(std::filesystem::path const& folder, std::string_view name, Limits const& limits = {});
