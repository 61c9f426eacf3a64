// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "measure.h"

#include "messages_machine.h"
#include "terminal.h"

namespace hearth::app {

Result<std::vector<kernels::Limit>> Measure(Console& console, kernels::LimitOptions options) {
  CancelToken cancel;
  const InterruptScope interrupt(cancel);
  Progress progress(console, Console::Text(msg::kMeasuring));
  options.cancel = &cancel;
  options.progress = [&](int done, int total) { progress.Update(done, total, false); };
  return kernels::MeasureLimits(options);
}

Result<double> MeasureBandwidth(Console& console, int threads) {
  HEARTH_ASSIGN(const cpu::Isa isa, cpu::ChooseIsa());
  kernels::LimitOptions options;
  options.threads = {threads};
  options.arithmetic = false;
  options.isa = isa;
  HEARTH_ASSIGN(const std::vector<kernels::Limit> limits, Measure(console, std::move(options)));
  return kernels::DramLimit(limits, threads);
}

std::vector<int> ThreadCounts(int most) {
  std::vector<int> counts;
  for (int n = 1; n < most; n *= 2) counts.push_back(n);
  counts.push_back(most);
  return counts;
}

}  // namespace hearth::app
