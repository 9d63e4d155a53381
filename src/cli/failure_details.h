#pragma once

#include "cli/command.h"
#include "publish/conversion.h"

// What a failed conversion or check left behind, for the error document and, as a table, for people.
void tell_trail(Trail const& trail, Desk& desk);
