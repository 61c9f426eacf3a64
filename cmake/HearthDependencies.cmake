# SPDX-License-Identifier: Apache-2.0
# Every third-party library, by its distribution package; docs/dependencies.md says why each is here.
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(simdjson REQUIRED IMPORTED_TARGET simdjson)
if(HEARTH_TESTS)
  find_package(GTest REQUIRED)
endif()
find_package(nlohmann_json REQUIRED)
foreach(library utf8proc:libutf8proc libcurl:libcurl libarchive:libarchive libcrypto:libcrypto
        libedit:libedit)
  string(REPLACE ":" ";" pair ${library})
  list(GET pair 0 target)
  list(GET pair 1 module)
  pkg_check_modules(${target} REQUIRED IMPORTED_TARGET ${module})
endforeach()
