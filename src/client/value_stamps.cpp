// SPDX-License-Identifier: Apache-2.0
// See value_stamps.hpp.
#include "client/value_stamps.hpp"

#include <algorithm>

#include "base/utf.hpp"
#include "client/changes.hpp"
#include "client/dsa_index.hpp"
#include "client/named_value.hpp"
#include "client/schema_names.hpp"

namespace tributary::client {
namespace {

ValueStamp from_page(const drsuapi::REPLVALINF_V3& in, std::string attribute, const DsaIndex& dsas) {
  const auto& stamp = in.MetaData.MetaData;
  const InvocationId originating{stamp.uuidDsaOriginating};
  const Dsa* const dsa = dsas.find(originating);
  auto value = read_named_value(in.Aval.pVal.span());
  ValueStamp out{.attribute = std::move(attribute),
                 .value_dn = value ? std::move(value->dn) : std::string(),
                 .value = value ? std::move(value->rest) : to_bytes(in.Aval.pVal.span()),
                 .created = to_file_time(DsTime{in.MetaData.timeCreated}),
                 .deleted = in.fIsPresent != 0 ? FileTime{} : to_file_time(DsTime{stamp.timeChanged}),
                 .version = stamp.dwVersion,
                 .changed = to_file_time(DsTime{stamp.timeChanged}),
                 .originating_invocation_id = originating,
                 .originating_usn = {stamp.usnOriginating},
                 .local_usn = {},
                 .originating_dsa_dn = dsa != nullptr ? dsa->dn : std::string()};
  return out;
}

Result<std::vector<ValueStamp>> through_changes(DcView& dc, const std::string& object_dn, const std::string& attribute, const std::string& value_dn) {
  auto directory = dc.directory();
  if (!directory) return std::unexpected(std::move(directory.error()));
  auto all = (*directory)->dsas();
  if (!all) return std::unexpected(std::move(all.error()));
  const DsaIndex dsas(std::move(*all));
  BindOptions bind;
  bind.target.domain_controller = dc.handle.host();
  bind.credential = dc.handle.credential();
  bind.extensions = changes_client_extensions();
  auto reader = DrsHandle::bind(dc.handle.runtime(), std::move(bind));
  if (!reader) return std::unexpected(std::move(reader.error()));
  // By its DN as the DC spells it: the request has no other names.
  auto object = (*directory)->ldap().read(object_dn, {"objectGUID"});
  if (!object) return std::unexpected(std::move(object.error()));
  const auto destination = (*directory)->stand_in_dsa();
  if (!destination) return std::unexpected(destination.error());
  ChangesOptions options;
  options.nc_dn = object->dn;
  options.destination = *destination;
  options.extended_op = drsuapi::EXOP_REPL_OBJ;
  options.page_timeout = dc.call.timeout;
  ChangeStream stream(std::move(*reader), std::move(options));
  // Linked attributes are of the base schema nearly always, and others keep their number: no reason to read a whole schema.
  PageNames names(SchemaNames::base());
  std::vector<ValueStamp> stamps;
  for (;;) {
    auto page = stream.next();
    if (!page) return std::unexpected(std::move(page.error()));
    if (!*page) return stamps;
    names.use((*page)->reply->PrefixTableSrc);
    for (const auto& in : (*page)->reply->rgValues) {
      auto stamp = from_page(in, names.find(in.attrTyp).name, dsas);
      if (!attribute.empty() && !equals_ignoring_case(stamp.attribute, attribute)) continue;
      if (value_dn.empty() || same_dn(stamp.value_dn, value_dn)) stamps.push_back(std::move(stamp));
    }
  }
}

}  // namespace

Result<ReplState<ValueStamp>> read_value_stamps_any_way(DcView dc, const std::string& object_dn, const std::string& attribute,
                                                        const std::string& value_dn) {
  auto called = read_value_stamps(dc, object_dn, attribute, value_dn);
  if (called || !lacks_call(called.error())) return called;
  auto stamps = through_changes(dc, object_dn, attribute, value_dn);
  if (!stamps) return std::unexpected(std::move(stamps.error()));
  return ReplState<ValueStamp>{StateSource::kChanges, std::move(called.error()), std::move(*stamps)};
}

}  // namespace tributary::client
