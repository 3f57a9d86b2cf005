// SPDX-License-Identifier: Apache-2.0
// IDL_DRSGetNCChanges as a stream of pages ([MS-DRSR] 4.1.10): the request that continues each answer, decompression, and the cookie that
// resumes. At most two pages are in memory: the one in the caller's hands, and the next one, which the DC produces meanwhile.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "client/client.hpp"
#include "drsuapi/getncchanges.hpp"
#include "ndr/arena.hpp"

namespace tributary::client {

/// Where a reader of changes stands: what DirSync and repsFrom keep. Only good for the DC incarnation it came from; towards another
/// invocationId the USNs are dropped and the up-to-dateness vector alone says what is known ([MS-DRSR] 4.1.10.4).
struct ChangesCookie {
  std::string nc_dn;
  Guid invocation_id;  ///< of the source that the USNs belong to
  drsuapi::USN_VECTOR usn_vector;
  drsuapi::UPTODATE_VECTOR_V1_EXT up_to_dateness;

  /// A versioned JSON text, for a file that a person may look at. decode: kErrorInvalidData.
  [[nodiscard]] std::string encode() const;
  [[nodiscard]] static Result<ChangesCookie> decode(std::string_view text);
};

struct ChangesOptions {
  std::string nc_dn;                       ///< the NC, or the object for EXOP_REPL_OBJ
  std::uint32_t flags = 0;                 ///< DRS_OPTIONS; a sensible default for a reader when 0
  std::uint32_t extended_op = 0;           ///< EXOP_*
  std::uint32_t objects_per_page_max = 400;
  std::uint32_t octets_per_page_max = 4u << 20;
  std::vector<std::uint32_t> partial_attribute_set;  ///< attids; empty: all
  std::optional<ChangesCookie> cookie;
  bool compress = false;                   ///< ask for DRS_USE_COMPRESSION
  std::chrono::milliseconds page_timeout{0};
};

/// One page. Everything in `reply` lives as long as the page (views into `message`, arrays in `arena`).
struct ChangesPage {
  Bytes message;                    ///< the stub, decompressed
  std::unique_ptr<ndr::Arena> arena;
  /// Whatever version the DC answered, in the shape of V9 (V1 and V6 are widened).
  const drsuapi::DRS_MSG_GETCHGREPLY_V9* reply = nullptr;
  ChangesCookie cookie;             ///< resumes after this page
  std::size_t wire_octets = 0;      ///< of the answer as it came, compressed or not
};

/// One thread at a time.
class ChangeStream {
 public:
  ChangeStream(std::shared_ptr<DrsHandle> handle, ChangesOptions options);
  ~ChangeStream();
  ChangeStream(const ChangeStream&) = delete;
  ChangeStream& operator=(const ChangeStream&) = delete;

  /// The next page, or nullopt after the last one. An error ends the stream; the last page's cookie resumes it.
  [[nodiscard]] Result<std::optional<ChangesPage>> next();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tributary::client
