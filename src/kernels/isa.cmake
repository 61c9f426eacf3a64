# SPDX-License-Identifier: Apache-2.0
# Units that are compiled for more than the baseline CPU. Each exports one table and nothing else
# (tools/check_isa_symbols.py). isa_unit(FILE flags...)
set(HEARTH_ISA_UNITS)
# Sanitizers make these units ten times as slow to compile. They read no bytes from outside: memory
# and thread errors are looked for in them, with less optimisation, and no fuzzer counts their paths.
set(isa_sanitize)
if(HEARTH_SANITIZE)
  set(isa_sanitize -O1 -g1 -fno-sanitize=undefined,fuzzer-no-link)
endif()
macro(isa_unit file)
  set_source_files_properties(${PROJECT_SOURCE_DIR}/src/kernels/${file} PROPERTIES
    COMPILE_OPTIONS "${ARGN};${isa_sanitize}")
  list(APPEND HEARTH_ISA_UNITS ${PROJECT_SOURCE_DIR}/src/kernels/${file})
endmacro()

set(avx2 -mavx2 -mfma -mf16c)
set(avx512 ${avx2} -mavx512f -mavx512bw -mavx512vl -mavx512dq -mavx512vnni -mprefer-vector-width=512)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12's own AVX-512 headers start from undefined registers and warn about it.
  list(APPEND avx512 -Wno-uninitialized -Wno-maybe-uninitialized)
endif()
set(HEARTH_ISA_SCALAR_ONLY OFF)
if(HEARTH_PORTABLE OR NOT CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  set(HEARTH_ISA_SCALAR_ONLY ON)
endif()

# The reference need not be fast, and optimising its unrolled byte loops takes a minute.
isa_unit(isa_scalar.cc -O1)
if(NOT HEARTH_ISA_SCALAR_ONLY)
  isa_unit(isa_avx2.cc ${avx2})
  isa_unit(isa_avxvnni.cc ${avx2} -mavxvnni)
  isa_unit(isa_avx512vnni.cc ${avx512})
  isa_unit(isa_avx512bf16.cc ${avx512} -mavx512bf16)
  isa_unit(isa_amx.cc ${avx512} -mavx512vbmi -mavx512bf16 -mamx-tile -mamx-int8 -mamx-bf16)
endif()

# Peak-rate loops of `hearth bench limits`.
isa_unit(isa_limits_scalar.cc)
if(NOT HEARTH_ISA_SCALAR_ONLY)
  isa_unit(isa_limits_avx2.cc ${avx2})
  isa_unit(isa_limits_avxvnni.cc ${avx2} -mavxvnni)
  isa_unit(isa_limits_avx512vnni.cc ${avx512})
  isa_unit(isa_limits_avx512bf16.cc ${avx512} -mavx512bf16)
  isa_unit(isa_limits_amx.cc ${avx512} -mamx-tile -mamx-int8 -mamx-bf16)
endif()
