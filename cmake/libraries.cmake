# The kept libraries, as targets that add_module may name. Why each is here: ARCHITECTURE.md, "Libraries".
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(OpenSSL 3 REQUIRED COMPONENTS Crypto)
find_package(fmt REQUIRED)
find_package(simdjson REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(ZLIB REQUIRED)
find_package(SQLiteCpp REQUIRED)
find_package(Boost 1.81 REQUIRED)
pkg_check_modules(SQLITE3 REQUIRED IMPORTED_TARGET sqlite3)
# Header-only and without a CMake package of their own: protozero, tl::expected, nlohmann-json, CLI11.
