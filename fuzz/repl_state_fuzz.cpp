// SPDX-License-Identifier: Apache-2.0
// Stored replication state as the engine reads it: repsFrom, repsTo, replUpToDateVector. What decodes is written back octet for octet,
// and stays itself when a field is changed. The first octet chooses the attribute.
#include <cstdio>
#include <cstdlib>

#include "repl/state/reps.hpp"
#include "repl/state/up_to_dateness.hpp"

using namespace tributary;

namespace {

void must(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "%s\n", what);
  std::abort();
}

void check_reps_from(ByteView octets) {
  auto source = repl::decode_reps_from(octets);
  if (!source) return;
  const auto same = repl::encode_reps_from(*source);
  must(same && std::ranges::equal(*same, octets), "repsFrom: other octets come back");
  source->na_dsa = "dc.example";
  source->pas_data.push_back(0x90001);
  repl::after_failure(*source, win32::kErrorAccessDenied, {5});
  const auto changed = repl::encode_reps_from(*source);
  if (!changed) return;
  const auto again = repl::decode_reps_from(*changed);
  must(again && *again == *source, "repsFrom: a changed value is read as another");
}

void check_reps_to(ByteView octets) {
  auto partner = repl::decode_reps_to(octets);
  if (!partner) return;
  const auto same = repl::encode_reps_to(*partner);
  must(same && std::ranges::equal(*same, octets), "repsTo: other octets come back");
  partner->na_dsa = "dc.example";
  const auto changed = repl::encode_reps_to(*partner);
  if (!changed) return;
  const auto again = repl::decode_reps_to(*changed);
  must(again && *again == *partner, "repsTo: a changed value is read as another");
}

void check_utd(ByteView octets) {
  const auto utd = repl::decode_utd(octets);
  if (!utd) return;
  const auto again = repl::decode_utd(repl::encode_utd(*utd));
  must(again && *again == *utd, "replUpToDateVector: another vector comes back");
  must(repl::update_utd(*utd, *utd, {}) == *utd || utd->find({}) != nullptr, "replUpToDateVector: merging with itself changes it");
  must(repl::merge_utd(*utd, *utd) == *utd, "replUpToDateVector: the common part of a vector and itself is another");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const ByteView octets(data + 1, size - 1);
  switch (data[0] % 3) {
    case 0: check_reps_from(octets); break;
    case 1: check_reps_to(octets); break;
    default: check_utd(octets); break;
  }
  return 0;
}
