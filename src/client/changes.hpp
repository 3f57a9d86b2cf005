// SPDX-License-Identifier: Apache-2.0
// IDL_DRSGetNCChanges as a stream of pages ([MS-DRSR] 4.1.10): the request that continues each answer, decompression, and the cookie that
// resumes. At most two pages are in memory: the one in the caller's hands, and the next one, which the DC produces meanwhile.
// Never decrypts a secret; what the values mean is the business of change_json.hpp and of src/repl.
//
//   BindOptions bind;                                  // the usual, and
//   bind.extensions = changes_client_extensions();     // so that DCs with optional features answer
//   ChangeStream stream(*DrsHandle::bind(runtime, bind), {.nc_dn = "DC=lab,DC=example"});
//   while (auto page = stream.next()) {                // an error ends the loop too: look at `page` behind it
//     if (!*page) break;
//     use((*page)->reply->pObjects);
//     save((*page)->cookie.encode());                  // after the page was used, so that nothing is lost
//   }
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/guid.hpp"
#include "client/client.hpp"
#include "drsuapi/constants.hpp"
#include "drsuapi/getncchanges.hpp"
#include "ndr/arena.hpp"

namespace tributary::client {

/// Where a reader of changes stands: what DirSync and repsFrom keep. The USNs are only good for the DC incarnation they came from; a
/// DC with another invocationId ignores them, and the up-to-dateness vector alone says what is known ([MS-DRSR] 4.1.10.1.1).
/// Within a cycle the vector stays what it was at its start: only the final page says what the reader knows then.
struct ChangesCookie {
  std::string nc_dn;
  InvocationId invocation_id;  ///< of the source that the USNs belong to
  drsuapi::USN_VECTOR usn_vector;
  drsuapi::UPTODATE_VECTOR_V1_EXT up_to_dateness;
  bool cycle_complete = false;  ///< false: made in the middle of a cycle
  /// What was asked for. A cookie continues the same request only: another one would find holes ([MS-DRSR] 4.1.10.4.1).
  std::uint32_t flags = 0;
  std::vector<std::uint32_t> partial_attribute_set;
  /// In the middle of a cycle: fingerprints of the objects and link values that it has brought so far, at most kDeliveredMax. Samba
  /// begins a cycle anew when its connection is gone; what comes a second time, stamp for stamp the same, is dropped then.
  std::vector<std::uint64_t> delivered;

  static constexpr std::size_t kDeliveredMax = std::size_t{1} << 18;  ///< 2 MB; what lies beyond can come twice after such a break

  /// A versioned JSON text, for a file that a person may look at.
  [[nodiscard]] std::string encode() const;
  /// kErrorInvalidData for anything that encode() does not produce.
  [[nodiscard]] static Result<ChangesCookie> decode(std::string_view text);
  friend bool operator==(const ChangesCookie&, const ChangesCookie&) = default;
};

/// Flags for a reader that is not a DC: a full replica, secrets left out by the DC, so that DS-Replication-Get-Changes (and, for
/// attributes of the filtered set, DS-Replication-Get-Changes-In-Filtered-Set) suffices ([MS-DRSR] 5.101).
inline constexpr std::uint32_t kReaderFlags = drsuapi::DRS_INIT_SYNC | drsuapi::DRS_WRIT_REP | drsuapi::DRS_SPECIAL_SECRET_PROCESSING |
                                              drsuapi::DRS_GET_ALL_GROUP_MEMBERSHIP;

struct ChangesOptions {
  std::string nc_dn;                       ///< the NC, or the object for EXOP_REPL_OBJ; with a cookie it may be empty
  std::uint32_t flags = 0;                 ///< DRS_OPTIONS; those of the cookie, or kReaderFlags, when 0
  std::uint32_t more_flags = 0;            ///< DRS_MORE_GETCHGREQ_OPTIONS, for DCs that know them
  std::uint32_t extended_op = 0;           ///< EXOP_REQ; EXOP_REPL_OBJ reads one object whole, with flags of its own and no cookie
  DsaGuid destination;                     ///< uuidDsaObjDest: extended operations want a DSA of the forest there (directory.hpp: stand_in_dsa)
  std::uint32_t objects_per_page_max = 400;
  std::uint32_t octets_per_page_max = 4u << 20;
  std::vector<std::uint32_t> partial_attribute_set;  ///< attids under prefix_table; empty: all
  drsuapi::SCHEMA_PREFIX_TABLE prefix_table;         ///< that of [MS-DRSR] 5.16.4 when empty
  std::optional<ChangesCookie> cookie;
  bool compress = false;                   ///< ask for DRS_USE_COMPRESSION
  std::chrono::milliseconds page_timeout{0};  ///< for each answer; zero: as long as it takes
};

/// One page. Everything in `reply` lives as long as the page (views into `message`, arrays in `arena`). Moving it is fine.
struct ChangesPage {
  Bytes message;                    ///< the stub, decompressed
  std::unique_ptr<ndr::Arena> arena;
  /// Whatever version the DC answered, in the shape of V9 (V1 and V6 are widened; what they lack is zero).
  const drsuapi::DRS_MSG_GETCHGREPLY_V9* reply = nullptr;
  std::uint32_t version = 0;        ///< what the DC answered: 1, 2, 6, 7 or 9
  ChangesCookie cookie;             ///< resumes after this page; with an extended operation, as it was
  std::size_t wire_octets = 0;      ///< of the answer as it came, compressed or not
  [[nodiscard]] bool last() const noexcept { return reply == nullptr || reply->fMoreData == 0; }
};

/// What a reader binds with: default_client_extensions() plus V9 replies and the optional features of the forest, which a DC otherwise
/// refuses to replicate (ERROR_REVISION_MISMATCH, [MS-DRSR] 4.1.10.5.1).
[[nodiscard]] drsuapi::DRS_EXTENSIONS_INT changes_client_extensions();

/// One thread at a time, and not the network thread. Destroying it cancels what is under way and does not wait.
class ChangeStream {
 public:
  ChangeStream(std::shared_ptr<DrsHandle> handle, ChangesOptions options);
  ~ChangeStream();
  ChangeStream(const ChangeStream&) = delete;
  ChangeStream& operator=(const ChangeStream&) = delete;

  /// The next page, or nullopt after the last one. Errors, which end the stream (the last page's cookie resumes it):
  ///  - what the DC returned, with Phase::kCall: kErrorDsDraBadNc, kErrorDsDraAccessDenied, kErrorDsCantFindExpectedNc, ...;
  ///  - for an extended operation that the DC refused: kErrorDsDraAccessDenied, kErrorInvalidParameter or kErrorDsDraGeneric, with the
  ///    name of its EXOP_ERR;
  ///  - kErrorTimeout when page_timeout passed; kRpcXBadStubData and kErrorInvalidData for an answer that is wrong;
  ///  - kErrorInvalidParameter for options that contradict the cookie or each other.
  [[nodiscard]] Result<std::optional<ChangesPage>> next();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tributary::client
