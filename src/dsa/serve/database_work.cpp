// SPDX-License-Identifier: Apache-2.0
// See database_work.hpp.
#include "dsa/serve/database_work.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/win32.hpp"
#include "net/runtime.hpp"
#include "repl/divergence/answer.hpp"
#include "repl/divergence/tree.hpp"
#include "repl/objects/names.hpp"
#include "store/verify.hpp"

namespace tributary::dsa {
namespace {

using boost::json::array;
using boost::json::object;

constexpr std::size_t kReadOctets = 1 << 18;
constexpr std::size_t kFindingsShown = 100;

double seconds_since(MonoTime began) { return std::chrono::duration<double>(net::monotonic_now() - began).count(); }

Result<std::string> read_some(int file) {
  std::string octets(kReadOctets, '\0');
  ssize_t got = 0;
  do got = read(file, octets.data(), octets.size());
  while (got < 0 && errno == EINTR);
  if (got < 0) return fail(win32::kErrorInvalidData, std::string("the input cannot be read: ") + std::strerror(errno));
  octets.resize(static_cast<std::size_t>(got));
  return octets;
}

bool write_all(int file, std::string_view octets) {
  while (!octets.empty()) {
    const auto written = write(file, octets.data(), octets.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    octets.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

object imported_document(const Imported& imported, double seconds) {
  object document{{"objects", imported.objects},
                  {"values_later", imported.values_later},
                  {"skipped", imported.skipped},
                  {"failed", imported.failed},
                  {"seconds", seconds},
                  {"objects_per_second", seconds > 0 ? static_cast<double>(imported.objects) / seconds : 0.0}};
  if (!imported.first_failure.empty()) document["first_failure"] = imported.first_failure;
  return document;
}

}  // namespace

std::string text_member(const object& object, const char* name) {
  const auto* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}
bool flag_member(const object& object, const char* name) {
  const auto* value = object.if_contains(name);
  return value != nullptr && value->is_bool() && value->as_bool();
}

namespace {

/// What check finds out about secrets at rest: every one is opened.
Result<object> check_secrets(const repl::Context& context, const store::Snapshot& snapshot, const std::optional<Error>& no_keys, array& findings) {
  const auto mark = read_secrets_mark(snapshot);
  if (!mark) return std::unexpected(mark.error());
  object document{{"sealed", mark->has_value() && (*mark)->complete}};
  if (no_keys) {
    findings.push_back({{"kind", "secrets-key"}, {"what", no_keys->detail}});
    return document;
  }
  const auto report = repl::verify_secrets(snapshot, context);
  if (!report) return std::unexpected(report.error());
  document["values"] = report->values;
  document["unreadable"] = report->unreadable;
  if (report->unreadable != 0)
    findings.push_back({{"kind", "secret-unreadable"}, {"what", fmt::format("{} secret values do not open, the first: {}", report->unreadable, report->first_unreadable)}});
  return document;
}

}  // namespace

Result<object> check_work(const repl::Context& context, store::DirectoryStore& store, const std::optional<Error>& no_keys) {
  const auto began = net::monotonic_now();
  const auto snapshot = store.read();
  auto report = store::verify(*snapshot);
  if (!report) return std::unexpected(std::move(report.error()));
  array findings;
  auto secrets = check_secrets(context, *snapshot, no_keys, findings);
  if (!secrets) return std::unexpected(std::move(secrets.error()));
  const auto count = report->finding_count + findings.size();
  for (std::size_t i = 0; i < std::min(report->findings.size(), kFindingsShown); ++i)
    findings.push_back({{"kind", store::finding_name(report->findings[i].kind)}, {"what", to_string(report->findings[i])}});
  return object{{"schema", "tributary.dsa.check/1"}, {"sound", count == 0}, {"findings", count},
                {"shown", std::move(findings)}, {"objects", report->objects}, {"phantoms", report->phantoms},
                {"link_values", report->link_values}, {"entries", report->entries}, {"secrets", std::move(*secrets)}, {"seconds", seconds_since(began)}};
}

Result<object> digest_work(const repl::Context& context, store::DirectoryStore& store, const object& request) {
  const auto began = net::monotonic_now();
  const auto snapshot = store.read();
  const auto wanted = text_member(request, "nc");
  auto roots = snapshot->nc_roots();
  if (!roots) return std::unexpected(std::move(roots.error()));
  if (!wanted.empty()) {
    const auto root = repl::resolve_text(*snapshot, *context.schema, wanted);
    if (!root) return std::unexpected(root.error());
    if (std::ranges::find(*roots, *root) == roots->end()) return fail(win32::kErrorDsDraBadNc, wanted);
    roots->assign(1, *root);
  }
  array replicas;
  for (const auto root : *roots) {
    const auto replica = snapshot->nc_replica(root);
    if (!replica) return std::unexpected(replica.error());
    if (!*replica) continue;
    auto scope = repl::scope_of_replica(context, **replica);
    if (!scope) return std::unexpected(std::move(scope.error()));
    const auto digest = repl::replica_digest(context, *snapshot, root, *scope);
    const auto dn = repl::dn_of(*snapshot, *context.schema, root);
    const auto size = snapshot->nc_size(root);
    if (!digest || !dn || !size) return std::unexpected(!digest ? digest.error() : !dn ? dn.error() : size.error());
    replicas.push_back({{"nc", *dn}, {"digest", to_string(*digest)}, {"objects", size->first}, {"links", size->second}});
  }
  return object{{"schema", "tributary.dsa.digest/1"}, {"usn", snapshot->highest_committed_usn().value}, {"ncs", std::move(replicas)}, {"seconds", seconds_since(began)}};
}

Result<object> import_work(const Updater& update, const RidSource& more_rids, const Descriptor& file, const object& request, const ControlReply& progress) {
  if (!file) return fail(win32::kErrorInvalidParameter, "there is no file to import");
  ImportOptions options;
  options.continue_on_error = flag_member(request, "continue_on_error");
  options.skip_existing = flag_member(request, "skip_existing");
  LdifReader reader([&file] { return read_some(file.get()); });
  const auto began = net::monotonic_now();
  auto imported = import_ldif(reader, update, more_rids, options, [&](const Imported& so_far) { return progress(imported_document(so_far, seconds_since(began))); });
  if (!imported) return std::unexpected(std::move(imported.error()));
  auto document = imported_document(*imported, seconds_since(began));
  document["schema"] = "tributary.dsa.import/1";
  return document;
}

Result<object> export_work(const repl::Context& context, store::DirectoryStore& store, const Descriptor& file, const object& request) {
  if (!file) return fail(win32::kErrorInvalidParameter, "there is no file to write to");
  ExportOptions options;
  options.base = text_member(request, "base");
  options.with_operational = flag_member(request, "operational");
  options.with_secrets = flag_member(request, "secrets");
  const auto began = net::monotonic_now();
  const auto snapshot = store.read();
  const auto count = export_ldif(*snapshot, context, options, [&file](std::string_view octets) { return write_all(file.get(), octets); });
  if (!count) return std::unexpected(count.error());
  return object{{"schema", "tributary.dsa.export/1"}, {"objects", *count}, {"seconds", seconds_since(began)}};
}

Result<object> backup_work(const Config& config, store::DirectoryStore& store, const object& request) {
  const auto to = text_member(request, "to");
  if (!to.starts_with('/')) return fail(win32::kErrorInvalidParameter, "name the folder of the backup by an absolute path");
  const auto began = net::monotonic_now();
  if (auto done = store.backup(to); !done) return std::unexpected(std::move(done.error()));
  return object{{"schema", "tributary.dsa.backup/1"}, {"to", to}, {"secrets_key", secrets_key_path(config)}, {"seconds", seconds_since(began)}};
}

Result<object> rotate_key_work(RunningDsa& dsa, const object& request, const ControlReply& progress) {
  const auto began = net::monotonic_now();
  const auto settled = dsa.rotate_secrets_key(flag_member(request, "forget"), [&](const SecretsSettled& so_far) {
    return progress({{"objects", so_far.objects_read}, {"values", so_far.values_written}});
  });
  if (!settled) return std::unexpected(settled.error());
  return object{{"schema", "tributary.dsa.rotate-key/1"}, {"key", to_hex(dsa.secrets().key_id())}, {"keys", dsa.secrets().key_count()}, {"objects", settled->objects_read},
                {"values", settled->values_written}, {"unreadable", settled->values_unreadable}, {"seconds", seconds_since(began)}};
}

}  // namespace tributary::dsa
