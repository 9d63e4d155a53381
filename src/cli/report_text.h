#pragma once

#include "cli/screen.h"
#include "verify/verify.h"

#include <string>

// A verification report as people read it, for stdout.
std::string report_text(Screen const& screen, VerifyReport const& report);
