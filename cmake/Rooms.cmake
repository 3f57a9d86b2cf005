# SPDX-License-Identifier: Apache-2.0
# How a room, its unit tests and its fuzzers are declared; the one place where compiler flags live.

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 17)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/lib")
set(CMAKE_ARCHIVE_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/lib")

option(TRIBUTARY_SANITIZE "build everything with ASan and UBSan" OFF)
option(TRIBUTARY_FUZZ "build the libFuzzer targets (clang, implies sanitizers)" OFF)
option(TRIBUTARY_COVERAGE "instrument for llvm-cov" OFF)

add_library(tributary_flags INTERFACE)
target_compile_options(tributary_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion
  -Werror -fno-omit-frame-pointer -fstack-protector-strong)
target_compile_definitions(tributary_flags INTERFACE
  $<$<CONFIG:Release>:_FORTIFY_SOURCE=2>
  BOOST_ASIO_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED)
if(TRIBUTARY_FUZZ)
  set(TRIBUTARY_SANITIZE ON)
  target_compile_options(tributary_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()
if(TRIBUTARY_SANITIZE)
  target_compile_options(tributary_flags INTERFACE -fsanitize=address,undefined -fno-sanitize-recover=undefined)
  target_link_options(tributary_flags INTERFACE -fsanitize=address,undefined)
endif()
if(TRIBUTARY_COVERAGE)
  target_compile_options(tributary_flags INTERFACE -fprofile-instr-generate -fcoverage-mapping)
  target_link_options(tributary_flags INTERFACE -fprofile-instr-generate)
endif()
target_link_options(tributary_flags INTERFACE -fuse-ld=lld-19 -Wl,-z,relro,-z,now)

# Tests are compiled without optimisation, the rooms that they test with it: a test runs once, compiling it is what costs.
add_library(tributary_test_flags INTERFACE)
target_compile_options(tributary_test_flags INTERFACE $<$<CONFIG:Release>:-O0> $<$<CONFIG:Release>:-U_FORTIFY_SOURCE>)

# Precompiled headers (decision 0056): one for rooms, one for tests. Only the release build has them, so that others show that every file
# includes what it uses. -fno-pch-timestamp and the sloppiness in CMakePresets.json are for ccache.
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  set(holder "${PROJECT_SOURCE_DIR}/cmake/precompiled/holder.cpp")
  add_library(tributary_room_headers OBJECT EXCLUDE_FROM_ALL "${holder}")
  target_link_libraries(tributary_room_headers PRIVATE fmt::fmt tributary_flags)
  add_executable(tributary_test_headers EXCLUDE_FROM_ALL "${holder}")
  target_link_libraries(tributary_test_headers PRIVATE fmt::fmt GTest::gmock tributary_flags tributary_test_flags)
  foreach(kind room test)
    target_compile_options(tributary_${kind}_headers PRIVATE -Xclang -fno-pch-timestamp)
    target_precompile_headers(tributary_${kind}_headers PRIVATE "${PROJECT_SOURCE_DIR}/cmake/precompiled/${kind}.hpp")
  endforeach()
endif()
function(tributary_use_precompiled target kind)
  if(CMAKE_BUILD_TYPE STREQUAL "Release")
    target_compile_options(${target} PRIVATE -Xclang -fno-pch-timestamp)
    target_precompile_headers(${target} REUSE_FROM tributary_${kind}_headers)
  endif()
endfunction()

# tributary_room(<room> SOURCES a.cpp ... DEPS other rooms or libraries): a static library
# tributary_<room> whose headers are included as "<room>/name.hpp".
function(tributary_room room)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  if(ARG_SOURCES)
    add_library(tributary_${room} STATIC ${ARG_SOURCES})
    target_include_directories(tributary_${room} PUBLIC "${PROJECT_SOURCE_DIR}/src" "${PROJECT_SOURCE_DIR}/include")
    target_link_libraries(tributary_${room} PUBLIC ${ARG_DEPS} fmt::fmt PRIVATE tributary_flags)
    tributary_use_precompiled(tributary_${room} room)
  else()
    add_library(tributary_${room} INTERFACE)
    target_include_directories(tributary_${room} INTERFACE "${PROJECT_SOURCE_DIR}/src" "${PROJECT_SOURCE_DIR}/include")
    target_link_libraries(tributary_${room} INTERFACE ${ARG_DEPS} fmt::fmt)
  endif()
endfunction()

# tributary_test(<name> SOURCES ... DEPS ... [LABELS unit|judge|system]): a GoogleTest program.
# Unit tests (the default label) need no network, no root and no other program.
function(tributary_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS;LABELS" ${ARGN})
  if(NOT BUILD_TESTING)
    return()
  endif()
  if(NOT ARG_LABELS)
    set(ARG_LABELS unit)
  endif()
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE ${ARG_DEPS} fmt::fmt GTest::gmock GTest::gtest_main tributary_flags tributary_test_flags)
  target_compile_definitions(${name} PRIVATE TRIBUTARY_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  tributary_use_precompiled(${name} test)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/tests")
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES LABELS "${ARG_LABELS}" TIMEOUT 300)
endfunction()

# tributary_fuzzer(<name> SOURCES ... DEPS ... CORPUS dir-below-fuzz/corpus)
# With TRIBUTARY_FUZZ it is a libFuzzer program; otherwise the same entry point is linked with a small driver
# that replays the seed corpus, so that every build runs every committed crasher as a unit test.
# fuzz/corpora.txt in the build folder names each fuzzer and its seeds, for tools/fuzz-long.
file(WRITE "${CMAKE_BINARY_DIR}/fuzz/corpora.txt" "")
function(tributary_fuzzer name)
  cmake_parse_arguments(ARG "" "CORPUS" "SOURCES;DEPS" ${ARGN})
  set(corpus "${PROJECT_SOURCE_DIR}/fuzz/corpus/${ARG_CORPUS}")
  if(TRIBUTARY_FUZZ)
    add_executable(${name} ${ARG_SOURCES})
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
    file(APPEND "${CMAKE_BINARY_DIR}/fuzz/corpora.txt" "${name} ${corpus}\n")
  elseif(BUILD_TESTING)
    add_executable(${name} ${ARG_SOURCES} "${PROJECT_SOURCE_DIR}/fuzz/replay_main.cpp")
    add_test(NAME ${name}_corpus COMMAND ${name} "${corpus}")
    set_tests_properties(${name}_corpus PROPERTIES LABELS unit TIMEOUT 300)
  else()
    return()
  endif()
  target_link_libraries(${name} PRIVATE ${ARG_DEPS} tributary_flags)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/fuzz")
endfunction()
