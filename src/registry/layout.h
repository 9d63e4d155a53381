#pragma once

#include "database/database.h"

#include <vector>

// The tables of a registry, one migration a version of the layout. docs/formats/registry.md describes them.
std::vector<DatabaseMigration> const& registry_layout();
