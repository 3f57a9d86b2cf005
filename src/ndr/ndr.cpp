// SPDX-License-Identifier: Apache-2.0
// What of the walkers is not a template: how a fault is put into words.
#include "ndr/ndr.hpp"

#include "base/win32.hpp"

namespace tributary::ndr {

std::string_view fault_name(FaultKind kind) noexcept {
  switch (kind) {
    case FaultKind::kNone: return "none";
    case FaultKind::kTruncated: return "ends too early";
    case FaultKind::kRange: return "out of range";
    case FaultKind::kConformance: return "array size and count disagree";
    case FaultKind::kUnknownArm: return "unknown union arm";
    case FaultKind::kBadString: return "malformed string";
    case FaultKind::kNullRef: return "null reference pointer";
    case FaultKind::kDepth: return "nested too deeply";
  }
  return "";
}

void Reader::fail(FaultKind kind, std::string_view name) {
  if (fault_) return;
  fault_.kind = kind;
  fault_.offset = at_;
  for (std::size_t i = 0; i < std::min(path_length_, kPathMax); ++i) {
    const auto& item = path_[i];
    if (!fault_.path.empty() && !item.name.empty()) fault_.path += '.';
    fault_.path += item.name;
    if (item.index != kNoIndex) fault_.path += '[' + std::to_string(item.index) + ']';
  }
  if (name.empty()) return;
  if (!fault_.path.empty()) fault_.path += '.';
  fault_.path += name;
}

Error to_error(const Fault& fault) {
  return Error{win32::kRpcXBadStubData, Phase::kNone,
               (fault.path.empty() ? std::string("message") : fault.path) + ": " + std::string(fault_name(fault.kind)) +
                   " at octet " + std::to_string(fault.offset)};
}

}  // namespace tributary::ndr
