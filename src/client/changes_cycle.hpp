// SPDX-License-Identifier: Apache-2.0
// A replication cycle as seen by a reader, as functions of their arguments: the request that continues a cookie, the page that an
// answer holds, and the cookie after it. [MS-DRSR] 4.1.10.4.1, 4.1.10.4.2, 4.1.10.6.1, 5.209. For changes.cpp and its tests; knows no
// connection and no clock.
#pragma once

#include <bit>
#include <unordered_set>

#include "client/changes.hpp"
#include "drsuapi/extensions.hpp"

namespace tributary::client {

/// The position that the options describe: their cookie, or the beginning. kErrorInvalidParameter when they contradict each other.
[[nodiscard]] Result<ChangesCookie> starting_point(const ChangesOptions& options);

/// The request that continues `position` (of starting_point or cookie_after): V10 for a server that takes it, else V8.
[[nodiscard]] drsuapi::DRS_MSG_GETCHGREQ request_from(const ChangesCookie& position, const ChangesOptions& options,
                                                      const drsuapi::DRS_EXTENSIONS_INT& server);

/// Objects and link values of earlier pages of an unfinished cycle, by their fingerprints.
using Delivered = std::unordered_set<std::uint64_t>;
/// Which change this is: the object (or link value) and every stamp of it. Stable: cookies hold it.
[[nodiscard]] std::uint64_t fingerprint(const drsuapi::REPLENTINFLIST& object) noexcept;
[[nodiscard]] std::uint64_t fingerprint(const drsuapi::REPLVALINF_V3& link) noexcept;
/// Takes out of the page what was delivered before.
void drop_delivered(ChangesPage& page, const Delivered& delivered);

/// The answer's stub as a page: its code checked, decompressed, widened to V9. The page's cookie is left empty.
/// A code that the DC returned, in the reply or in dwDRSError, is the error.
[[nodiscard]] Result<ChangesPage> decode_page(Bytes stub, std::endian byte_order);

/// The position after a page that was asked for from `before`. kErrorDsDraInternalError for an answer that claims more to come
/// without having moved: following it would never end. What is in `delivered` (of before.delivered) is not remembered again.
[[nodiscard]] Result<ChangesCookie> cookie_after(const ChangesCookie& before, const drsuapi::DRS_MSG_GETCHGREPLY_V9& page,
                                                 const Delivered& delivered = {});

/// What an EXOP_ERR says; success for EXOP_ERR_SUCCESS.
[[nodiscard]] Result<> check_extended_op(std::uint32_t extended_ret);

}  // namespace tributary::client
