# Fuzz targets: each tests/fuzz/NAME_fuzz.cc becomes the program NAME_fuzz (clang's libFuzzer), which sees and links the modules
# whose doors it includes. The modules themselves are compiled with coverage by the preset's -fsanitize=...,fuzzer-no-link.
if(NOT CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    message(FATAL_ERROR "fuzz targets need clang's libFuzzer: use the preset fuzz")
endif()
file(GLOB targets CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/fuzz/*_fuzz.cc)
add_custom_target(fuzz_targets) # all of them
foreach(target IN LISTS targets)
    get_filename_component(name ${target} NAME_WE)
    file(STRINGS ${target} modules REGEX "^#include \"[^/]+/")
    list(TRANSFORM modules REPLACE "^#include \"([^/]+)/.*$" "\\1")
    list(REMOVE_DUPLICATES modules)
    add_program(${name} MAIN ${target} NEEDS ${modules})
    foreach(module IN LISTS modules) # as the module's own tests, it sees what is behind the doors
        target_include_directories(${name} PRIVATE ${CMAKE_BINARY_DIR}/own/${module})
    endforeach()
    target_compile_options(${name} PRIVATE -fsanitize=fuzzer)
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${target})
    add_dependencies(fuzz_targets ${name})
endforeach()
