// SPDX-License-Identifier: Apache-2.0
// What the types of information of IDL_DRSGetReplInfo have in common ([MS-DRSR] 4.1.13.3): the request as it was understood, and names.
// get_repl_info.cpp validates; each group of types has a file. A helper of this room.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "drsuapi/replinfo.hpp"
#include "service/dsa.hpp"

namespace tributary::service::repl_info {

/// Entries of one answer where the type pages (4.1.13.3), and what says that there are no more.
inline constexpr std::size_t kEntriesMax = 1'000;
inline constexpr std::uint32_t kNoMoreData = 0xFFFF'FFFF;

struct Query {
  Dsa& dsa;
  const CallContext& call;
  repl::Context context;
  const store::Snapshot& snapshot;
  std::uint32_t type = 0;             ///< DS_REPL_INFO
  bool is_v2 = false;
  std::uint32_t base_index = 0;
  std::uint32_t flags = 0;
  bool has_object = false;            ///< pszObjectDN was given
  store::Dnt object = store::kNoDnt;  ///< what it means, if it is here
  Guid source_dsa{};
  ndr::WString attribute_name{};
  ndr::WString value_dn{};
};
using Reply = drsuapi::DRS_MSG_GETREPLINFO_REPLY;

/// Any of three rights shows the information: to read the attribute that it shows (empty: none does), or to manage or monitor the topology.
[[nodiscard]] Result<bool> may_see(const Query& query, std::string_view attribute, store::Dnt object);
/// The same for what is not about one object: judged on the default NC.
[[nodiscard]] Result<bool> may_see_all(const Query& query);

// Each fills the arm of its type.
[[nodiscard]] Result<void> neighbors(const Query& query, Reply& reply);        ///< also those to whom we tell: REPSTO
[[nodiscard]] Result<void> cursors(const Query& query, Reply& reply);          ///< all three, and UPTODATE_VECTOR_V1
[[nodiscard]] Result<void> object_metadata(const Query& query, Reply& reply);  ///< both
[[nodiscard]] Result<void> value_metadata(const Query& query, Reply& reply);   ///< both
[[nodiscard]] Result<void> state_of_dsa(const Query& query, Reply& reply);     ///< failures, pending operations, contexts, calls

/// DNs for one answer, each looked up once. Null on the wire for what is not here.
class Names {
 public:
  explicit Names(const Query& query) : query_(query) {}
  [[nodiscard]] Result<ndr::WString> of_object(const Guid& guid);              ///< GetDNFromObjectGuid
  [[nodiscard]] Result<ndr::WString> of_invocation(const InvocationId& id);    ///< GetDNFromInvocationID
  [[nodiscard]] Result<ndr::WString> of(store::Dnt dnt);

 private:
  const Query& query_;
  std::map<Guid, ndr::WString> objects_, invocations_;
};

[[nodiscard]] drsuapi::FILETIME to_wire(FileTime time) noexcept;
[[nodiscard]] inline drsuapi::FILETIME to_wire(DsTime time) noexcept { return to_wire(to_file_time(time)); }
/// lDAPDisplayName, else the number: of an attribute that no schema object describes any more.
[[nodiscard]] std::u16string attribute_name(const schema::Schema& schema, store::Attid attid);

}  // namespace tributary::service::repl_info
