# SPDX-License-Identifier: Apache-2.0
# Writes version.h: SOURCE, VERSION, INPUT and OUTPUT are given.
execute_process(COMMAND git -C ${SOURCE} describe --always --dirty --exclude=* --abbrev=12
                OUTPUT_VARIABLE HEARTH_COMMIT OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
if(NOT HEARTH_COMMIT)
  set(HEARTH_COMMIT unknown)
endif()
set(PROJECT_VERSION ${VERSION})
configure_file(${INPUT} ${OUTPUT} @ONLY)
