# SPDX-License-Identifier: Apache-2.0
# Warnings, hardening and sanitizers. Everything but the ISA units is compiled for the baseline CPU.
set(HEARTH_WARNINGS -Wall -Wextra -Wpedantic -Werror -Wshadow -Wnon-virtual-dtor -Wold-style-cast
    -Wcast-align -Woverloaded-virtual -Wconversion -Wno-sign-conversion -Wformat=2
    -Wimplicit-fallthrough)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")  # clang's also flags double{x}, which says it openly
  list(APPEND HEARTH_WARNINGS -Wdouble-promotion)
endif()
# The result of floating-point code must not depend on what the compiler may contract.
add_compile_options(-ffp-contract=off -fno-math-errno -fvisibility=hidden)
if(CMAKE_BUILD_TYPE STREQUAL "Release" AND NOT HEARTH_SANITIZE)
  add_compile_options(-fstack-protector-strong -fstack-clash-protection -U_FORTIFY_SOURCE
                      -D_FORTIFY_SOURCE=2)
  add_compile_definitions(_GLIBCXX_ASSERTIONS)
  add_link_options(-Wl,-z,relro,-z,now)
endif()
if(HEARTH_SANITIZE)
  add_compile_options(-fsanitize=${HEARTH_SANITIZE} -fno-omit-frame-pointer
                      -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${HEARTH_SANITIZE})
endif()
if(HEARTH_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
if(HEARTH_PORTABLE)
  add_compile_definitions(HEARTH_PORTABLE)
endif()
find_program(HEARTH_CCACHE ccache)
if(HEARTH_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${HEARTH_CCACHE})
endif()
