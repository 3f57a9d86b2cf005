// SPDX-License-Identifier: Apache-2.0
// See compare.hpp.
#include "dsa/serve/compare.hpp"

#include <fmt/format.h>

#include <future>

#include "base/utf.hpp"
#include "base/win32.hpp"
#include "dsa/serve/server.hpp"
#include "repl/divergence/comparison.hpp"
#include "repl/objects/names.hpp"
#include "service/drs/divergence_interface.hpp"

namespace tributary::dsa {
namespace {

using boost::json::array;
using boost::json::object;

constexpr std::chrono::milliseconds kReachTimeout{30'000};
constexpr std::chrono::milliseconds kExchangeTimeout{600'000};  // a walk over a large NC
constexpr std::size_t kObjectsShown = 100;

Result<repl::DigestReply> exchange(net::RpcConnection& connection, const repl::DigestRequest& request) {
  std::promise<Result<net::CallReply>> promise;
  auto future = promise.get_future();
  connection.call(service::kDigestOpnum, service::encode_digest_call(request), kExchangeTimeout, [&promise](Result<net::CallReply> reply) { promise.set_value(std::move(reply)); });
  auto reply = future.get();
  if (!reply) return std::unexpected(std::move(reply.error()));
  return service::decode_digest_answer(reply->stub);
}

Result<repl::ComparisonResult> compare(RunningDsa& dsa, net::RpcConnection& connection, const ObjectGuid& nc) {
  repl::DivergenceComparison comparison({nc, false, 10'000});
  auto step = comparison.begin(dsa.context(), *dsa.store().read());
  while (step.kind == repl::ComparisonStep::Kind::kSend) {
    auto reply = exchange(connection, *step.request);
    step = reply ? comparison.on_reply(dsa.context(), *dsa.store().read(), *reply) : comparison.on_failure(std::move(reply.error()));
  }
  if (step.kind == repl::ComparisonStep::Kind::kFailed) return std::unexpected(std::move(step.error));
  return comparison.result();
}

object compared_document(RunningDsa& dsa, const repl::NcReplica& replica, const repl::ComparisonResult& result) {
  static constexpr const char* kWhere[] = {"both", "only-here", "only-there"};
  const auto snapshot = dsa.store().read();
  const auto context = dsa.context();
  array objects;
  for (const auto& [guid, difference] : result.objects) {
    if (objects.size() == kObjectsShown) break;
    object document{{"guid", to_string(guid)}, {"where", kWhere[static_cast<std::size_t>(difference.where)]}, {"verdict", repl::verdict_name(difference.verdict)}};
    if (const auto dnt = snapshot->find_guid(guid); dnt && *dnt != store::kNoDnt)
      if (const auto dn = repl::dn_of(*snapshot, *context.schema, *dnt)) document["dn"] = *dn;
    array items;
    for (const auto& item : difference.items) items.push_back({{"attribute", item.any().oid}, {"verdict", repl::verdict_name(item.verdict)}});
    document["items"] = std::move(items);
    objects.push_back(std::move(document));
  }
  return {{"nc", replica.dn},
          {"equal", result.is_equal()},
          {"digest", to_string(result.digest)},
          {"different", result.objects.size()},
          {"truncated", result.is_truncated},
          {"not_converged", result.count(repl::Verdict::kNotConverged)},
          {"diverged", result.count(repl::Verdict::kDiverged)},
          {"exchanges", result.exchanges},
          {"objects", std::move(objects)}};
}

}  // namespace

Result<DsaGuid> find_dsa_named(const Facts& facts, const std::string& name) {
  for (const auto& [guid, known] : facts.dsas)
    if (equals_ignoring_case(known.host_name, name) || to_string(guid) == to_lower_ascii(name) || equals_ignoring_case(known.host_name.substr(0, known.host_name.find('.')), name))
      return guid;
  return fail(win32::kErrorNotFound, name + " is no DSA of this forest");
}

Result<object> compare_work(Server& server, const std::string& against, const std::string& nc) {
  auto& dsa = server.dsa();
  const auto began = net::monotonic_now();
  const auto facts = dsa.facts();
  const auto partner = find_dsa_named(*facts, against);
  if (!partner) return std::unexpected(partner.error());
  auto connection = dsa.connect(*partner, rpc::SyntaxId{service::kDivergenceInterface, 1, 0}, kReachTimeout);
  if (!connection) return std::unexpected(std::move(connection.error()));
  array replicas;
  bool is_equal = true;
  for (const auto& replica : facts->replicas) {
    if (!nc.empty() && !equals_ignoring_case(replica.dn, nc)) continue;
    const auto result = compare(dsa, **connection, replica.guid);
    if (!result) return std::unexpected(result.error());
    is_equal &= result->is_equal();
    replicas.push_back(compared_document(dsa, replica, *result));
  }
  if (replicas.empty()) return fail(win32::kErrorDsDraBadNc, nc);
  return object{{"schema", "tributary.dsa.compare/1"}, {"against", facts->dsas.at(*partner).host_name}, {"equal", is_equal}, {"replicas", std::move(replicas)},
                {"seconds", std::chrono::duration<double>(net::monotonic_now() - began).count()}};
}

}  // namespace tributary::dsa
