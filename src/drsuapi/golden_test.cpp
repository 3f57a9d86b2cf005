// SPDX-License-Identifier: Apache-2.0
// Stubs that real Samba 4.17 sent or packed (tests/golden/samba-4.17/README.md): each must decode, and encode to the same octets,
// but for referent ids. C706 14.3.12.2 leaves their values to the sender; Samba spends one on each [ref] pointer
// of a parameter, which has no representation on the wire, so that its first visible one is not always 0x00020000,
// and writes 0xAEF1AEF1 for every embedded [ref] pointer.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "drsuapi/operations.hpp"

namespace tributary::drsuapi {
namespace {

struct Golden {
  std::string file;
  std::uint16_t opnum;
  Direction direction;
  Bytes stub;
};

std::vector<Golden> all_golden() {
  std::vector<Golden> found;
  for (const auto& entry : std::filesystem::directory_iterator(TRIBUTARY_SOURCE_DIR "/tests/golden/samba-4.17/stubs")) {
    const std::string file = entry.path().filename().string();
    const bool in = file.ends_with("-in.hex");
    if ((!in && !file.ends_with("-out.hex")) || file.find("epm_") != std::string::npos) continue;
    std::ifstream stream(entry.path());
    const std::string text(std::istreambuf_iterator<char>(stream), {});
    const auto octets = from_hex(text);
    EXPECT_TRUE(octets) << file;
    found.push_back({file, static_cast<std::uint16_t>(std::stoi(file.substr(0, 2))), in ? Direction::kIn : Direction::kOut,
                     octets.value_or(Bytes{})});
  }
  std::ranges::sort(found, {}, &Golden::file);
  return found;
}

constexpr std::uint32_t kSambaRef = 0xAEF1AEF1;
bool is_referent(std::uint32_t word) { return word >= 0x20000 && word < 0x100000 && word % 4 == 0; }

/// The octets with every word that differs only as referent ids do made equal.
Bytes with_referents_of(Bytes ours, const Bytes& theirs) {
  if (ours.size() != theirs.size()) return ours;
  for (std::size_t i = 0; i + 4 <= ours.size(); i += 4) {
    const auto a = load_le<std::uint32_t>(&ours[i]);
    const auto b = load_le<std::uint32_t>(&theirs[i]);
    if (is_referent(a) && (is_referent(b) || b == kSambaRef)) store_le(&ours[i], b);
  }
  return ours;
}

/// What the octets are not allowed to be, although Samba takes them: file and the fault's path.
constexpr std::pair<std::string_view, std::string_view> kRefused[] = {
    // Samba's IDL has an array of pointers where [MS-DRSR] 4.1.9.1.2 has an array of structures: cDsNames is a referent id there.
    {"21-DsGetMemberships2-in.hex", "pmsgIn.Requests[0].cDsNames: out of range"},
};

TEST(Golden, EveryStubOfSambaRoundTripsToTheSameOctets) {
  int count = 0;
  for (const auto& golden : all_golden()) {
    // Samba's IDL has the address as UTF-16 there, [MS-DRSR] 4.1.19 and 4.1.22 as 8-bit characters.
    if (golden.file.find("samba-utf16") != std::string::npos) continue;
    SCOPED_TRACE(golden.file);
    ++count;
    const auto again = drsuapi_operations()[golden.opnum].recode(golden.direction, golden.stub, {}, ndr::Syntax::kNdr20);
    const auto* const refused = std::ranges::find(kRefused, golden.file, &std::pair<std::string_view, std::string_view>::first);
    if (refused != std::end(kRefused)) {
      ASSERT_FALSE(again);
      EXPECT_TRUE(again.error().detail.starts_with(refused->second)) << again.error().detail;
      continue;
    }
    ASSERT_TRUE(again) << again.error().detail;
    EXPECT_EQ(to_hex(with_referents_of(*again, golden.stub)), to_hex(golden.stub));
  }
  EXPECT_GE(count, 100);
}

}  // namespace
}  // namespace tributary::drsuapi
