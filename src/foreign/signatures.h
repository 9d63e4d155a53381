#pragma once

#include "foreign/foreign.h"

// Formats that begin with, or have at a fixed place, bytes that nothing else has there.
std::optional<ForeignFormat> format_by_signature(Bytes file);

// Formats whose few signature bytes could stand in anything: more of their structure is looked at.
std::optional<ForeignFormat> format_by_structure(Bytes file);

// Protobuf messages, by their fields.
std::optional<ForeignFormat> format_by_protobuf(Bytes file);
