// SPDX-License-Identifier: Apache-2.0
// What a search with LDAP_SERVER_DIRSYNC_OID tells of one object ([MS-ADTS] 3.1.1.3.4.1.3; [MS-DRSR] 4.1.10.5.5, 4.1.10.5.6, 5.115.5 to 5.115.7): the
// attributes and link values that changed behind the client's position, as a SearchResultEntry. A helper of this folder.
#pragma once

#include <map>
#include <set>
#include <vector>

#include "ldap/protocol/message.hpp"
#include "query/match.hpp"
#include "repl/source/source_call.hpp"
#include "service/ldap/changes/dirsync_cookie.hpp"
#include "service/ldap/read_access.hpp"

namespace tributary::service::ldap_face {

inline constexpr std::uint32_t kDirSyncObjectSecurity = 0x00000001;
inline constexpr std::uint32_t kDirSyncAncestorsFirst = 0x00000800;
inline constexpr std::uint32_t kDirSyncPublicDataOnly = 0x00002000;  ///< has no effect
inline constexpr std::uint32_t kDirSyncIncrementalValues = 0x80000000;

/// A request as it was understood; it stays the same from the first entry to the last.
struct DirSyncTerms {
  std::uint32_t flags = 0;
  store::Dnt nc = store::kNoDnt;
  Usn from;                          ///< the client has every change up to here
  repl::ReplUpToDateVector known;    ///< and every one that this covers
  bool all_attributes = true;
  std::set<store::Attid> wanted;     ///< without all_attributes
  std::set<store::Attid> always;     ///< ";dirSyncAlwaysReturn" (3.1.1.3.4.1.29)
  repl::ReplicationRights rights;    ///< without kDirSyncObjectSecurity
  query::CompiledFilter filter;
  std::size_t values_max = 1500;     ///< of one attribute
  std::int32_t message_id = 0;
  [[nodiscard]] bool has(std::uint32_t flag) const noexcept { return (flags & flag) != 0; }
};

/// Entries on one state of the directory. Must not outlive what it is made of.
class DirSyncEntries {
 public:
  DirSyncEntries(const DirSyncTerms& terms, const View& view, Bytes& out);

  /// Whether one was written. `with_links`: also the link values of the object that changed; false in it afterwards: there are too many
  /// links to look through, and they have to come by their own changes.
  [[nodiscard]] Result<bool> add_object(const store::ObjectView& object, bool& with_links);
  /// Values of one object that changed, present or not, in an entry of their own.
  using LinkChanges = std::map<store::LinkKey, store::LinkValue>;
  [[nodiscard]] Result<bool> add_links(store::Dnt source, const LinkChanges& changed);
  /// Changed, and of an attribute that is wanted and may be seen of any object.
  [[nodiscard]] bool is_news(const store::LinkValue& link) const;

 private:
  using ChangedLinks = std::map<store::Attid, std::vector<store::LinkValue>>;
  [[nodiscard]] bool is_wanted(const schema::AttributeSchema& attribute) const;
  /// The object counts at all, and the caller sees it (else only that it was deleted).
  [[nodiscard]] Result<bool> look_at(const store::ObjectView& object);
  [[nodiscard]] bool may_show(const schema::AttributeSchema& attribute);
  [[nodiscard]] Result<ChangedLinks> changed_links(const store::ObjectView& object, bool& with_links) const;
  [[nodiscard]] Result<void> write(const store::ObjectView& object, const std::vector<store::AttributeView>& changed, const ChangedLinks& links);
  [[nodiscard]] Result<void> write_attribute(const store::AttributeView& attribute);
  [[nodiscard]] Result<void> write_links(const store::ObjectView& object, store::Attid attid, const std::vector<store::LinkValue>& changed);
  [[nodiscard]] Result<void> write_link_values(const std::string& name, const schema::AttributeSchema& attribute,
                                               const std::vector<store::LinkValue>& links, bool present);
  [[nodiscard]] Result<void> write_value(const schema::AttributeSchema& attribute, ByteView stored);

  const DirSyncTerms& terms_;
  const View& view_;
  ldap::EntryWriter writer_;
  query::Matcher matcher_;
  ReadAccess access_;
  bool is_seen_ = true;
};

}  // namespace tributary::service::ldap_face
