#pragma once

#include "cli/command.h"

// One function a verb, one file a verb; commands.cc puts them in order.

Command inspect_command();
Command scan_command();
Command convert_command();
Command verify_command();
Command predict_command();
Command package_command();
Command publish_command();
Command list_command();
Command show_command();
Command pull_command();
Command serve_command();
Command doctor_command();
Command explain_command();
Command completion_command();
Command version_command();
