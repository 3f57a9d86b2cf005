// SPDX-License-Identifier: Apache-2.0
// See kcc.hpp.
#include "service/kcc/kcc.hpp"

#include "base/win32.hpp"
#include "client/repl_state.hpp"
#include "service/kcc/carry_out.hpp"
#include "service/kcc/configuration_reader.hpp"
#include "service/kcc/kcc_values.hpp"

namespace tributary::service {
namespace {

/// What a bridgehead says of the DSAs that it cannot reach; nothing when it does not.
std::vector<topology::FailedTuple> failures_of(client::DrsHandle& handle, client::KccFailureKind kind, std::chrono::milliseconds timeout) {
  const auto state = client::read_kcc_failures({handle, {}, {timeout, nullptr}}, kind);
  std::vector<topology::FailedTuple> tuples;
  if (!state) return tuples;
  for (const auto& each : state->items) tuples.push_back({each.dsa_guid, to_ds_time(each.first_failure), each.failures, each.last_result});
  return tuples;
}

Result<repl::Updates> write_lists_and_plan(Dsa& dsa, const topology::ConfigurationView& view, const topology::KccPlan& plan) {
  return dsa.update([&](const repl::Context& context, store::WriteTransaction& tx) -> Result<repl::Updates> {
    auto updates = update_nc_lists(tx, context);
    if (!updates) return updates;
    const auto written = write_kcc_plan(tx, context, view, plan);
    if (!written) return written;
    updates->append(*written);
    return updates;
  });
}

}  // namespace

ContactDsa contact_partners(Dsa& dsa, std::chrono::milliseconds timeout) {
  return [&dsa, timeout](const topology::DsaToContact& whom) {
    topology::ContactResult contact;
    contact.dsa = whom.dsa;
    const auto handle = dsa.partner(whom.dsa, timeout);
    contact.result = handle ? win32::kErrorSuccess : handle.error().code;
    if (!handle || !whom.fetch_failures) return contact;
    contact.failed_links = failures_of(**handle, client::KccFailureKind::kLink, timeout);
    contact.failed_connections = failures_of(**handle, client::KccFailureKind::kConnect, timeout);
    return contact;
  };
}

Result<KccRun> run_kcc(Dsa& dsa, const ContactDsa& contact, std::uint64_t seed) {
  const auto context = dsa.context();
  auto snapshot = dsa.store().read();
  const auto view = read_configuration(*snapshot, *context.schema);
  if (!view) return std::unexpected(view.error());
  auto local = read_local_state(*snapshot, *context.schema);
  if (!local) return std::unexpected(local.error());
  snapshot.reset();  // contacts may take long
  const topology::KccInput input{*view, *local, context.ds_now(), seed};
  for (const auto& whom : topology::dsas_to_contact(input)) local->contacts.push_back(contact(whom));
  auto plan = topology::run_kcc(input);
  if (!plan) return std::unexpected(plan.error());
  if (const auto written = write_lists_and_plan(dsa, *view, *plan); !written) return std::unexpected(written.error());
  auto requests = kcc_requests(*dsa.store().read(), *context.schema, *view, *plan, dsa.identity().forest_dns_name);
  if (!requests) return std::unexpected(requests.error());
  KccRun run{std::move(*plan), {}, requests->size()};
  if (!run.plan.changes_nothing()) run.text = topology::to_text(run.plan, *view);
  for (auto& request : *requests) {
    const auto nc = request.nc_dn;
    dsa.submit(std::move(request), [&dsa, nc](Win32 result) {
      if (result != win32::kErrorSuccess) dsa.log('w', "KCC: a change of the sources of " + nc + ": " + describe_error({result, Phase::kNone, {}}));
    });
  }
  return run;
}

Result<KccFailures> stored_kcc_failures(const store::Snapshot& snapshot) {
  auto values = read_kcc_values(snapshot);
  if (!values) return std::unexpected(values.error());
  return KccFailures{std::move(values->failed_connections), std::move(values->failed_links)};
}

}  // namespace tributary::service
