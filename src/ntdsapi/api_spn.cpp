// SPDX-License-Identifier: Apache-2.0
// The functions of ntdsapi.h that compose service principal names and take them apart. Rules are in spn.hpp; here are pointers,
// lengths, and the question what this machine is called.
#include <cstdlib>
#include <memory>
#include <vector>

#include "base/utf.hpp"
#include "ntdsapi/local_names.hpp"
#include "ntdsapi/shell.hpp"
#include "ntdsapi/spn.hpp"

using namespace tributary;
using namespace tributary::ntdsapi;

namespace {

template <class Char>
Result<> put_spn(const Result<std::basic_string<Char>>& spn, DWORD* length, Char* buffer) {
  if (!spn) return std::unexpected(spn.error());
  if (buffer == nullptr && *length != 0) return null_argument("pszSpn");
  return put_terminated<Char>(*spn, length, buffer);
}

template <class Char>
DWORD make(const Char* service_class, const Char* service_name, const Char* instance_name, USHORT port, const Char* referrer,
           DWORD* length, Char* buffer) {
  return run([&]() -> Result<> {
    if (length == nullptr) return null_argument("pcSpnLength");
    return put_spn<Char>(make_spn(SpnParts<Char>{.service_class = text_or_empty(service_class),
                                                 .service_name = text_or_empty(service_name),
                                                 .instance_name = text_or_empty(instance_name),
                                                 .port = port,
                                                 .referrer = text_or_empty(referrer)}),
                         length, buffer);
  });
}

Result<std::string> canonical(std::string_view host) { return canonical_host(std::string(host)); }
Result<std::u16string> canonical(std::u16string_view host) {
  auto narrow = to_utf8(host);
  if (!narrow) return std::unexpected(narrow.error());
  return to_utf16(canonical_host(*narrow));
}

template <class Char>
DWORD make_for_server(const Char* service_class, const Char* service_name, DWORD* length, Char* buffer) {
  return run([&]() -> Result<> {
    if (length == nullptr) return null_argument("pcSpnLength");
    if (service_class == nullptr) return null_argument("ServiceClass");
    if (service_name == nullptr) return null_argument("ServiceName");
    const auto host = canonical(std::basic_string_view<Char>(service_name));
    if (!host) return std::unexpected(host.error());
    return put_spn<Char>(make_spn(SpnParts<Char>{.service_class = text_or_empty(service_class), .service_name = *host}), length, buffer);
  });
}

LocalNames<char> names_here(char) { return local_names(); }
LocalNames<char16_t> names_here(char16_t) {
  const auto names = local_names();
  return LocalNames<char16_t>{to_utf16_lossy(names.dns), to_utf16_lossy(names.netbios)};
}

/// One block: the array of pointers, then the texts. It is what free_spns gives back.
template <class Char>
Char** pack(const std::vector<std::basic_string<Char>>& texts) {
  std::size_t octets = texts.size() * sizeof(Char*);
  for (const auto& text : texts) octets += (text.size() + 1) * sizeof(Char);
  auto** array = static_cast<Char**>(std::malloc(octets));
  if (array == nullptr) throw std::bad_alloc();
  auto* at = reinterpret_cast<Char*>(array + texts.size());
  for (std::size_t i = 0; i < texts.size(); ++i) {
    array[i] = at;
    std::memcpy(at, texts[i].c_str(), (texts[i].size() + 1) * sizeof(Char));
    at += texts[i].size() + 1;
  }
  return array;
}

template <class Char>
DWORD get(DS_SPN_NAME_TYPE type, const Char* service_class, const Char* service_name, USHORT port, USHORT instance_count,
          const Char** instances, const USHORT* ports, DWORD* count, Char*** spns) {
  if (count != nullptr) *count = 0;
  if (spns != nullptr) *spns = nullptr;
  return run([&]() -> Result<> {
    if (count == nullptr || spns == nullptr) return null_argument("pcSpn or prpszSpn");
    if (instance_count != 0 && instances == nullptr) return null_argument("pInstanceNames");
    std::vector<std::basic_string_view<Char>> names;
    for (USHORT i = 0; i < instance_count; ++i) names.push_back(text_or_empty(instances[i]));
    SpnRequest<Char> request{.type = static_cast<SpnType>(type), .service_class = text_or_empty(service_class), .port = port};
    request.service_name = text_of(service_name);
    request.instances = names;
    if (instance_count != 0 && ports != nullptr) request.ports = {ports, instance_count};
    const auto local = names_here(Char{});
    const auto composed = get_spns(request, local);
    if (!composed) return std::unexpected(composed.error());
    *spns = pack(*composed);
    *count = static_cast<DWORD>(composed->size());
    return {};
  });
}

/// One optional part of a cracked name.
template <class Char>
struct PartOut {
  std::basic_string_view<Char> text;
  DWORD* length;
  Char* buffer;
};

/// Fills every part that is asked for; kErrorBufferOverflow when one did not fit, after all have been tried.
template <class Char>
Result<> put_parts(std::initializer_list<PartOut<Char>> parts) {
  Result<> all;
  for (const auto& part : parts) {
    if (part.length == nullptr || *part.length == 0 || part.buffer == nullptr) continue;
    if (auto put = put_terminated<Char>(part.text, part.length, part.buffer); !put) all = std::move(put);
  }
  return all;
}

template <class Char>
DWORD crack(std::optional<std::basic_string_view<Char>> spn, DWORD* class_length, Char* service_class, DWORD* name_length,
            Char* service_name, DWORD* instance_length, Char* instance_name, USHORT* port) {
  return run([&]() -> Result<> {
    if (!spn) return null_argument("pszSpn");
    const auto cracked = crack_spn(*spn);
    if (!cracked) return std::unexpected(cracked.error());
    if (port != nullptr) *port = port_of(*cracked);
    return put_parts<Char>({{cracked->service_class, class_length, service_class},
                            {cracked->service_name, name_length, service_name},
                            {cracked->instance_name, instance_length, instance_name}});
  });
}

template <class Char>
std::optional<std::basic_string_view<Char>> counted(const Char* text, DWORD length) {
  if (text == nullptr) return std::nullopt;
  return std::basic_string_view<Char>(text, length);
}

}  // namespace

DWORD DsMakeSpnW(LPCWSTR ServiceClass, LPCWSTR ServiceName, LPCWSTR InstanceName, USHORT InstancePort, LPCWSTR Referrer,
                 DWORD* pcSpnLength, LPWSTR pszSpn) {
  return make(ServiceClass, ServiceName, InstanceName, InstancePort, Referrer, pcSpnLength, pszSpn);
}
DWORD DsMakeSpnA(LPCSTR ServiceClass, LPCSTR ServiceName, LPCSTR InstanceName, USHORT InstancePort, LPCSTR Referrer,
                 DWORD* pcSpnLength, LPSTR pszSpn) {
  return make(ServiceClass, ServiceName, InstanceName, InstancePort, Referrer, pcSpnLength, pszSpn);
}
DWORD DsClientMakeSpnForTargetServerW(LPCWSTR ServiceClass, LPCWSTR ServiceName, DWORD* pcSpnLength, LPWSTR pszSpn) {
  return make_for_server(ServiceClass, ServiceName, pcSpnLength, pszSpn);
}
DWORD DsClientMakeSpnForTargetServerA(LPCSTR ServiceClass, LPCSTR ServiceName, DWORD* pcSpnLength, LPSTR pszSpn) {
  return make_for_server(ServiceClass, ServiceName, pcSpnLength, pszSpn);
}
DWORD DsGetSpnW(DS_SPN_NAME_TYPE ServiceType, LPCWSTR ServiceClass, LPCWSTR ServiceName, USHORT InstancePort, USHORT cInstanceNames,
                LPCWSTR* pInstanceNames, const USHORT* pInstancePorts, DWORD* pcSpn, LPWSTR** prpszSpn) {
  return get(ServiceType, ServiceClass, ServiceName, InstancePort, cInstanceNames, pInstanceNames, pInstancePorts, pcSpn, prpszSpn);
}
DWORD DsGetSpnA(DS_SPN_NAME_TYPE ServiceType, LPCSTR ServiceClass, LPCSTR ServiceName, USHORT InstancePort, USHORT cInstanceNames,
                LPCSTR* pInstanceNames, const USHORT* pInstancePorts, DWORD* pcSpn, LPSTR** prpszSpn) {
  return get(ServiceType, ServiceClass, ServiceName, InstancePort, cInstanceNames, pInstanceNames, pInstancePorts, pcSpn, prpszSpn);
}
void DsFreeSpnArrayW(DWORD, LPWSTR* rpszSpn) { std::free(rpszSpn); }
void DsFreeSpnArrayA(DWORD, LPSTR* rpszSpn) { std::free(rpszSpn); }

DWORD DsCrackSpnW(LPCWSTR pszSpn, DWORD* pcServiceClass, LPWSTR ServiceClass, DWORD* pcServiceName, LPWSTR ServiceName,
                  DWORD* pcInstanceName, LPWSTR InstanceName, USHORT* pInstancePort) {
  return crack(text_of(pszSpn), pcServiceClass, ServiceClass, pcServiceName, ServiceName, pcInstanceName, InstanceName, pInstancePort);
}
DWORD DsCrackSpnA(LPCSTR pszSpn, LPDWORD pcServiceClass, LPSTR ServiceClass, LPDWORD pcServiceName, LPSTR ServiceName,
                  LPDWORD pcInstanceName, LPSTR InstanceName, USHORT* pInstancePort) {
  return crack(text_of(pszSpn), pcServiceClass, ServiceClass, pcServiceName, ServiceName, pcInstanceName, InstanceName, pInstancePort);
}
DWORD DsCrackSpn2W(LPCWSTR pszSpn, DWORD cSpn, DWORD* pcServiceClass, LPWSTR ServiceClass, DWORD* pcServiceName, LPWSTR ServiceName,
                   DWORD* pcInstanceName, LPWSTR InstanceName, USHORT* pInstancePort) {
  return crack(counted(pszSpn, cSpn), pcServiceClass, ServiceClass, pcServiceName, ServiceName, pcInstanceName, InstanceName,
               pInstancePort);
}
DWORD DsCrackSpn2A(LPCSTR pszSpn, DWORD cSpn, LPDWORD pcServiceClass, LPSTR ServiceClass, LPDWORD pcServiceName, LPSTR ServiceName,
                   LPDWORD pcInstanceName, LPSTR InstanceName, USHORT* pInstancePort) {
  return crack(counted(pszSpn, cSpn), pcServiceClass, ServiceClass, pcServiceName, ServiceName, pcInstanceName, InstanceName,
               pInstancePort);
}

DWORD DsCrackSpn3W(LPCWSTR pszSpn, DWORD cSpn, DWORD* pcHostName, LPWSTR HostName, DWORD* pcInstanceName, LPWSTR InstanceName,
                   USHORT* pPortNumber, DWORD* pcDomainName, LPWSTR DomainName, DWORD* pcRealmName, LPWSTR RealmName) {
  return run([&]() -> Result<> {
    if (pszSpn == nullptr) return null_argument("pszSpn");
    const auto cracked = crack_spn(std::u16string_view(pszSpn, cSpn), {.split_realm = true});
    if (!cracked) return std::unexpected(cracked.error());
    if (pPortNumber != nullptr) *pPortNumber = port_of(*cracked);
    return put_parts<WCHAR>({{cracked->service_class, pcHostName, HostName},
                             {cracked->instance_name, pcInstanceName, InstanceName},
                             {cracked->third_part, pcDomainName, DomainName},
                             {cracked->realm, pcRealmName, RealmName}});
  });
}
DWORD DsCrackSpn4W(LPCWSTR pszSpn, DWORD cSpn, DWORD* pcHostName, LPWSTR HostName, DWORD* pcInstanceName, LPWSTR InstanceName,
                   DWORD* pcPortName, LPWSTR PortName, DWORD* pcDomainName, LPWSTR DomainName, DWORD* pcRealmName, LPWSTR RealmName) {
  return run([&]() -> Result<> {
    if (pszSpn == nullptr) return null_argument("pszSpn");
    const auto cracked = crack_spn(std::u16string_view(pszSpn, cSpn), {.split_realm = true, .named_port = true});
    if (!cracked) return std::unexpected(cracked.error());
    return put_parts<WCHAR>({{cracked->service_class, pcHostName, HostName},
                             {cracked->instance_name, pcInstanceName, InstanceName},
                             {cracked->port_text, pcPortName, PortName},
                             {cracked->third_part, pcDomainName, DomainName},
                             {cracked->realm, pcRealmName, RealmName}});
  });
}
