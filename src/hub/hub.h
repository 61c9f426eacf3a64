// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Models on disk and where they come from: everything a caller of this room needs.
#include "hub/catalogue.h"  // IWYU pragma: export
#include "hub/pull.h"       // IWYU pragma: export
#include "hub/store.h"      // IWYU pragma: export
