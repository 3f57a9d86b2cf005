// SPDX-License-Identifier: Apache-2.0
// Service principal names ([MS-DRSR] 2.2.3): the three forms in which they are composed, and how they are taken apart.
#include "ntdsapi/spn.hpp"

#include <gtest/gtest.h>

#include <array>

#include "base/utf.hpp"
#include "base/win32.hpp"
#include "ntdsapi/local_names.hpp"

namespace tributary::ntdsapi {
namespace {

using Parts = SpnParts<char>;
const LocalNames<char> kHere{"host.example.com", "HOST"};

TEST(MakeSpn, HostBased) {
  EXPECT_EQ(make_spn(Parts{.service_class = "ldap", .service_name = "dc1.example.com"}).value(), "ldap/dc1.example.com");
  EXPECT_EQ(make_spn(Parts{.service_class = "HTTP", .service_name = "web", .port = 8080}).value(), "HTTP/web:8080");
}
TEST(MakeSpn, ReplicatedServiceNamesTheInstanceFirst) {
  EXPECT_EQ(make_spn(Parts{.service_class = "ldap", .service_name = "example.com", .instance_name = "dc1.example.com"}).value(),
            "ldap/dc1.example.com/example.com");
  EXPECT_EQ(make_spn(Parts{.service_class = "ldap", .service_name = "example.com", .instance_name = "dc1", .port = 65535}).value(),
            "ldap/dc1:65535/example.com");
}
TEST(MakeSpn, AReferrerCountsOnlyForAnAddress) {
  EXPECT_EQ(make_spn(Parts{.service_class = "ldap", .service_name = "10.0.0.1", .referrer = "dc1"}).value(), "ldap/10.0.0.1/dc1");
  EXPECT_EQ(make_spn(Parts{.service_class = "ldap", .service_name = "[fe80::1]", .port = 389, .referrer = "dc1"}).value(),
            "ldap/[fe80::1]:389/dc1");
  EXPECT_EQ(make_spn(Parts{.service_class = "ldap", .service_name = "dc1", .referrer = "dc2"}).value(), "ldap/dc1");
}
TEST(MakeSpn, IsTheSameInWideText) {
  EXPECT_EQ(make_spn(SpnParts<char16_t>{.service_class = u"ldap", .service_name = u"dc-ä", .port = 1}).value(), u"ldap/dc-ä:1");
}
TEST(MakeSpn, RefusesEmptyAndSlashedParts) {
  for (const auto& parts : {Parts{.service_class = "", .service_name = "h"}, Parts{.service_class = "c", .service_name = ""},
                            Parts{.service_class = "a/b", .service_name = "h"}, Parts{.service_class = "c", .service_name = "h/i"},
                            Parts{.service_class = "c", .service_name = "h", .instance_name = "i/j"},
                            Parts{.service_class = "c", .service_name = "h", .referrer = "r/s"}}) {
    const auto spn = make_spn(parts);
    ASSERT_FALSE(spn);
    EXPECT_EQ(spn.error().code, win32::kErrorInvalidParameter);
  }
  const std::string endless(kSpnCharactersMax, 'x');
  EXPECT_FALSE(make_spn(Parts{.service_class = "c", .service_name = endless}));
}

TEST(GetSpns, NamesThisMachineByDefault) {
  const auto spns = [](SpnType type, std::optional<std::string_view> service) {
    return get_spns(SpnRequest<char>{.type = type, .service_class = "svc", .service_name = service, .port = 7}, kHere).value();
  };
  using V = std::vector<std::string>;
  EXPECT_EQ(spns(SpnType::kDnsHost, {}), V{"svc/host.example.com:7"});
  EXPECT_EQ(spns(SpnType::kDnHost, {}), V{"svc/host.example.com:7"});
  EXPECT_EQ(spns(SpnType::kNbHost, {}), V{"svc/HOST:7"});
  EXPECT_EQ(spns(SpnType::kDomain, "example.com"), V{"svc/host.example.com:7/example.com"});
  EXPECT_EQ(spns(SpnType::kNbDomain, "EXAMPLE"), V{"svc/HOST:7/EXAMPLE"});
  EXPECT_EQ(spns(SpnType::kService, "cn=scp"), V{"svc/host.example.com:7/cn=scp"});
}
TEST(GetSpns, NamesEveryInstanceWithItsPort) {
  const std::vector<std::string_view> instances = {"a", "b"};
  const std::vector<std::uint16_t> ports = {1, 0};
  SpnRequest<char> request{.type = SpnType::kDnsHost, .service_class = "svc", .port = 9, .instances = instances};
  EXPECT_EQ(get_spns(request, kHere).value(), (std::vector<std::string>{"svc/a", "svc/b"}));
  request.ports = ports;
  EXPECT_EQ(get_spns(request, kHere).value(), (std::vector<std::string>{"svc/a:1", "svc/b"}));
  request.type = SpnType::kService;
  request.service_name = "s";
  EXPECT_EQ(get_spns(request, kHere).value(), (std::vector<std::string>{"svc/a:1/s", "svc/b/s"}));
}
TEST(GetSpns, RefusesPartsThatDoNotFitTheType) {
  const std::vector<std::string_view> two = {"a", "b"}, hole = {"a", ""};
  const std::vector<std::uint16_t> one_port = {1};
  const auto refused = [](const SpnRequest<char>& request, const LocalNames<char>& here = kHere) {
    const auto spns = get_spns(request, here);
    return !spns && spns.error().code == win32::kErrorInvalidParameter;
  };
  EXPECT_TRUE(refused({.type = SpnType::kDnsHost, .service_class = "c", .service_name = "s"}));
  EXPECT_TRUE(refused({.type = SpnType::kDomain, .service_class = "c"}));
  EXPECT_TRUE(refused({.type = SpnType{6}, .service_class = "c", .service_name = "s"}));
  EXPECT_TRUE(refused({.type = SpnType::kDnsHost, .service_class = "c", .instances = two, .ports = one_port}));
  EXPECT_TRUE(refused({.type = SpnType::kDnsHost, .service_class = "c", .instances = hole}));
  EXPECT_TRUE(refused({.type = SpnType::kDnsHost, .service_class = ""}));
  EXPECT_TRUE(refused({.type = SpnType::kDnsHost, .service_class = "c"}, {"", ""}));
}

TEST(CrackSpn, TakesApartWhatMakeSpnComposes) {
  for (const std::string_view service : {"", "example.com"})
    for (const auto port : std::to_array<std::uint16_t>({0, 1, 389, 65535})) {
      Parts parts{.service_class = "ldap", .service_name = "dc1", .port = port};
      if (!service.empty()) parts = {.service_class = "ldap", .service_name = service, .instance_name = "dc1", .port = port};
      const auto spn = make_spn(parts).value();
      const auto cracked = crack_spn(std::string_view(spn)).value();
      EXPECT_EQ(cracked.service_class, "ldap");
      EXPECT_EQ(cracked.instance_name, "dc1");
      EXPECT_EQ(port_of(cracked), port);
      EXPECT_EQ(cracked.service_name, service.empty() ? "dc1" : service);
      EXPECT_EQ(cracked.third_part, service);
    }
}
TEST(CrackSpn, AddressesKeepTheirColons) {
  EXPECT_EQ(crack_spn(std::string_view("ldap/fe80::1")).value().instance_name, "fe80::1");
  EXPECT_EQ(crack_spn(std::string_view("ldap/[fe80::1]")).value().instance_name, "[fe80::1]");
  const auto with_port = crack_spn(std::string_view("ldap/[fe80::1]:389/x")).value();
  EXPECT_EQ(with_port.instance_name, "[fe80::1]");
  EXPECT_EQ(port_of(with_port), 389);
}
TEST(CrackSpn, RefusesWhatIsNoName) {
  for (const std::string_view bad : {"", "ldap", "/dc1", "ldap/", "ldap//x", "ldap/dc1/", "ldap/dc1/a/b", "ldap/dc1:", "ldap/dc1:0",
                                     "ldap/dc1:65536", "ldap/dc1:12x", "ldap/dc1:123456", "ldap/:389",
                                     "ldap/a:b:389", "ldap/[x:1]:389"}) {
    const auto cracked = crack_spn(bad);
    ASSERT_FALSE(cracked) << bad;
    EXPECT_EQ(cracked.error().code, win32::kErrorInvalidParameter) << bad;
  }
  EXPECT_FALSE(crack_spn(std::u16string_view(std::u16string(kSpnCharactersMax + 1, u'a'))));
}
TEST(CrackSpn, SplitsARealmAndANamedPortWhenAsked) {
  const auto cracked = crack_spn(std::u16string_view(u"MSSQLSvc/db.example.com:SALES/x@EXAMPLE.COM"), {.split_realm = true, .named_port = true}).value();
  EXPECT_EQ(cracked.service_class, u"MSSQLSvc");
  EXPECT_EQ(cracked.instance_name, u"db.example.com");
  EXPECT_EQ(cracked.port_text, u"SALES");
  EXPECT_EQ(port_of(cracked), 0);
  EXPECT_EQ(cracked.third_part, u"x");
  EXPECT_EQ(cracked.realm, u"EXAMPLE.COM");
  EXPECT_FALSE(crack_spn(std::u16string_view(u"a/b:SALES"), {.split_realm = true}));
  EXPECT_FALSE(crack_spn(std::u16string_view(u"a/b@"), {.split_realm = true}));
  EXPECT_EQ(crack_spn(std::u16string_view(u"a/b@R")).value().instance_name, u"b@R");
}

TEST(IsIpAddress, KnowsBothFamilies) {
  for (const std::string_view address : {"10.0.0.1", "::1", "[::1]", "2001:db8::1"}) EXPECT_TRUE(is_ip_address(address)) << address;
  for (const std::string_view name : {"", "dc1", "10.0.0", "10.0.0.256", "[dc1]", "a b"}) EXPECT_FALSE(is_ip_address(name)) << name;
  EXPECT_FALSE(is_ip_address(std::u16string_view(u"１０.0.0.1")));
}

TEST(NetbiosName, IsTheFirstLabelInUpperCase) {
  EXPECT_EQ(netbios_name("host.example.com"), "HOST");
  EXPECT_EQ(netbios_name("a-name-of-twenty-one"), "A-NAME-OF-TWENT");
  EXPECT_EQ(netbios_name("Mixed9"), "MIXED9");
}
TEST(CanonicalHost, KeepsWhatDnsDoesNotKnow) {
  EXPECT_EQ(canonical_host("no-such-host.invalid"), "no-such-host.invalid");
  EXPECT_FALSE(canonical_host("127.0.0.1").empty());
  EXPECT_EQ(canonical_host("192.0.2.1"), "192.0.2.1");
  EXPECT_FALSE(local_names().dns.empty());
}

}  // namespace
}  // namespace tributary::ntdsapi
