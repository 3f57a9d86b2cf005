// SPDX-License-Identifier: Apache-2.0
// Link values under originating updates: made, removed and made anew with stamps of their own ([MS-ADTS] 3.1.1.1.9), or with the
// attribute's as before linked value replication; and what a deletion or undeletion of one end does to them (3.1.1.1.6, 3.1.1.5.5.6),
// in bounded pieces (3.1.1.1.16). Must never judge whether a value may be there: checks.hpp and modify.cpp do.
#pragma once

#include <vector>

#include "repl/state/stamps.hpp"
#include "repl/updates/updates.hpp"

namespace tributary::schema {
struct AttributeSchema;
}

namespace tributary::repl {

using store::LinkKey;
using store::LinkValue;

/// The values of one forward link attribute, absent ones too, in the order of (target, data).
[[nodiscard]] Result<std::vector<LinkValue>> link_values(const Snapshot& snapshot, Dnt source, Attid attid);

/// Whether an originating change of a value is stamped by itself. Otherwise the attribute's stamp on the object is raised.
[[nodiscard]] bool has_own_stamps(const Context& context, const schema::AttributeSchema& attribute) noexcept;

/// Makes the value present or absent. `existing` is what find_link gives; nothing happens when it is so already.
void write_link(WriteTransaction& tx, const Originator& by, bool own_stamps, const LinkKey& key, const std::optional<LinkValue>& existing,
                bool is_present);

/// What becomes of the links of an object and to it when it changes between existing and deleted. None of it is an originating update.
enum class LinkFate : std::uint8_t {
  kRemove = 1,      ///< a tombstone or a recycled-object is at one end
  kDeactivate = 2,  ///< a deleted-object
  kActivate = 3,    ///< an undeleted object; links whose other end is deleted stay as they are
};

/// 3.1.1.1.16: so many link values change in the transaction of the update itself; the rest waits for continue_link_work.
inline constexpr std::size_t kLinksInUpdateMax = 10'000;

/// Changes the first link values and notes what remains.
[[nodiscard]] Result<void> begin_link_work(WriteTransaction& tx, Dnt object, LinkFate fate);
/// All links from the object and to it go at once, and what was noted about them: it is about to go itself.
[[nodiscard]] Result<void> remove_all_links(WriteTransaction& tx, Dnt object);
/// Work on the object's links is still to be done: deleting or undeleting it has to wait (kErrorDsDatabaseError, 3.1.1.5.5.5).
[[nodiscard]] Result<void> check_no_link_work(const Snapshot& snapshot, Dnt object);

struct LinkWork {
  std::size_t changed = 0;
  bool more = false;  ///< call again, in another transaction
};
/// Goes on with what begin_link_work left, `limit` link values at most.
[[nodiscard]] Result<LinkWork> continue_link_work(WriteTransaction& tx, std::size_t limit);

}  // namespace tributary::repl
