// SPDX-License-Identifier: Apache-2.0
// Judged by another: ndrdump of Debian's samba-testsuite reads what this codec writes, of every operation and version that
// Samba has an IDL for, in both directions and both transfer syntaxes, and prints every field as it was meant.
// Not judged, because Samba has no IDL or another one: opnums 8, 10, 15, 20, 22, 23 and 25 to 30; ReplicaAdd and ReplicaModify
// (addresses in UTF-16 there); GetMemberships2 (arrays of pointers there); newer versions of the rest.
// Needs ndrdump in PATH; label "judge".
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "drsuapi/judge/marker.hpp"
#include "drsuapi/operations.hpp"

namespace tributary::drsuapi::judge {
namespace {

struct Judgement {
  int status = -1;
  std::string printed;
};

Judgement run_ndrdump(const std::string& function, bool in, ndr::Syntax syntax, const Bytes& stub) {
  const auto file = std::filesystem::path(testing::TempDir()) / fmt::format("stub-{}.bin", getpid());
  std::ofstream(file, std::ios::binary).write(reinterpret_cast<const char*>(stub.data()), static_cast<std::streamsize>(stub.size()));
  const std::string command = fmt::format("TZ=UTC ndrdump --debug-stdout {} drsuapi {} {} '{}' 2>&1",
                                          syntax == ndr::Syntax::kNdr64 ? "--ndr64" : "--validate", function, in ? "in" : "out", file.string());
  Judgement judgement;
  std::FILE* const pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return judgement;
  char buffer[4096];
  for (std::size_t n; (n = std::fread(buffer, 1, sizeof(buffer), pipe)) > 0;) judgement.printed.append(buffer, n);
  judgement.status = pclose(pipe);
  std::filesystem::remove(file);
  return judgement;
}

/// Every mark in its order; the first that is missing is named.
void expect_marks(const std::vector<Mark>& marks, const std::string& printed) {
  std::size_t at = 0;
  for (const auto& mark : marks) {
    std::size_t best = std::string::npos;
    for (const auto& text : mark.texts) {
      const std::size_t found = printed.find(text, at);
      if (found != std::string::npos && found + text.size() < best) best = found + text.size();
    }
    if (best == std::string::npos) {
      ADD_FAILURE() << mark.path << ": none of " << testing::PrintToString(mark.texts) << " in\n" << printed.substr(at, 3000);
      return;
    }
    at = best;
  }
}

template <class Message>
void judge(const std::string& function, bool in, std::optional<std::uint32_t> version, Bytes (*encode)(const Message&, ndr::Syntax)) {
  for (const auto syntax : {ndr::Syntax::kNdr20, ndr::Syntax::kNdr64}) {
    SCOPED_TRACE(fmt::format("{} {} version {} {}", function, in ? "in" : "out", version.value_or(0),
                             syntax == ndr::Syntax::kNdr64 ? "NDR64" : "NDR20"));
    Message message;
    Marker marker(version);
    marker.fill(message);
    const auto judgement = run_ndrdump(function, in, syntax, encode(message, syntax));
    EXPECT_EQ(judgement.status, 0) << judgement.printed.substr(0, 2000);
    EXPECT_TRUE(judgement.printed.starts_with("pull returned Success")) << judgement.printed.substr(0, 2000);
    EXPECT_EQ(judgement.printed.find("unread bytes"), std::string::npos) << judgement.printed;
    // --validate: what Samba read, it writes with the same size; the octets may differ by referent ids. (It forgets --ndr64 there.)
    if (syntax == ndr::Syntax::kNdr20) {
      EXPECT_NE(judgement.printed.find("push returned Success"), std::string::npos) << judgement.printed;
      EXPECT_EQ(judgement.printed.find("validated pushed bytes"), std::string::npos) << judgement.printed;
    }
    expect_marks(marker.marks(), judgement.printed);
  }
}

template <class Operation>
void judge_in(const std::string& function, std::vector<std::optional<std::uint32_t>> versions) {
  for (const auto version : versions) judge<typename Operation::In>(function, true, version, &encode_in<Operation>);
}
template <class Operation>
void judge_out(const std::string& function, std::vector<std::optional<std::uint32_t>> versions) {
  for (const auto version : versions) judge<typename Operation::Out>(function, false, version, &encode_out<Operation>);
}
const std::optional<std::uint32_t> kOnlyOne;

TEST(Ndrdump, Bind) {
  judge_in<IDL_DRSBind>("drsuapi_DsBind", {kOnlyOne});
  judge_out<IDL_DRSBind>("drsuapi_DsBind", {kOnlyOne});
  judge_in<IDL_DRSUnbind>("drsuapi_DsUnbind", {kOnlyOne});
  judge_out<IDL_DRSUnbind>("drsuapi_DsUnbind", {kOnlyOne});
}
TEST(Ndrdump, Replica) {
  judge_in<IDL_DRSReplicaSync>("drsuapi_DsReplicaSync", {1});
  judge_out<IDL_DRSReplicaSync>("drsuapi_DsReplicaSync", {kOnlyOne});
  judge_in<IDL_DRSUpdateRefs>("drsuapi_DsReplicaUpdateRefs", {1});
  judge_in<IDL_DRSReplicaDel>("drsuapi_DsReplicaDel", {1});
}
TEST(Ndrdump, GetNCChanges) {
  judge_in<IDL_DRSGetNCChanges>("drsuapi_DsGetNCChanges", {5, 8, 10});
  judge_out<IDL_DRSGetNCChanges>("drsuapi_DsGetNCChanges", {1, 6});
}
TEST(Ndrdump, Names) {
  judge_in<IDL_DRSCrackNames>("drsuapi_DsCrackNames", {1});
  judge_out<IDL_DRSCrackNames>("drsuapi_DsCrackNames", {1});
  judge_in<IDL_DRSWriteSPN>("drsuapi_DsWriteAccountSpn", {1});
  judge_out<IDL_DRSWriteSPN>("drsuapi_DsWriteAccountSpn", {1});
  judge_in<IDL_DRSGetMemberships>("drsuapi_DsGetMemberships", {1});
  judge_out<IDL_DRSGetMemberships>("drsuapi_DsGetMemberships", {1});
}
TEST(Ndrdump, DomainControllers) {
  judge_in<IDL_DRSDomainControllerInfo>("drsuapi_DsGetDomainControllerInfo", {1});
  judge_out<IDL_DRSDomainControllerInfo>("drsuapi_DsGetDomainControllerInfo", {1, 2, 3, 0xFFFFFFFF});
  judge_in<IDL_DRSQuerySitesByCost>("drsuapi_QuerySitesByCost", {1});
  judge_out<IDL_DRSQuerySitesByCost>("drsuapi_QuerySitesByCost", {1});
  judge_in<IDL_DRSExecuteKCC>("drsuapi_DsExecuteKCC", {1});
  judge_in<IDL_DRSRemoveDsServer>("drsuapi_DsRemoveDSServer", {1});
  judge_out<IDL_DRSRemoveDsServer>("drsuapi_DsRemoveDSServer", {1});
}
TEST(Ndrdump, ReplInfo) {
  judge_in<IDL_DRSGetReplInfo>("drsuapi_DsReplicaGetInfo", {1, 2});
  judge_out<IDL_DRSGetReplInfo>("drsuapi_DsReplicaGetInfo",
                                {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0xFFFFFFFA, 0xFFFFFFFB, 0xFFFFFFFC, 0xFFFFFFFE});
}
TEST(Ndrdump, Rest) {
  judge_in<IDL_DRSGetNT4ChangeLog>("drsuapi_DsGetNT4ChangeLog", {1});
  judge_out<IDL_DRSGetNT4ChangeLog>("drsuapi_DsGetNT4ChangeLog", {1});
  judge_in<IDL_DRSAddEntry>("drsuapi_DsAddEntry", {2, 3});
  judge_out<IDL_DRSAddEntry>("drsuapi_DsAddEntry", {2, 3});
}

}  // namespace
}  // namespace tributary::drsuapi::judge
