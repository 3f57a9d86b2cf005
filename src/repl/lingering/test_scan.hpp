// SPDX-License-Identifier: Apache-2.0
// For tests of lingering objects: a scan of one DSA against another through the real server, with every message encoded and decoded.
#pragma once

#include "drsuapi/dsname.hpp"
#include "drsuapi/operations.hpp"
#include "repl/destination/test_dsas.hpp"
#include "repl/lingering/lingering_scan.hpp"
#include "repl/source/local_state.hpp"
#include "repl/updates/garbage.hpp"

namespace tributary::repl::testing {

inline drsuapi::DSNAME domain_name(const Dsa& dsa) { return must(dsname_of(*dsa.store->read(), *dsa.context.schema, dsa.nc_root())); }
inline ReplUpToDateVector told_utd(const Dsa& dsa) { return must(local_utd(dsa.context, *dsa.store->read(), *dsa.nc())); }
inline void expunge_here(Dsa& dsa, const ObjectGuid& object) {
  (void)dsa.update([&](WriteTransaction& tx) { return expunge(tx, dsa.context, dsa.dnt(object)); });
}
/// Objects of the domain NC, tombstones too.
inline std::size_t object_count(const Dsa& dsa) { return must(dsa.store->read()->nc_size(dsa.nc_root())).first; }

inline VerifyObjects verify_against(const Dsa& local, const Dsa& reference, bool advisory) {
  return {domain_name(local), reference.context.dsa, "CN=NTDS Settings", advisory};
}

struct ScanResult {
  LingeringStep last;
  LingeringFigures figures;
  std::vector<LingeringFinding> findings;
};
/// `between` runs before each existence request is answered.
inline ScanResult scan(Dsa& local, const Dsa& reference, bool advisory, std::uint32_t cluster = 1'000, const std::function<void()>& between = {}) {
  using namespace drsuapi;
  LingeringScan lingering(verify_against(local, reference, advisory), cluster);
  ScanResult result;
  result.last = lingering.begin(local.context, *local.store);
  for (;;) {
    std::ranges::copy(result.last.findings, std::back_inserter(result.findings));
    if (result.last.kind == LingeringStep::Kind::kAskVector) {
      const auto told = utd_to_wire_v1(told_utd(reference));
      result.last = lingering.on_vector(local.context, *local.store, DRS_MSG_GETREPLINFO_REPLY(Unique<UPTODATE_VECTOR_V1_EXT>(told)));
    } else if (result.last.kind == LingeringStep::Kind::kAskExistence) {
      if (between) between();
      IDL_DRSGetObjectExistence::In in;
      in.msgIn = *result.last.existence_request;
      const auto arrived = must(decode_in<IDL_DRSGetObjectExistence>(encode_in<IDL_DRSGetObjectExistence>(in)));
      auto reply = object_existence(reference.context, *reference.store->read(), arrived.msgIn, true);
      if (!reply) {
        result.last = lingering.on_failure(std::move(reply.error()));
        break;
      }
      IDL_DRSGetObjectExistence::Out out;
      out.msgOut = std::move(*reply);
      const auto stub = encode_out<IDL_DRSGetObjectExistence>(out);
      const auto answered = must(decode_out<IDL_DRSGetObjectExistence>(stub));
      result.last = lingering.on_reply(local.context, *local.store, answered.msgOut);
    } else {
      break;
    }
  }
  result.figures = lingering.figures();
  return result;
}

}  // namespace tributary::repl::testing
