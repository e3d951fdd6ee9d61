# SPDX-License-Identifier: Apache-2.0
# Settings shared by every target: the language, the warnings, where programs go, and the two helpers
# with which folders declare their library and their tests.
include(GNUInstallDirs)
include(CheckCXXCompilerFlag)

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/bin")
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

option(XIANGDAO_WERROR "Treat warnings as errors" ON)
set(XIANGDAO_SANITIZE "" CACHE STRING "Sanitizers to build with, as for -fsanitize= (for example address,undefined)")

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
    # Paths below the tree are cached as relative ones, so that a second clone finds what the first one built.
    set(launcher "${CMAKE_COMMAND}" -E env "CCACHE_BASEDIR=${PROJECT_SOURCE_DIR}" CCACHE_NOHASHDIR=1
                 "${CCACHE_PROGRAM}")
    set(CMAKE_CXX_COMPILER_LAUNCHER "${launcher}")
    set(CMAKE_C_COMPILER_LAUNCHER "${launcher}")
endif()

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)

# Flags that every target of ours gets; an interface target, so that nothing leaks into what we only link.
add_library(xiangdao_options INTERFACE)
target_compile_options(xiangdao_options INTERFACE -Wall -Wextra -Wshadow $<$<COMPILE_LANGUAGE:CXX>:-Wconversion>
                       $<$<BOOL:${XIANGDAO_WERROR}>:-Werror>)
# g++ 12 sees copies of huge size in every optimised `"text" + string` (GCC bug 105651); 13 does not.
target_compile_options(xiangdao_options INTERFACE
    $<$<AND:$<COMPILE_LANG_AND_ID:CXX,GNU>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,13>,$<NOT:$<CONFIG:Debug>>>:-Wno-restrict>)
if(XIANGDAO_SANITIZE)
    target_compile_options(xiangdao_options INTERFACE -fsanitize=${XIANGDAO_SANITIZE} -fno-omit-frame-pointer
                           -fno-sanitize-recover=all)
    # g++ 12 takes the sanitizers' own code for uses of what is not set yet (in <regex>, for one), and warns that the
    # thread sanitizer does not see fences: those of the preview stand between processes, where it can't look anyway.
    target_compile_options(xiangdao_options INTERFACE
                           $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized> $<$<CXX_COMPILER_ID:GNU>:-Wno-tsan>)
    target_link_options(xiangdao_options INTERFACE -fsanitize=${XIANGDAO_SANITIZE})
endif()

# kiosk_library(NAME sources...): the one static library of a folder. Headers are included as "core/result.hpp".
function(kiosk_library name)
    add_library(${name} STATIC ${ARGN})
    target_include_directories(${name} PUBLIC "${PROJECT_SOURCE_DIR}/kiosk")
    target_link_libraries(${name} PRIVATE xiangdao_options)
endfunction()

# kiosk_test(NAME LIBS a b SOURCES x.cpp): one Catch2 program a folder, every case a CTest test of its own run.
function(kiosk_test name)
    cmake_parse_arguments(arg "" "" "LIBS;SOURCES" ${ARGN})
    add_executable(${name} ${arg_SOURCES})
    target_include_directories(${name} PRIVATE "${PROJECT_SOURCE_DIR}/tests" "${PROJECT_SOURCE_DIR}/kiosk")
    target_compile_definitions(${name} PRIVATE XIANGDAO_SOURCE_DIR="${PROJECT_SOURCE_DIR}"
                               XIANGDAO_BINARY_DIR="${PROJECT_BINARY_DIR}")
    target_link_libraries(${name} PRIVATE xiangdao_options catch_main ${arg_LIBS})
    # What the sanitizers look for is in the libraries; a test's own code, checks by the hundred, compiles in half the time.
    if(XIANGDAO_SANITIZE)
        target_compile_options(${name} PRIVATE -O0)
    endif()
    add_test(NAME ${name} COMMAND ${name})
endfunction()
