// SPDX-License-Identifier: Apache-2.0
// See referrals.hpp.
#include "service/ldap/referrals.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "repl/objects/facts.hpp"
#include "schema/case_folding.hpp"
#include "service/directory/partitions.hpp"

namespace tributary::service::ldap_face {
namespace {

/// As it may stand in a URL (RFC 4516 2.1).
std::string url_of(std::string_view host, std::string_view dn, std::string_view rest) {
  std::string url = fmt::format("ldap://{}/", host);
  constexpr std::string_view kPlain = "-._~!$&'()*+,;=:@";
  for (const char c : dn) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || kPlain.contains(c);
    if (is_plain) url += c;
    else fmt::format_to(std::back_inserter(url), "%{:02X}", static_cast<unsigned char>(c));
  }
  return url.append(rest);
}

/// "DC=one,DC=two" as "one.two"; empty when the name has no such parts.
std::string dotted(std::span<const repl::Rdn> dn) {
  std::string name;
  for (const auto& rdn : dn) {
    if (rdn.type != repl::attid::kDc) continue;
    if (!name.empty()) name += '.';
    name += rdn.value;
  }
  return name;
}

}  // namespace

bool is_dn_within(std::span<const repl::Rdn> below, std::span<const repl::Rdn> above) {
  if (above.size() > below.size()) return false;
  const auto same = [](const repl::Rdn& a, const repl::Rdn& b) { return a.type == b.type && schema::rdn_form(a.value) == schema::rdn_form(b.value); };
  return std::ranges::equal(below.last(above.size()), above, same);
}

Result<std::vector<NamedNc>> named_ncs(const View& view) {
  return directory::guarded([&] {
    const directory::Reader reader(view.context, view.snapshot, view.dsa.identity());
    const directory::Partitions partitions(reader);
    std::vector<NamedNc> found;
    for (const auto& each : partitions.all()) {
      if (each.nc == store::kNoDnt || !each.enabled.value_or(true)) continue;
      auto dn = repl::parse_dn(view.schema(), reader.dn(each.nc));
      if (!dn || dn->empty()) continue;
      const auto root = reader.find(each.nc);
      found.push_back({each.nc, root && repl::is_nc_root(*root), std::move(*dn), each.dns_roots});
    }
    return found;
  });
}

Result<std::vector<std::string>> referral_urls(const View& view, std::span<const repl::Rdn> dn) {
  const auto ncs = named_ncs(view);
  if (!ncs) return std::unexpected(ncs.error());
  const NamedNc* best = nullptr;
  for (const auto& nc : *ncs)
    if (is_dn_within(dn, nc.dn) && (best == nullptr || nc.dn.size() > best->dn.size())) best = &nc;
  std::vector<std::string> urls;
  if (best != nullptr && best->is_held) return urls;
  const auto text = repl::format_dn(view.schema(), dn);
  if (best != nullptr) {
    for (const auto& host : best->dns_roots) urls.push_back(url_of(host, text, ""));
  } else if (const auto host = dotted(dn); !host.empty()) {
    urls.push_back(url_of(host, text, ""));
  }
  return urls;
}

namespace {

using References = std::vector<std::vector<std::string>>;

Result<References> find_continuations(const View& view, store::Dnt base, ldap::Scope scope) {
  References all;
  const auto ncs = named_ncs(view);
  if (!ncs) return std::unexpected(ncs.error());
  const auto name = repl::dn_of(view.snapshot, view.schema(), base);
  if (!name) return std::unexpected(name.error());
  const auto dn = repl::parse_dn(view.schema(), *name);
  if (!dn) return std::unexpected(dn.error());
  for (const auto& nc : *ncs) {
    if (nc.dn.size() <= dn->size() || !is_dn_within(nc.dn, *dn)) continue;
    if (scope == ldap::Scope::kOneLevel && nc.dn.size() != dn->size() + 1) continue;
    // Only what begins in the NC of the base: others are referred to by the NC between.
    const auto lies_between = [&](const NamedNc& other) {
      return other.dn.size() > dn->size() && other.dn.size() < nc.dn.size() && is_dn_within(nc.dn, other.dn);
    };
    if (std::ranges::any_of(*ncs, lies_between)) continue;
    std::vector<std::string> urls;
    const auto text = repl::format_dn(view.schema(), nc.dn);
    for (const auto& host : nc.dns_roots) urls.push_back(url_of(host, text, scope == ldap::Scope::kOneLevel ? "??base" : ""));
    if (!urls.empty()) all.push_back(std::move(urls));
  }
  return all;
}

/// What searches of one base end with, kept by thread until an object of the Configuration NC changes: nearly every search asks.
class KnownContinuations {
 public:
  [[nodiscard]] bool is_good(const View& view) {
    const auto highest = view.snapshot.highest_committed_usn();
    if (schema_ != view.context.schema || usn_ > highest) return false;
    if (usn_ == highest) return true;
    const auto configuration = view.snapshot.find_guid(view.dsa.identity().configuration_nc);
    if (!configuration || *configuration == store::kNoDnt) return false;
    bool has_changed = false;
    const auto walked = view.snapshot.changes(*configuration, usn_, [&](const store::ObjectChange&) { return !(has_changed = true); });
    if (!walked || has_changed) return false;
    usn_ = highest;
    return true;
  }
  void begin(const View& view) {
    known_.clear();
    schema_ = view.context.schema;
    usn_ = view.snapshot.highest_committed_usn();
  }
  [[nodiscard]] const References* find(store::Dnt base, ldap::Scope scope) const {
    const auto found = known_.find({base, scope});
    return found == known_.end() ? nullptr : &found->second;
  }
  void keep(store::Dnt base, ldap::Scope scope, const References& references) {
    constexpr std::size_t kBasesMax = 64;
    if (known_.size() == kBasesMax) known_.clear();
    known_[{base, scope}] = references;
  }

 private:
  std::shared_ptr<const schema::Schema> schema_;  // held: its address is this directory's as long as it is
  Usn usn_;
  std::map<std::pair<store::Dnt, ldap::Scope>, References> known_;
};

}  // namespace

Result<References> continuation_urls(const View& view, store::Dnt base, ldap::Scope scope) {
  if (scope == ldap::Scope::kBase) return References();
  static thread_local KnownContinuations known;
  if (!known.is_good(view)) known.begin(view);
  if (const auto* found = known.find(base, scope)) return *found;
  auto references = find_continuations(view, base, scope);
  if (references) known.keep(base, scope, *references);
  return references;
}

}  // namespace tributary::service::ldap_face
