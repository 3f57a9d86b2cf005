// SPDX-License-Identifier: Apache-2.0
// What every command shares: the common options, the connections they lead to, and where output goes.
// No decision about replication is made in this room.
#pragma once

#include <boost/json.hpp>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "client/client.hpp"
#include "client/directory.hpp"
#include "client/repl_state.hpp"
#include "net/runtime.hpp"
#include "security/credentials.hpp"

namespace tributary::cli {

inline constexpr int kExitDone = 0;
inline constexpr int kExitFailed = 1;
inline constexpr int kExitUsage = 2;

/// The options that every command takes.
struct CommonOptions {
  std::string user;           ///< -U: "administrator", "LAB\\administrator", "administrator@LAB.EXAMPLE"
  std::string password_file;  ///< --password-file; "-" reads standard input
  std::string ccache;         ///< --use-krb5-ccache
  std::string keytab;         ///< --keytab
  std::string realm;          ///< --realm: completes -U
  double timeout_s = 0;       ///< --timeout; 0: 30 s to reach a DC, no limit on a call
  bool json = false;          ///< --json
  bool no_color = false;      ///< --no-color
  bool verbose = false;       ///< --verbose: say what is being done, on stderr
  std::string hosts_file;     ///< --hosts: takes the place of TRIBUTARY_HOSTS
};

/// How long finding, connecting to and authenticating with a DC may take when --timeout is not given.
inline constexpr std::chrono::milliseconds kReachTimeout{30'000};

/// One run of one command. Connections are opened when first asked for. One thread.
class Context {
 public:
  explicit Context(const CommonOptions& options) : options_(options) {}

  [[nodiscard]] const CommonOptions& options() const noexcept { return options_; }
  [[nodiscard]] bool json() const noexcept { return options_.json; }
  [[nodiscard]] net::Runtime& runtime();
  /// Tickets as the common options say; asks for a password on the terminal when it needs one.
  /// `domain_hint` completes a user name without realm: the DNS domain or the host of the DC one is about to talk to.
  [[nodiscard]] Result<std::shared_ptr<security::Credential>> credential(const std::string& domain_hint);
  /// A DRS handle on a DC: a host, a domain (then a DC of it that answers), or nothing (then the domain of the account). Cached.
  [[nodiscard]] Result<std::shared_ptr<client::DrsHandle>> bind(const std::string& dc);
  /// The same without the cache: may be called by several threads at once, when credential() has been called before.
  [[nodiscard]] Result<std::shared_ptr<client::DrsHandle>> bind_afresh(const std::string& dc);
  /// The directory of the same DC, over LDAP where it has that. Cached.
  [[nodiscard]] Result<client::Directory*> directory(const std::string& dc);
  /// The same without the cache; `handle` gives one on that host, for a DC without LDAP. By several threads at once, as bind_afresh().
  using HandleSource = std::function<Result<std::shared_ptr<client::DrsHandle>>()>;
  [[nodiscard]] Result<std::unique_ptr<client::Directory>> directory_afresh(const std::string& host, HandleSource handle) const;
  /// The host that bind() ends up with.
  [[nodiscard]] Result<std::string> host_of(const std::string& dc);
  /// Both ways to ask a DC, LDAP opened only when it is used.
  [[nodiscard]] Result<client::DcView> view(const std::string& dc);
  /// Limits for a call: --timeout, or none.
  [[nodiscard]] client::CallOptions call_options() const;
  [[nodiscard]] std::chrono::milliseconds reach_timeout() const;

  /// A line for people on stdout; nothing with --json. Always without a newline at the end of `line`. Whoever wrote the text:
  /// what could move the cursor or hide itself on a terminal is shown as an escape.
  void say(std::string_view line) const;
  /// The same, in red on a terminal.
  void say_bad(std::string_view line) const;
  /// Several lines, each said.
  void say_lines(std::string_view lines) const;
  /// Progress and warnings on stderr.
  void note(std::string_view line) const;
  /// The document of --json on stdout; `schema` becomes its first member, "tributary.showrepl/1". Nothing without --json.
  void print(std::string_view schema, boost::json::object document) const;
  /// One JSON document a line, for streams; printed in either mode.
  void print_line(const boost::json::object& document) const;
  /// A sentence about a failure on stderr, and with --json also the document "tributary.error/1" on stdout, unless the command has
  /// printed its own already: a reader of stdout finds one document.
  void print_error(const Error& error) const;

  [[nodiscard]] bool color(int file_descriptor) const;

 private:
  CommonOptions options_;
  mutable bool printed_ = false;
  // Order matters: handles and directories go before the runtime they use.
  std::unique_ptr<net::Runtime> runtime_;
  std::shared_ptr<security::Credential> credential_;
  std::map<std::string, std::string> hosts_;
  std::map<std::string, std::shared_ptr<client::DrsHandle>> handles_;
  std::map<std::string, std::unique_ptr<client::Directory>> directories_;
};

/// A failure as JSON: {"code": 8440, "name": "ERROR_DS_DRA_BAD_NC", "phase": "call", "detail": ..., "message": ...}.
[[nodiscard]] boost::json::object to_json(const Error& error);

}  // namespace tributary::cli
