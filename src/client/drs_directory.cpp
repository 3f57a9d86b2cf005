// SPDX-License-Identifier: Apache-2.0
// See drs_directory.hpp. What was read stays: a connection shows one moment of an NC, as long as it lives.
#include "client/drs_directory.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/utf.hpp"
#include "base/win32.hpp"
#include "client/changes.hpp"
#include "client/directory.hpp"
#include "client/entry_filter.hpp"
#include "client/page_entries.hpp"
#include "drsuapi/constants.hpp"

namespace tributary::client {
namespace {

using ldap_client::Entry;
using ldap_client::Scope;

/// Kept by each DC for itself: no replication brings them.
constexpr std::string_view kNotReplicated[] = {"repsFrom", "repsTo", "replUpToDateVector", "replPropertyMetaData"};

/// The names of an answer of IDL_DRSCrackNames; nothing for those that were not resolved.
using CrackedNames = std::vector<std::optional<std::string>>;

Bytes octets(std::string_view text) { return {text.begin(), text.end()}; }

bool is_at_or_below(std::string_view dn, std::string_view base) {
  for (; !dn.empty(); dn = parent_dn(dn))
    if (same_dn(dn, base)) return true;
  return false;
}

/// "{...}" or "S-1-..." of "<GUID=...>" and "<SID=...>", with the format that CrackNames has for it.
std::optional<std::pair<std::uint32_t, std::string>> bracketed_name(std::string_view name) {
  if (!name.starts_with('<') || !name.ends_with('>')) return std::nullopt;
  name = name.substr(1, name.size() - 2);
  if (equals_ignoring_case(name.substr(0, 5), "GUID=")) {
    const auto guid = parse_guid(name.substr(5));
    if (guid) return std::pair{std::uint32_t{drsuapi::DS_UNIQUE_ID_NAME}, "{" + to_string(*guid) + "}"};
  }
  if (equals_ignoring_case(name.substr(0, 4), "SID=")) return std::pair{std::uint32_t{drsuapi::DS_SID_OR_SID_HISTORY_NAME}, std::string(name.substr(4))};
  return std::nullopt;
}

/// One NC, and whose answer it was.
struct Replica {
  std::vector<Entry> entries;
  Guid source_dsa;
};

class DrsEntries final : public ldap_client::Connection {
 public:
  DrsEntries(std::shared_ptr<DrsHandle> dc, std::chrono::milliseconds timeout) : dc_(std::move(dc)), timeout_(timeout) {}

  Result<> bind(std::shared_ptr<security::Credential>, const std::string&) override { return {}; }
  Result<std::vector<Entry>> search(const ldap_client::Search& search) override;
  Result<> modify(const std::string& dn, const std::vector<ldap_client::Replace>& changes) override;

 private:
  [[nodiscard]] Result<CrackedNames> crack(std::uint32_t offered, std::uint32_t desired, const std::string& name) const;
  [[nodiscard]] Result<std::string> dn_of(const std::string& name) const;
  [[nodiscard]] Result<std::string> find_configuration_dn() const;
  [[nodiscard]] Result<> know_configuration_dn();
  [[nodiscard]] Result<Replica> replicate(const ChangesOptions& options);
  [[nodiscard]] Result<Replica*> configuration();
  [[nodiscard]] Result<Replica*> schema();
  [[nodiscard]] Result<std::vector<Entry>> root();
  [[nodiscard]] Result<std::vector<Entry>> one_object(const std::string& dn, const std::vector<std::string>& attributes);
  [[nodiscard]] Result<std::vector<Entry>> name_only(const std::string& dn) const;

  std::shared_ptr<DrsHandle> dc_;
  std::chrono::milliseconds timeout_;
  std::string configuration_dn_;
  std::optional<Replica> configuration_, schema_;
  bool rebound_ = false;
};

Result<CrackedNames> DrsEntries::crack(std::uint32_t offered, std::uint32_t desired, const std::string& name) const {
  drsuapi::DRS_MSG_CRACKREQ_V1 request;
  request.formatOffered = offered;
  request.formatDesired = desired;
  request.rpNames.push_back(drsuapi::WString{to_utf16_lossy(name)});
  drsuapi::IDL_DRSCrackNames::In in;
  in.msgIn = std::move(request);
  auto out = dc_->call<drsuapi::IDL_DRSCrackNames>(std::move(in), {.timeout = timeout_});
  if (!out) return std::unexpected(std::move(out.error()));
  const auto* const reply = out->msgOut.get_if<1>();
  if (reply == nullptr || !reply->pResult) return fail(win32::kErrorNotSupported, "the DC answered nothing to this kind of name", Phase::kCall);
  CrackedNames names;
  for (const auto& item : reply->pResult->rItems)
    names.push_back(item.status == drsuapi::DS_NAME_NO_ERROR && item.pName ? std::optional(to_utf8_lossy(*item.pName)) : std::nullopt);
  return names;
}

Result<std::string> DrsEntries::dn_of(const std::string& name) const {
  if (!name.starts_with('<')) return name;
  const auto format = bracketed_name(name);
  if (!format) return fail(win32::kErrorInvalidParameter, name + ": <GUID=...> and <SID=...> are known", Phase::kCall);
  auto names = crack(format->first, drsuapi::DS_FQDN_1779_NAME, format->second);
  if (!names) return std::unexpected(std::move(names.error()));
  if (names->empty() || !names->front()) return fail(win32::kErrorDsNoSuchObject, name, Phase::kCall);
  return *std::move(names->front());
}

Result<std::string> DrsEntries::find_configuration_dn() const {
  if (const Guid guid = dc_->server_extensions().ConfigObjGUID; !guid.is_null())
    if (auto dn = dn_of(ldap_client::guid_dn(guid))) return dn;
  auto ncs = crack(drsuapi::DS_LIST_NCS, drsuapi::DS_FQDN_1779_NAME, {});
  if (!ncs) return std::unexpected(std::move(ncs.error()));
  for (const auto& nc : *ncs)
    if (nc && equals_ignoring_case(nc->substr(0, 17), "CN=Configuration,")) return *nc;
  return fail(win32::kErrorNotFound, dc_->host() + " does not tell the name of its configuration NC", Phase::kCall);
}

Result<Replica> DrsEntries::replicate(const ChangesOptions& options) {
  PageEntries entries;
  Replica replica;
  ChangeStream stream(dc_, options);
  for (;;) {
    auto page = stream.next();
    if (!page && page.error().code == win32::kErrorRevisionMismatch && !std::exchange(rebound_, true)) {
      // The forest has optional features, which are agreed on when a handle is bound.
      BindOptions bind;
      bind.target.domain_controller = dc_->host();
      bind.credential = dc_->credential();
      bind.extensions = changes_client_extensions();
      auto reader = DrsHandle::bind(dc_->runtime(), std::move(bind));
      if (!reader) return std::unexpected(std::move(reader.error()));
      dc_ = std::move(*reader);
      return replicate(options);
    }
    if (!page) return std::unexpected(std::move(page.error()));
    if (!*page) break;
    replica.source_dsa = (*page)->reply->uuidDsaObjSrc;
    if (auto added = entries.add(*(*page)->reply); !added) return std::unexpected(std::move(added.error()));
  }
  replica.entries = entries.take();
  return replica;
}

Result<> DrsEntries::know_configuration_dn() {
  if (!configuration_dn_.empty()) return {};
  auto dn = find_configuration_dn();
  if (!dn) return std::unexpected(std::move(dn.error()));
  configuration_dn_ = std::move(*dn);
  return {};
}

Result<Replica*> DrsEntries::configuration() {
  if (configuration_) return &*configuration_;
  if (auto known = know_configuration_dn(); !known) return std::unexpected(std::move(known.error()));
  ChangesOptions options;
  options.nc_dn = configuration_dn_;
  options.page_timeout = timeout_;
  auto read = replicate(options);
  if (!read) {
    read.error().detail += "; " + dc_->host() + " has no LDAP, and reading its configuration NC by replication takes the right to replicate";
    return std::unexpected(std::move(read.error()));
  }
  return &configuration_.emplace(std::move(*read));
}

Result<Replica*> DrsEntries::schema() {
  if (schema_) return &*schema_;
  ChangesOptions options;
  options.nc_dn = "CN=Schema," + configuration_dn_;
  options.page_timeout = timeout_;
  auto read = replicate(options);
  if (!read) return std::unexpected(std::move(read.error()));
  return &schema_.emplace(std::move(*read));
}

/// What rootDSE says elsewhere ([MS-ADTS] 3.1.1.3.2), from the NTDS Settings and the server object of whoever answers.
Result<std::vector<Entry>> DrsEntries::root() {
  auto replica = configuration();
  if (!replica) return std::unexpected(std::move(replica.error()));
  const auto& all = (*replica)->entries;
  const Bytes own = to_bytes(ByteView((*replica)->source_dsa.octets));
  const auto is_own = [&own](const Entry& entry) { return !entry.values("objectGUID").empty() && entry.values("objectGUID").front() == own; };
  const auto settings = std::ranges::find_if(all, is_own);
  if (settings == all.end()) return fail(win32::kErrorNotFound, dc_->host() + ": its configuration NC does not have its own NTDS Settings", Phase::kCall);
  const auto server = std::ranges::find_if(all, [&](const Entry& entry) { return same_dn(entry.dn, parent_dn(settings->dn)); });
  Entry root;
  root.attributes["configurationNamingContext"] = {octets(configuration_dn_)};
  root.attributes["schemaNamingContext"] = {octets("CN=Schema," + configuration_dn_)};
  root.attributes["rootDomainNamingContext"] = {octets(parent_dn(configuration_dn_))};
  root.attributes["dsServiceName"] = {octets(settings->dn)};
  if (server != all.end()) root.attributes["dnsHostName"] = server->values("dNSHostName");
  const auto& masters = settings->values(settings->values("msDS-hasMasterNCs").empty() ? "hasMasterNCs" : "msDS-hasMasterNCs");
  auto& held = root.attributes["namingContexts"] = masters;
  for (const auto& partial : settings->values("hasPartialReplicaNCs")) held.push_back(partial);
  for (const auto& nc : settings->values("hasMasterNCs"))
    if (const std::string dn(nc.begin(), nc.end()); !is_at_or_below(dn, configuration_dn_)) root.attributes["defaultNamingContext"] = {nc};
  return std::vector{std::move(root)};
}

Result<std::vector<Entry>> DrsEntries::name_only(const std::string& dn) const {
  auto guids = crack(drsuapi::DS_FQDN_1779_NAME, drsuapi::DS_UNIQUE_ID_NAME, dn);
  if (!guids) return std::unexpected(std::move(guids.error()));
  const auto guid = parse_guid(guids->empty() ? std::string() : guids->front().value_or(std::string()));
  if (!guid) return fail(win32::kErrorDsNoSuchObject, dn, Phase::kCall);
  auto spelled = dn_of(ldap_client::guid_dn(*guid));
  if (!spelled) return std::unexpected(std::move(spelled.error()));
  Entry entry;
  entry.dn = std::move(*spelled);
  entry.attributes["objectGUID"] = {to_bytes(ByteView(guid->octets))};
  return std::vector{std::move(entry)};
}

Result<std::vector<Entry>> DrsEntries::one_object(const std::string& dn, const std::vector<std::string>& attributes) {
  for (const auto& name : attributes)
    if (std::ranges::any_of(kNotReplicated, [&](std::string_view local) { return equals_ignoring_case(name, local); }))
      return fail(win32::kErrorNotSupported, dc_->host() + " has no LDAP, and " + name + " does not replicate: IDL_DRSGetReplInfo tells what is in it",
                  Phase::kCall);
  if (attributes.size() == 1 && equals_ignoring_case(attributes.front(), "objectGUID")) return name_only(dn);
  auto own = configuration();
  if (!own) return std::unexpected(std::move(own.error()));
  ChangesOptions options;
  options.nc_dn = dn;
  options.destination = DsaGuid{(*own)->source_dsa};
  options.extended_op = drsuapi::EXOP_REPL_OBJ;
  options.page_timeout = timeout_;
  auto read = replicate(options);
  if (!read) return std::unexpected(std::move(read.error()));
  // The root of the NC may come with the object.
  std::erase_if(read->entries, [&dn](const Entry& entry) { return !same_dn(entry.dn, dn); });
  return std::move(read->entries);
}

Result<std::vector<Entry>> DrsEntries::search(const ldap_client::Search& search) {
  if (search.base.empty() && search.scope == Scope::kBase) return root();
  auto filter = EntryFilter::parse(search.filter);
  if (!filter) return std::unexpected(std::move(filter.error()));
  auto base = dn_of(search.base);
  if (!base) return std::unexpected(std::move(base.error()));
  if (auto known = know_configuration_dn(); !known) return std::unexpected(std::move(known.error()));
  const bool is_configuration = is_at_or_below(*base, configuration_dn_);
  const bool is_schema = is_configuration && is_at_or_below(*base, "CN=Schema," + configuration_dn_);
  if (!is_configuration && search.scope == Scope::kBase) return one_object(*base, search.attributes);
  if (!is_configuration)
    return fail(win32::kErrorNotSupported, dc_->host() + " has no LDAP: only its configuration and its schema can be searched, not " + *base, Phase::kCall);
  const auto replica = is_schema ? schema() : configuration();
  if (!replica) return std::unexpected(replica.error());
  std::vector<Entry> found;
  bool base_exists = false;
  for (const auto& entry : (*replica)->entries) {
    const bool is_base = same_dn(entry.dn, *base);
    base_exists = base_exists || is_base;
    const bool in_scope = search.scope == Scope::kBase       ? is_base
                          : search.scope == Scope::kOneLevel ? same_dn(parent_dn(entry.dn), *base)
                                                             : is_base || is_at_or_below(entry.dn, *base);
    if (!in_scope || !filter->matches(entry)) continue;
    if (found.size() == search.entries_max) return fail(win32::kErrorMoreData, search.base + ": more entries than expected", Phase::kCall);
    found.push_back(entry);
  }
  if (!base_exists) return fail(win32::kErrorDsNoSuchObject, *base, Phase::kCall);
  return found;
}

Result<> DrsEntries::modify(const std::string& dn, const std::vector<ldap_client::Replace>& changes) {
  const std::string what = changes.empty() ? "an attribute" : changes.front().attribute;
  return fail(win32::kErrorNotSupported,
              dc_->host() + " has no LDAP, and drsuapi changes no attribute: " + what + " of " + dn +
                  " can be changed at a DC of the forest that has LDAP, from which the change replicates",
              Phase::kCall);
}

}  // namespace

std::unique_ptr<ldap_client::Connection> entries_over_drsuapi(std::shared_ptr<DrsHandle> dc, std::chrono::milliseconds timeout) {
  return std::make_unique<DrsEntries>(std::move(dc), timeout);
}

}  // namespace tributary::client
