// SPDX-License-Identifier: Apache-2.0
// What we ask a DC over LDAP: rootDSE, where its DSA and its partners are in the Configuration NC, raw repsFrom values, options.
// RFC 4511 through libldap; bound with SASL GSS-SPNEGO and sealed ([MS-ADTS] 5.1.1.1.2), or anonymous for rootDSE.
// Blocks: for threads that may. One thread at a time per connection. Its namespace is not that of the room: a client's Connection and Scope are
// not those of src/ldap/protocol and src/ldap/server, and one program has both.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/guid.hpp"
#include "security/credentials.hpp"

namespace tributary::ldap_client {

inline constexpr std::uint16_t kLdapPort = 389;
inline constexpr int kPageSize = 500;  ///< below every server's limit on one page

struct CaseInsensitiveLess {
  using is_transparent = void;
  [[nodiscard]] bool operator()(std::string_view a, std::string_view b) const noexcept;
};

struct Entry {
  std::string dn;
  /// Names as the server spells them (with ";range=" options if it sent any); values in the server's order.
  std::map<std::string, std::vector<Bytes>, CaseInsensitiveLess> attributes;

  /// All values; empty when the attribute is not there.
  [[nodiscard]] const std::vector<Bytes>& values(std::string_view name) const;
  /// The first value as text; empty when there is none.
  [[nodiscard]] std::string text(std::string_view name) const;
};

enum class Scope : std::uint8_t { kBase, kOneLevel, kSubtree };

struct Search {
  std::string base;
  Scope scope = Scope::kBase;
  std::string filter = "(objectClass=*)";
  std::vector<std::string> attributes;
  bool show_deleted = false;   ///< LDAP_SERVER_SHOW_RECYCLED_OID: tombstones and recycled objects too
  bool extended_dn = false;    ///< LDAP_SERVER_EXTENDED_DN_OID, string form: "<GUID=...>;<SID=...>;dn"
  std::size_t entries_max = 100'000;  ///< kErrorMoreData beyond
};

/// Replaces all values of an attribute; no values delete it.
struct Replace {
  std::string attribute;
  std::vector<Bytes> values;
};

struct ConnectOptions {
  std::string host;
  std::uint16_t port = kLdapPort;
  std::chrono::milliseconds timeout{30'000};  ///< for connecting, and again for each operation
};

/// A connection to one DC. Errors carry Phase::kLdap (kConnect, kAuthenticate before the first operation) and the Win32 code
/// to which the LDAP result maps ([MS-ADTS] 3.1.1.3.1.9; the code that AD puts at the head of the diagnostic message wins).
class Connection {
 public:
  /// Anonymous at first.
  [[nodiscard]] static Result<std::unique_ptr<Connection>> open(const ConnectOptions& options);
  virtual ~Connection() = default;

  /// Authenticates and seals everything from here on. `spn` as "ldap/dc1.lab.example".
  [[nodiscard]] virtual Result<> bind(std::shared_ptr<security::Credential> credential, const std::string& spn) = 0;
  /// Pages through all results.
  [[nodiscard]] virtual Result<std::vector<Entry>> search(const Search& search) = 0;
  [[nodiscard]] virtual Result<> modify(const std::string& dn, const std::vector<Replace>& changes) = 0;

  /// Exactly one entry. kErrorDsNoSuchObject when there is none.
  [[nodiscard]] Result<Entry> read(const std::string& dn, std::vector<std::string> attributes);
  /// rootDSE ([MS-ADTS] 3.1.1.3.2).
  [[nodiscard]] Result<Entry> root_dse();
};

/// RFC 4515 escaping of a value inside a filter, and of raw octets ("\\01\\02").
[[nodiscard]] std::string escape_filter(std::string_view text);
[[nodiscard]] std::string escape_filter(ByteView octets);
/// "<GUID=...>", the form in which AD takes a GUID for a DN ([MS-ADTS] 3.1.1.3.1.2.4).
[[nodiscard]] std::string guid_dn(const Guid& guid);

}  // namespace tributary::ldap_client
