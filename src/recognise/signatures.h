#pragma once

#include "recognise/recognise.h"

// Kinds that begin with, or have at a fixed place, bytes that nothing else has there.
std::optional<Kind> kind_by_signature(Bytes file);

// A length, a JSON object of that length, data: as far as the file goes.
bool looks_like_safetensors(Bytes file);

// A first header whose checksum is right. Source: POSIX pax "ustar", and the older form without a signature.
bool looks_like_tar(Bytes file);
