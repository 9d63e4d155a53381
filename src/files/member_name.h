#pragma once

#include "base/result.h"

#include <string>
#include <string_view>

// Names of an archive's members.

// Fails with refused where `name` could mean two members or a place outside of the folder it is unpacked to. A directory's may end with "/".
Result<void> check_member_name(std::string_view name);

// Whether a component of `name` is one that Windows keeps for devices ("nul", "COM1.txt") or spells otherwise ("a.", "b "). No "/" at the end.
bool is_reserved_name(std::string_view name);

// Names that are equal after this are one for file systems that ignore case, forms of Unicode, or characters that do not show.
// `name` must be UTF-8.
std::string folded_name(std::string_view name);
