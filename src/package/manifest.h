#pragma once

#include "package/package.h"

// hullmark.json. Its layout stands in docs/formats/package.md.

PackageFile package_file(std::string path, std::vector<SharedBytes> parts);

// Of all files of the package but itself.
std::string write_manifest(Package const& package, int64_t created_seconds);

// The package as its manifest tells it; its files have no bytes yet.
Result<Package> read_manifest(std::string_view text, Limits const& limits);

// "1970-01-01" and "00:00:00". `seconds` is within the years 1970 to 9999.
struct CalendarTime {
    std::string date;
    std::string time;
};
CalendarTime calendar_time(int64_t seconds);
