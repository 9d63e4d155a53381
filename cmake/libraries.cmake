# The kept libraries, as targets that add_module may name. Why each is here: ARCHITECTURE.md, "Libraries".
# Archives before shared libraries, the compiler's own too: a program that is one file starts in half the time, and whatever reads
# untrusted bytes starts it twice.
set(CMAKE_FIND_LIBRARY_SUFFIXES .a .so)
set(OPENSSL_USE_STATIC_LIBS ON)
set(ZLIB_USE_STATIC_LIBS ON)
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(OpenSSL 3 REQUIRED COMPONENTS Crypto)
find_package(fmt REQUIRED)
if(fmt_VERSION VERSION_LESS 10) # Debian 12 has it as a shared library alone
    add_library(fmt STATIC cmake/fmt.cc)
    target_include_directories(fmt SYSTEM PUBLIC $<TARGET_PROPERTY:fmt::fmt,INTERFACE_INCLUDE_DIRECTORIES>)
else()
    add_library(fmt ALIAS fmt::fmt)
endif()
find_library(HULLMARK_YAML_CPP yaml-cpp REQUIRED) # its own package names the shared library alone
add_library(yaml-cpp UNKNOWN IMPORTED)
set_target_properties(yaml-cpp PROPERTIES IMPORTED_LOCATION ${HULLMARK_YAML_CPP})
find_package(ZLIB REQUIRED)
find_package(BZip2 REQUIRED)
find_package(LibLZMA REQUIRED)
pkg_check_modules(LZ4 REQUIRED IMPORTED_TARGET liblz4)
pkg_check_modules(ZSTD REQUIRED IMPORTED_TARGET libzstd)
pkg_check_modules(UTF8PROC REQUIRED IMPORTED_TARGET libutf8proc)
find_package(SQLiteCpp REQUIRED)
find_package(Boost 1.81 REQUIRED)
pkg_check_modules(SQLITE3 REQUIRED IMPORTED_TARGET sqlite3)
# Header-only and without a CMake package of their own: protozero, tl::expected, nlohmann-json, CLI11.

# ONNX Runtime: its C header at build time, its library at run time alone. ./setup lays both into build/onnxruntime.
set(HULLMARK_ONNXRUNTIME_HEADERS ${CMAKE_SOURCE_DIR}/build/onnxruntime/include CACHE PATH "folder of onnxruntime_c_api.h, 1.21 or newer")
set(HULLMARK_ONNXRUNTIME_LIBRARY ${CMAKE_SOURCE_DIR}/build/onnxruntime/lib/libonnxruntime.so.1 CACHE FILEPATH "where the program looks for ONNX Runtime after its own folder")
add_library(onnxruntime_headers INTERFACE)
target_include_directories(onnxruntime_headers SYSTEM INTERFACE ${HULLMARK_ONNXRUNTIME_HEADERS})
target_compile_definitions(onnxruntime_headers INTERFACE "HULLMARK_ONNXRUNTIME_LIBRARY=\"${HULLMARK_ONNXRUNTIME_LIBRARY}\"")
