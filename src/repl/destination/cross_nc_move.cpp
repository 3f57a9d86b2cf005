// SPDX-License-Identifier: Apache-2.0
// See cross_nc_move.hpp.
#include "repl/destination/cross_nc_move.hpp"

#include <algorithm>

#include "repl/updates/garbage.hpp"

namespace tributary::repl {

std::uint32_t proxy_epoch(ByteView stored_value) noexcept {
  constexpr std::size_t kEpochAt = 4;  // behind the type; both are big-endian (5.157)
  const auto rest = store::reference_rest(stored_value);
  return rest.size() < kEpochAt + 4 ? 0 : load_be<std::uint32_t>(rest.data() + kEpochAt);
}

Result<CrossNcMove> prepare_cross_nc_move(store::WriteTransaction& transaction, const Context& context, IncomingObject& incoming) {
  const auto* const proxied = incoming.draft.find(attid::kProxiedObjectName);
  if (proxied == nullptr || proxied->values.empty()) return CrossNcMove::kNone;
  const ByteView value = proxied->values.front();
  const auto epoch = proxy_epoch(value);

  bool is_proxy = false;
  if (const auto* const classes = incoming.draft.find(attid::kObjectClass); classes != nullptr)
    is_proxy = std::ranges::any_of(classes->values, [](ByteView octets) {
      return octets.size() == 4 && load_le<std::uint32_t>(octets.data()) == static_cast<std::uint32_t>(class_id::kInfrastructureUpdate);
    });
  // A proxy speaks of the object that it names, any other object of itself.
  const auto object = is_proxy ? Result<Dnt>(store::reference_target(value)) : resolve_guid(transaction, incoming.guid);
  if (!object) return std::unexpected(object.error());
  if (*object == kNoDnt) return CrossNcMove::kNone;
  const auto here = transaction.find(*object);
  if (!here) return std::unexpected(here.error());
  if (!*here || store::has((*here)->flags(), store::ObjectFlags::kPhantom)) return CrossNcMove::kNone;
  const auto local = (*here)->first(attid::kProxiedObjectName);
  const auto local_epoch = local ? proxy_epoch(*local) : 0;
  if (local_epoch > epoch && !is_proxy) return CrossNcMove::kStale;
  if (local_epoch >= epoch) return CrossNcMove::kNone;
  if (auto expunged = expunge(transaction, context, *object); !expunged) return std::unexpected(std::move(expunged.error()));
  return CrossNcMove::kExpunged;
}

}  // namespace tributary::repl
