# SPDX-License-Identifier: Apache-2.0
# The rooms of the house and the complete list of rooms that each may include.
# hearth_room(ROOM [DEPS room...] [LIBS link targets of third-party libraries...])
# tools/check_layers.py reads this file and fails on any other arrow; ARCHITECTURE.md shows the same table.
hearth_room(base LIBS fmt::fmt PkgConfig::simdjson Threads::Threads)
hearth_room(cpu DEPS base)
hearth_room(quant DEPS base)
hearth_room(kernels DEPS quant cpu base)
hearth_room(tensor DEPS quant base)
hearth_room(ops DEPS kernels tensor cpu base)
hearth_room(formats DEPS tensor quant base)
hearth_room(text DEPS formats base LIBS PkgConfig::utf8proc)
hearth_room(models DEPS ops tensor formats text quant base)
hearth_room(engine DEPS models text formats tensor cpu base)
hearth_room(http DEPS base LIBS PkgConfig::libcurl)
hearth_room(hub DEPS http base LIBS PkgConfig::libarchive PkgConfig::libcrypto nlohmann_json::nlohmann_json)
include(EmbedFile)
hearth_embed(hearth_hub data/catalogue.json hub/builtin_catalogue.h hearth::hub BuiltinCatalogue)
