// SPDX-License-Identifier: Apache-2.0
// The DirectoryStore: everything that one DSA remembers, over an ordered key-value engine (kv.hpp) of which there are two, in memory
// and LMDB. One writer, any number of readers of a snapshot. A batch of changes, its index entries, the repsFrom cursor and the vector
// commit in one transaction. docs/formats/store.md has every table and every octet.
// Threads: a Snapshot belongs to the thread that uses it; several may be used at once. At most one WriteTransaction at a time (write()
// waits on LMDB's lock; in memory it is the caller's duty). Knows no rule of replication: it neither makes stamps nor judges by them.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "store/ids.hpp"
#include "store/index_policy.hpp"
#include "store/link.hpp"
#include "store/object.hpp"

namespace tributary::store {

namespace kv {
class Engine;
}  // namespace kv

/// What an NC replica is, apart from its objects. Opaque values are the stored forms of src/drsuapi/blobs.
struct NcReplica {
  Dnt root = kNoDnt;
  bool writable = true;
  bool partial = false;              ///< only the attributes of partial_attribute_set
  bool going = false;                ///< being torn down
  bool coming = false;               ///< not yet complete
  Bytes up_to_dateness_vector{};      ///< replUpToDateVector, without this DSA's own entry
  std::vector<Bytes> reps_from{};     ///< REPS_FROM, in the order of their sources' GUIDs
  std::vector<Bytes> reps_to{};       ///< REPS_TO
  Bytes partial_attribute_set{};      ///< partialAttributeSet; empty for a full replica
  friend bool operator==(const NcReplica&, const NcReplica&) = default;
};

struct ObjectChange {
  Usn usn;
  Dnt dnt;
};
struct LinkChange {
  Usn usn;
  LinkKey key;
};

/// What a scan calls; false ends it. During a scan the visitor must not write.
template <class T>
using Visitor = std::function<bool(const T&)>;

/// Reads of one consistent state. Views that it hands out are valid until it ends; those of a WriteTransaction until its next change.
/// A record that fails its checksum or bounds is never shown: the reading call gives kErrorDsDatabaseError (the code of [MS-ERREF]
/// 2.2: ERROR_DS_DATABASE_ERROR) with the table and key.
class Snapshot {
 public:
  virtual ~Snapshot();
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;

  [[nodiscard]] Identity identity() const;
  [[nodiscard]] Usn highest_committed_usn() const;  ///< in a WriteTransaction: including its own
  /// invocationIds that this DSA had before, with the highest USN that was committed under each ([MS-ADTS] 3.1.1.1.9).
  [[nodiscard]] Result<std::vector<std::pair<InvocationId, Usn>>> retired_invocation_ids() const;

  [[nodiscard]] Result<std::optional<ObjectView>> find(Dnt dnt) const;
  [[nodiscard]] Result<Dnt> find_guid(const ObjectGuid& guid) const;  ///< kNoDnt when there is none; phantoms are found too
  /// All objects of the database, phantoms too, in ascending order of the octets of their GUIDs, from `first` on.
  [[nodiscard]] Result<void> by_guid(const ObjectGuid& first, const Visitor<Dnt>& visit) const;
  /// `rdn` is compared without case, as the schema's RDN rule has it ([MS-ADTS] 3.1.1.3.1).
  [[nodiscard]] Result<Dnt> find_child(Dnt parent, std::string_view rdn) const;
  [[nodiscard]] Result<void> children(Dnt parent, const Visitor<Dnt>& visit) const;

  /// In ascending order of USN, those above `after`. Each object appears once, at its uSNChanged.
  [[nodiscard]] Result<void> changes(Dnt nc, Usn after, const Visitor<ObjectChange>& visit) const;
  [[nodiscard]] Result<void> link_changes(Dnt nc, Usn after, const Visitor<LinkChange>& visit) const;

  [[nodiscard]] Result<std::optional<LinkValue>> find_link(const LinkKey& key) const;
  /// Forward values of one attribute, or of all when attid is 0; in the order of (attid, target).
  [[nodiscard]] Result<void> links(Dnt source, Attid attid, const Visitor<LinkValue>& visit) const;
  /// The values that point at `target`: keys only, present or not.
  [[nodiscard]] Result<void> backlinks(Dnt target, Attid attid, const Visitor<LinkKey>& visit) const;
  /// True when equal() answers for the attribute: it is indexed, and all records have been brought along.
  [[nodiscard]] bool has_index(Attid attid) const;
  /// Objects that have this value (already in the normal form of the IndexPolicy) in an indexed attribute.
  [[nodiscard]] Result<void> equal(Attid attid, ByteView normal_form, const Visitor<Dnt>& visit) const;

  /// Deleted objects and absent link values whose time is below `before`, oldest first.
  [[nodiscard]] Result<void> object_graves(DsTime before, const Visitor<Dnt>& visit) const;
  [[nodiscard]] Result<void> link_graves(DsTime before, const Visitor<LinkKey>& visit) const;

  [[nodiscard]] Result<std::vector<Dnt>> nc_roots() const;
  [[nodiscard]] Result<std::optional<NcReplica>> nc_replica(Dnt root) const;
  /// Small values that belong to the DSA as a whole, by name ("prefixMap", "schemaInfo", "ridPool" ...).
  [[nodiscard]] Result<std::optional<Bytes>> dsa_value(std::string_view name) const;
  /// Objects and link values of an NC, for cNumNcSizeObjects: kept by the store, not counted.
  [[nodiscard]] Result<std::pair<std::uint64_t, std::uint64_t>> nc_size(Dnt nc) const;

 protected:
  Snapshot();
  struct State;
  std::unique_ptr<State> state_;
  friend class DirectoryStore;
  friend class Verifier;
};

/// The one writer. Changes fail silently into a sticky error that commit() returns: after the first failure nothing more is written.
/// Without commit() everything is undone.
class WriteTransaction : public Snapshot {
 public:
  ~WriteTransaction() override;

  /// The next local USN. Every object and link value of one originating or replicated change carries the one that was drawn for it.
  [[nodiscard]] Usn next_usn();

  /// Creates (dnt == kNoDnt) or replaces; gives the DNT. All index entries follow. A phantom of the same GUID becomes the object and
  /// keeps its DNT. kErrorDsObjStringNameExists when the parent has another child of that RDN, kErrorAlreadyExists when a new
  /// object's GUID is another's: nothing was changed then, and the transaction is still good.
  Result<Dnt> put(const ObjectDraft& draft);
  /// Takes the record and its index entries away. Its own link values and its children must be gone (kErrorDsCantOnNonLeaf otherwise);
  /// if anything still refers to it a phantom stays, which is known by `dn`. A phantom goes by itself with the last reference to it.
  void erase(Dnt dnt, std::string_view dn = {});
  /// The DNT of what a name means: the object with that GUID, or a phantom made of what is known. `dn` is UTF-8 and may be empty.
  [[nodiscard]] Dnt refer(const ObjectGuid& guid, const std::optional<Sid>& sid, std::string_view dn);

  void put_link(const LinkValue& value);
  void erase_link(const LinkKey& key);

  void put_nc_replica(const NcReplica& replica);
  void erase_nc_replica(Dnt root);
  void put_dsa_value(std::string_view name, ByteView value);
  void erase_dsa_value(std::string_view name);
  /// Retires the invocationId of the identity under the highest USN so far, and takes the new one.
  void take_invocation_id(InvocationId fresh);

  /// Grows with everything that is written. What failed and left it as it was has written nothing (it may have drawn USNs).
  [[nodiscard]] std::uint64_t changes() const noexcept;
  [[nodiscard]] const std::optional<Error>& failure() const noexcept;
  /// Durable when it returns (unless the engine was opened otherwise). kErrorDiskFull when there is no room: nothing was changed.
  [[nodiscard]] Result<void> commit();

  struct Writing;  ///< the store's own

 private:
  friend class DirectoryStore;
  WriteTransaction();
  [[nodiscard]] Writing& writing() noexcept;
};

/// What open() found.
enum class Opening : std::uint8_t {
  kCreated,
  kClean,       ///< closed as it should be
  kAfterCrash,  ///< it was not closed; nothing that was committed is missing
  kRenewed,     ///< copied, restored or rolled back: it has a new invocationId
  kInspected,   ///< opened by inspect()
};

class DirectoryStore {
 public:
  /// An empty database: the root and nothing else. kErrorAlreadyExists when the engine already holds one.
  [[nodiscard]] static Result<std::unique_ptr<DirectoryStore>> create(std::unique_ptr<kv::Engine> engine, const Identity& identity,
                                                                      std::shared_ptr<const IndexPolicy> policy);
  /// kErrorDsDatabaseError for what is none or is damaged, kErrorRevisionMismatch for a format of another version. A database that was
  /// copied or rolled back is found out by its generation mark (docs/formats/store.md) and refused with kErrorDsDraInconsistentDit
  /// unless the caller gives a fresh invocationId, which it then takes; for any other database the fresh one is not used.
  [[nodiscard]] static Result<std::unique_ptr<DirectoryStore>> open(std::unique_ptr<kv::Engine> engine,
                                                                    std::shared_ptr<const IndexPolicy> policy,
                                                                    std::optional<InvocationId> fresh_invocation_id = {});
  /// To look at any database, also one that open() refuses, and to change nothing: a write() of it fails.
  [[nodiscard]] static Result<std::unique_ptr<DirectoryStore>> inspect(std::unique_ptr<kv::Engine> engine,
                                                                       std::shared_ptr<const IndexPolicy> policy);
  ~DirectoryStore();
  [[nodiscard]] Opening opening() const noexcept;

  /// Both always give something; when the engine cannot, every call on it says so.
  [[nodiscard]] std::unique_ptr<Snapshot> read() const;
  [[nodiscard]] std::unique_ptr<WriteTransaction> write();

  /// Which attributes are indexed, and how values compare. A change takes effect with the next read() and write(); reindex() brings old
  /// records along, and until then Snapshot::has_index says which attributes equal() can answer for. How RDNs compare must not change.
  void set_policy(std::shared_ptr<const IndexPolicy> policy);
  [[nodiscard]] const std::shared_ptr<const IndexPolicy>& policy() const noexcept;
  /// In transactions of a bounded size, of which each keeps the database valid; cheap when nothing changed.
  [[nodiscard]] Result<void> reindex();

  /// A copy of one state while everything goes on; open() of it asks for a fresh invocationId. What `where` means is the engine's matter.
  [[nodiscard]] Result<void> backup(const std::string& where);

  [[nodiscard]] kv::Engine& engine() noexcept;

 private:
  DirectoryStore();
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tributary::store
