// SPDX-License-Identifier: Apache-2.0
// tributary dsa import, export, check, digest, backup, restore, rotate-key: the running DSA does the work over its control socket; where none runs, this process
// opens the database and does the same.
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>

#include "base/win32.hpp"
#include "dsa/commands/commands.hpp"
#include "dsa/core/open_database.hpp"
#include "dsa/core/running_dsa.hpp"
#include "dsa/serve/database_work.hpp"
#include "repl/objects/stored_schema.hpp"
#include "schema/schema.hpp"

namespace tributary::dsa {
namespace {

using boost::json::object;

struct FileArguments : DsaArguments {
  std::string file = "-";
  std::string base;
  bool operational = false, secrets = false, continue_on_error = false, skip_existing = false;
};
struct DigestArguments : DsaArguments {
  std::string against, nc;
};
struct BackupArguments : DsaArguments {
  std::string to;
};
struct RotateArguments : DsaArguments {
  bool forget = false;
};

/// What is done without a server, on a database that nobody else has.
struct Offline {
  net::Runtime runtime;
  Log log{LogTarget::kStderr, LogLevel::kWarning};
  std::unique_ptr<RunningDsa> dsa;
};
Result<std::unique_ptr<Offline>> open_offline(const Config& config) {
  auto offline = std::make_unique<Offline>();
  auto dsa = RunningDsa::open(config, offline->log, offline->runtime);
  if (!dsa) return std::unexpected(std::move(dsa.error()));
  offline->dsa = std::move(*dsa);
  return offline;
}
/// To look at it only: also what cannot be served, and what somebody serves.
struct Inspected {
  std::unique_ptr<store::DirectoryStore> store;
  repl::Context context;
  std::optional<Error> no_keys;  ///< why secrets cannot be opened
};
Result<Inspected> inspect(const Config& config) {
  auto store = open_database(config, Access::kInspect);
  if (!store) return std::unexpected(std::move(store.error()));
  Inspected inspected{std::move(*store), {}, {}};
  const auto snapshot = inspected.store->read();
  inspected.context.dsa = snapshot->identity().dsa;
  inspected.context.invocation_id = snapshot->identity().invocation_id;
  inspected.context.now = net::wall_now();
  auto schema = repl::load_schema(*snapshot, *schema::Schema::embedded());
  inspected.context.schema = schema && *schema ? std::move(*schema) : schema::Schema::embedded();
  if (auto secrets = inspect_secrets(config, *snapshot)) {
    inspected.context.sealer = std::move(*secrets);
  } else {
    inspected.no_keys = std::move(secrets.error());
  }
  return inspected;
}

Result<Descriptor> open_file(const std::string& name, int flags) {
  const bool is_standard = name == "-";
  Descriptor file(is_standard ? dup((flags & O_WRONLY) != 0 ? STDOUT_FILENO : STDIN_FILENO) : open(name.c_str(), flags | O_CLOEXEC, 0600));
  if (!file) return fail(win32::kErrorFileNotFound, fmt::format("{}: {}", name, std::strerror(errno)));
  return file;
}

double number_of(const object& document, const char* name) {
  const auto* value = document.if_contains(name);
  boost::json::error_code error;
  return value != nullptr && value->is_number() ? value->to_number<double>(error) : 0.0;
}

/// A line every two seconds.
std::function<void(const object&)> progress_of(const cli::Context& context, std::string (*line)(const object&)) {
  return [&context, line, said = net::monotonic_now()](const object& figures) mutable {
    if (net::monotonic_now() - said < std::chrono::seconds(2)) return;
    said = net::monotonic_now();
    context.note(line(figures));
  };
}

Result<> run_import(cli::Context& context, FileArguments& arguments) {
  const auto config = configuration(context, arguments);
  if (!config) return std::unexpected(config.error());
  const auto file = open_file(arguments.file, O_RDONLY);
  if (!file) return std::unexpected(file.error());
  const object request{{"command", "import"}, {"continue_on_error", arguments.continue_on_error}, {"skip_existing", arguments.skip_existing}};
  const auto progress = progress_of(context, [](const object& line) {
    return fmt::format("{:.0f} objects, {:.0f} a second", number_of(line, "objects"), number_of(line, "objects_per_second"));
  });
  Result<object> done;
  if (auto server = ControlClient::connect(control_path(*config))) {
    done = (*server)->call(request, file->get(), progress);
  } else {
    auto offline = open_offline(*config);
    if (!offline) return std::unexpected(std::move(offline.error()));
    const Updater update = [&dsa = *(*offline)->dsa](const service::Dsa::Update& work) { return dsa.update(work); };
    done = import_work(update, {}, *file, request, [&](const object& line) { return progress(line), true; });
  }
  if (!done) return std::unexpected(std::move(done.error()));
  context.say(fmt::format("{:.0f} objects in {:.2f} s ({:.0f} a second).", number_of(*done, "objects"), number_of(*done, "seconds"), number_of(*done, "objects_per_second")));
  if (number_of(*done, "failed") > 0) context.say_bad(fmt::format("{:.0f} could not be added; the first: {}", number_of(*done, "failed"), text_member(*done, "first_failure")));
  context.print("tributary.dsa.import/1", std::move(*done));
  return {};
}

Result<> run_export(cli::Context& context, FileArguments& arguments) {
  const auto config = configuration(context, arguments);
  if (!config) return std::unexpected(config.error());
  const auto file = open_file(arguments.file, O_WRONLY | O_CREAT | O_TRUNC);
  if (!file) return std::unexpected(file.error());
  const object request{{"base", arguments.base}, {"operational", arguments.operational}, {"secrets", arguments.secrets}};
  const auto inspected = inspect(*config);
  if (!inspected) return std::unexpected(inspected.error());
  if (arguments.secrets && inspected->no_keys) return std::unexpected(*inspected->no_keys);
  auto done = export_work(inspected->context, *inspected->store, *file, request);
  if (!done) return std::unexpected(std::move(done.error()));
  if (arguments.file == "-") return {};
  context.say(fmt::format("{:.0f} objects in {:.2f} s.", number_of(*done, "objects"), number_of(*done, "seconds")));
  context.print("tributary.dsa.export/1", std::move(*done));
  return {};
}

void say_secrets(const cli::Context& context, const object& secrets) {
  if (!secrets.contains("values")) return;
  const auto values = number_of(secrets, "values");
  if (flag_member(secrets, "sealed"))
    context.say(fmt::format("{:.0f} secret values are sealed and open with the key file.", values));
  else
    context.say_bad(fmt::format("{:.0f} secret values, not all of them sealed: the next start of the DSA does it.", values));
}

Result<> run_check(cli::Context& context, DsaArguments& arguments) {
  const auto config = configuration(context, arguments);
  if (!config) return std::unexpected(config.error());
  const auto inspected = inspect(*config);
  if (!inspected) return std::unexpected(inspected.error());
  auto done = check_work(inspected->context, *inspected->store, inspected->no_keys);
  if (!done) return std::unexpected(std::move(done.error()));
  const auto findings = number_of(*done, "findings");
  for (const auto& finding : done->at("shown").as_array()) context.say_bad(text_member(finding.as_object(), "what"));
  context.say(fmt::format("{:.0f} objects, {:.0f} phantoms, {:.0f} link values in {:.2f} s: {}", number_of(*done, "objects"), number_of(*done, "phantoms"),
                          number_of(*done, "link_values"), number_of(*done, "seconds"), findings == 0 ? "sound." : fmt::format("{:.0f} findings.", findings)));
  say_secrets(context, done->at("secrets").as_object());
  context.print("tributary.dsa.check/1", std::move(*done));
  if (findings != 0) return fail(win32::kErrorDsDatabaseError, fmt::format("{:.0f} findings: put a backup back, or join anew", findings));
  return {};
}

Result<> say_comparison(cli::Context& context, object done) {
  const bool is_equal = flag_member(done, "equal");
  const auto against = text_member(done, "against");
  for (const auto& each : done.at("replicas").as_array()) {
    const auto& replica = each.as_object();
    if (flag_member(replica, "equal"))
      context.say(fmt::format("equal      {}  {}", text_member(replica, "digest"), text_member(replica, "nc")));
    else
      context.say_bad(fmt::format("different  {:.0f} objects ({:.0f} not replicated yet, {:.0f} diverged)  {}", number_of(replica, "different"), number_of(replica, "not_converged"),
                                  number_of(replica, "diverged"), text_member(replica, "nc")));
  }
  context.print("tributary.dsa.compare/1", std::move(done));
  if (!is_equal) return fail(win32::kErrorDsDraInconsistentDit, "the replicas here and on " + against + " differ");
  return {};
}

Result<> run_digest(cli::Context& context, DigestArguments& arguments) {
  const auto config = configuration(context, arguments);
  if (!config) return std::unexpected(config.error());
  const object request{{"command", "compare"}, {"nc", arguments.nc}, {"against", arguments.against}};
  if (!arguments.against.empty()) {
    auto server = ControlClient::connect(control_path(*config));
    if (!server) return fail(server.error().code, server.error().detail + "; the running DSA does the comparison");
    auto done = (*server)->call(request);
    if (!done) return std::unexpected(std::move(done.error()));
    return say_comparison(context, std::move(*done));
  }
  const auto inspected = inspect(*config);
  if (!inspected) return std::unexpected(inspected.error());
  if (inspected->no_keys) return std::unexpected(*inspected->no_keys);
  auto done = digest_work(inspected->context, *inspected->store, request);
  if (!done) return std::unexpected(std::move(done.error()));
  for (const auto& each : done->at("ncs").as_array())
    context.say(fmt::format("{}  {:>8.0f} objects {:>8.0f} links  {}", text_member(each.as_object(), "digest"), number_of(each.as_object(), "objects"),
                            number_of(each.as_object(), "links"), text_member(each.as_object(), "nc")));
  context.print("tributary.dsa.digest/1", std::move(*done));
  return {};
}

Result<> run_backup(cli::Context& context, BackupArguments& arguments) {
  const auto config = configuration(context, arguments);
  if (!config) return std::unexpected(config.error());
  std::error_code error;
  const object request{{"command", "backup"}, {"to", std::filesystem::absolute(arguments.to, error).string()}};
  Result<object> done;
  if (auto server = ControlClient::connect(control_path(*config))) {
    done = (*server)->call(request);
  } else {
    auto store = open_database(*config, Access::kServe);
    if (!store) return std::unexpected(std::move(store.error()));
    done = backup_work(*config, **store, request);
  }
  if (!done) return std::unexpected(std::move(done.error()));
  context.say(fmt::format("The backup is in {} ({:.2f} s).", text_member(*done, "to"), number_of(*done, "seconds")));
  context.say(fmt::format("The key file {} is not in it. Keep a copy of it as well, and not beside the backup: without it the secrets of the backup are lost.", text_member(*done, "secrets_key")));
  context.print("tributary.dsa.backup/1", std::move(*done));
  return {};
}

/// A backup becomes the database; opened the first time it takes a new invocationId ([MS-ADTS] 3.1.1.1.9).
Result<> run_restore(cli::Context& context, BackupArguments& arguments) {
  const auto config = configuration(context, arguments);
  if (!config) return std::unexpected(config.error());
  if (ControlClient::connect(control_path(*config))) return fail(win32::kErrorDsBusy, "the DSA runs: stop it first");
  if (has_database(*config)) return fail(win32::kErrorAlreadyExists, config->data_folder + " holds a database: move it away first");
  std::error_code error;
  std::filesystem::create_directories(config->data_folder, error);
  std::filesystem::create_directory(database_folder(*config), error);
  if (!error) std::filesystem::permissions(database_folder(*config), std::filesystem::perms::owner_all, error);
  if (!error) std::filesystem::copy_file(arguments.to + "/data.mdb", database_folder(*config) + "/data.mdb", error);
  if (error) {
    remove_database(*config);
    return fail(win32::kErrorFileNotFound, fmt::format("{}: {}", arguments.to, error.message()));
  }
  auto offline = open_offline(*config);
  if (!offline) {
    remove_database(*config);  // the backup is still there, and nothing was done with its copy
    return std::unexpected(std::move(offline.error()));
  }
  const auto now = (*offline)->dsa->context();
  context.say(fmt::format("The database is back, under the invocationId {}.", to_string(now.invocation_id)));
  context.print("tributary.dsa.restore/1", {{"from", arguments.to}, {"invocation_id", to_string(now.invocation_id)}, {"dsa_guid", to_string(now.dsa)}});
  return {};
}

Result<> run_rotate_key(cli::Context& context, RotateArguments& arguments) {
  const auto config = configuration(context, arguments);
  if (!config) return std::unexpected(config.error());
  const object request{{"command", "rotate-key"}, {"forget", arguments.forget}};
  const auto progress = progress_of(context, [](const object& line) {
    return fmt::format("{:.0f} objects, {:.0f} secret values sealed again", number_of(line, "objects"), number_of(line, "values"));
  });
  Result<object> done;
  if (auto server = ControlClient::connect(control_path(*config))) {
    done = (*server)->call(request, -1, progress);
  } else {
    auto offline = open_offline(*config);
    if (!offline) return std::unexpected(std::move(offline.error()));
    done = rotate_key_work(*(*offline)->dsa, request, [&](const object& line) { return progress(line), true; });
  }
  if (!done) return std::unexpected(std::move(done.error()));
  context.say(fmt::format("Secrets are sealed under the key {}: {:.0f} values in {:.2f} s. {} has {:.0f} {}; keep a copy of it.", text_member(*done, "key"), number_of(*done, "values"),
                          number_of(*done, "seconds"), secrets_key_path(*config), number_of(*done, "keys"), number_of(*done, "keys") == 1 ? "key" : "keys"));
  if (number_of(*done, "unreadable") > 0) context.say_bad(fmt::format("{:.0f} values do not open and stay as they are: `tributary dsa check`", number_of(*done, "unreadable")));
  context.print("tributary.dsa.rotate-key/1", std::move(*done));
  return {};
}

}  // namespace

void add_database_verbs(cli::App& app, CLI::App& group) {
  auto importing = std::make_shared<FileArguments>();
  CLI::App* const import = add_verb(app, group, "import", "Add the objects of an LDIF file",
                                    "  tributary dsa import people.ldif\n  tributary dsa import --skip-existing - < people.ldif\n", importing, run_import);
  import->add_option("FILE", importing->file, "Where the LDIF is; - for standard input (default)");
  import->add_flag("--continue", importing->continue_on_error, "Go on after a record that cannot be added");
  import->add_flag("--skip-existing", importing->skip_existing, "Pass over objects that are there already");

  auto exporting = std::make_shared<FileArguments>();
  CLI::App* const to_file = add_verb(app, group, "export", "Write the directory as LDIF", "  tributary dsa export --base OU=people,DC=lab,DC=example people.ldif\n", exporting, run_export);
  to_file->add_option("FILE", exporting->file, "Where to write; - for standard output (default)");
  to_file->add_option("--base", exporting->base, "This object and what is below it (default: every NC)")->type_name("DN");
  to_file->add_flag("--operational", exporting->operational, "Also what the directory makes by itself: GUIDs, SIDs, times, descriptors");

  to_file->add_flag("--secrets", exporting->secrets, "Also passwords and other secrets, in clear");

  add_verb(app, group, "check", "Verify every invariant of the database", "  tributary dsa check\n", std::make_shared<DsaArguments>(), run_check);

  auto digesting = std::make_shared<DigestArguments>();
  CLI::App* const digest = add_verb(app, group, "digest", "What the replicas here amount to, or how they differ from another DSA's",
                                    "  tributary dsa digest\n  tributary dsa digest --against dsa-b.lab.example\n", digesting, run_digest);
  digest->add_option("--against", digesting->against, "Another Tributary DSA of the forest, by host name or GUID")->type_name("DSA");
  digest->add_option("--nc", digesting->nc, "Only this NC")->type_name("DN");

  auto backing = std::make_shared<BackupArguments>();
  add_verb(app, group, "backup", "Copy the database while it is served", "  tributary dsa backup /srv/backup/monday\n", backing, run_backup)
      ->add_option("FOLDER", backing->to, "Where the copy goes")->required();
  auto restoring = std::make_shared<BackupArguments>();
  add_verb(app, group, "restore", "Put a backup back, under a new invocationId", "  tributary dsa restore /srv/backup/monday\n", restoring, run_restore)
      ->add_option("FOLDER", restoring->to, "Where the backup is")->required();
  auto rotating = std::make_shared<RotateArguments>();
  add_verb(app, group, "rotate-key", "A new key for the secrets in the database, and everything sealed again under it",
           "  tributary dsa rotate-key\n  tributary dsa rotate-key --forget     backups of before need a copy of the key file of before\n", rotating, run_rotate_key)
      ->add_flag("--forget", rotating->forget, "Take the older keys out of the key file then");
}

}  // namespace tributary::dsa
