# Compiler settings that every target shares.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})

set(HULLMARK_SANITIZE "" CACHE STRING "value of -fsanitize=, or empty")

find_program(CCACHE ccache)
if(CCACHE)
    set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()
find_program(MOLD mold)
if(MOLD)
    add_link_options(-fuse-ld=mold)
endif()

add_compile_options(-Wall -Wextra -Wshadow -Werror -fno-strict-aliasing)
add_compile_options($<$<CXX_COMPILER_ID:Clang>:-Wno-gnu-statement-expression>)
if(HULLMARK_SANITIZE)
    add_compile_options(-fsanitize=${HULLMARK_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
    add_link_options(-fsanitize=${HULLMARK_SANITIZE})
    if(HULLMARK_SANITIZE STREQUAL "thread")
        add_compile_options($<$<CXX_COMPILER_ID:GNU>:-Wno-tsan>) # Asio has fences beside its locks, and they are not looked at
    endif()
    # clang 14 cannot lay out what this check of indirect calls writes before functions of Asio's templates.
    add_compile_options($<$<CXX_COMPILER_ID:Clang>:-fno-sanitize=function>)
endif()
if(CMAKE_BUILD_TYPE STREQUAL "Release")
    set(CMAKE_CXX_FLAGS_RELEASE "-O2") # no NDEBUG: CHECK and library assertions stay on
    set(CMAKE_POSITION_INDEPENDENT_CODE ON)
    add_compile_options(-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -D_GLIBCXX_ASSERTIONS -fstack-protector-strong -fstack-clash-protection)
    if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64")
        add_compile_options(-fcf-protection)
    endif()
    add_link_options(-pie -Wl,-z,relro,-z,now,-z,noexecstack)
endif()

# start_fast(PROGRAM): a program that is started over and over, twice for each file that it judges. Its 30,000 relative relocations are read in
# the packed form (8 kB for 720), and what no code reaches is left out. Only GNU ld writes this form such that glibc takes it.
include(CheckLinkerFlag)
function(start_fast program)
    set(packed -fuse-ld=bfd -Wl,-z,pack-relative-relocs)
    check_linker_flag(CXX "${packed}" HULLMARK_PACKS_RELOCATIONS)
    if(HULLMARK_PACKS_RELOCATIONS AND NOT HULLMARK_SANITIZE)
        target_link_options(${program} PRIVATE ${packed} -Wl,--gc-sections)
    endif()
endfunction()
