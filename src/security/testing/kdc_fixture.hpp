// SPDX-License-Identifier: Apache-2.0
// A Kerberos realm for tests: MIT's krb5kdc on a free loopback port, its database, keytabs and caches in a temporary folder, without root.
// Needs the Debian packages krb5-kdc, krb5-admin-server and krb5-user. While it lives, KRB5_CONFIG, KRB5CCNAME and
// KRB5RCACHENAME of this process point into the folder. One at a time per process. Not for programs that are not tests.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace tributary::security::testing {

class KdcFixture {
 public:
  static constexpr std::string_view kRealm = "TRIBUTARY.TEST";

  /// Creates the realm and starts its KDC, or says which program failed and what it printed.
  [[nodiscard]] static Result<std::unique_ptr<KdcFixture>> start();
  KdcFixture(const KdcFixture&) = delete;
  KdcFixture& operator=(const KdcFixture&) = delete;
  /// Stops the KDC, removes the folder, puts the environment back.
  ~KdcFixture();

  /// A user "name" with a password; `options` as kadmin's addprinc takes them ("+requires_preauth").
  [[nodiscard]] Result<> add_user(std::string_view name, std::string_view password, std::string_view options = "+requires_preauth");
  /// A service with a random key, which goes into keytab().
  [[nodiscard]] Result<> add_service(std::string_view spn);
  /// Any kadmin.local query: "modprinc -allow_tix alice".
  [[nodiscard]] Result<> kadmin(const std::string& query);
  /// A ticket for a user in a cache file of its own, by MIT's kinit; its name. `options` go to kinit ("-l", "3s").
  [[nodiscard]] Result<std::string> kinit(std::string_view name, std::string_view password, std::vector<std::string> options = {});

  /// Stop and start again, on the same port.
  [[nodiscard]] Result<> stop_kdc();
  [[nodiscard]] Result<> start_kdc();

  /// Where add_service puts keys; a plain path.
  [[nodiscard]] std::string keytab() const { return path("service.keytab"); }
  /// What KRB5CCNAME says: a cache that does not exist until somebody fills it.
  [[nodiscard]] std::string default_cache() const { return "FILE:" + path("ccache"); }
  /// A replay cache inside the folder.
  [[nodiscard]] std::string replay_cache() const { return "file2:" + path("rcache"); }
  [[nodiscard]] std::string path(std::string_view name) const { return folder_ + "/" + std::string(name); }
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  /// "alice" -> "alice@TRIBUTARY.TEST".
  [[nodiscard]] static std::string principal(std::string_view name) { return std::string(name) + "@" + std::string(kRealm); }

 private:
  KdcFixture() = default;
  [[nodiscard]] Result<> create();
  [[nodiscard]] Result<> write_configuration() const;
  [[nodiscard]] Result<> run(const std::string& program, const std::vector<std::string>& arguments, std::string_view input = {});
  void set_environment(const char* name, const std::string& value);

  std::string folder_;
  std::uint16_t port_ = 0;
  pid_t kdc_ = -1;
  int caches_ = 0;
  std::map<std::string, std::optional<std::string>> saved_environment_;
};

}  // namespace tributary::security::testing
