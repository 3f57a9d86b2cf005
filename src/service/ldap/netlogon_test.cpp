// SPDX-License-Identifier: Apache-2.0
// [MS-ADTS] 6.3.1, 6.3.3: the ping of a DSA over a whole forest in memory. The answers are read by a reader of 6.3.1.7 to 6.3.1.9 of this
// test's own; netlogon_judge_test.cpp has Samba's.
#include "service/ldap/netlogon.hpp"

#include <gtest/gtest.h>

#include "base/win32.hpp"
#include "service/directory/testing/forest_dsa.hpp"
#include "service/ldap/netlogon_response.hpp"

namespace tributary::service::ldap_face {
namespace {

using namespace service::testing;
namespace attid = directory::attid;
using repl::text_value;
using repl::u32_value;

constexpr Attid kSiteObject{0x90200};
constexpr std::uint32_t kEx = netlogon::kVersion1 | netlogon::kVersion5 | netlogon::kVersion5Ex;

/// An answer, field by field.
struct Parsed {
  explicit Parsed(const Bytes& octets) : octets_(octets) {
    EXPECT_GE(octets.size(), 8U);
    version = load_le<std::uint32_t>(octets.data() + octets.size() - 8);
    EXPECT_EQ(load_le<std::uint32_t>(octets.data() + octets.size() - 4), 0xFFFFFFFFU);
    opcode = number<std::uint16_t>();
    if ((version & netlogon::kVersion5Ex) != 0) read_ex();
    else read_old();
    EXPECT_EQ(at_ + 8, octets.size());
  }
  std::uint16_t opcode = 0;
  std::uint32_t flags = 0, version = 0;
  Bytes guid, ip;
  std::string forest, dns_domain, dns_host, netbios_domain, netbios_host, user, server_site, client_site, next_site;

 private:
  template <class T>
  T number() {
    const T value = load_le<T>(octets_.data() + at_);
    at_ += sizeof(T);
    return value;
  }
  Bytes take(std::size_t size) {
    at_ += size;
    return Bytes(octets_.begin() + static_cast<std::ptrdiff_t>(at_ - size), octets_.begin() + static_cast<std::ptrdiff_t>(at_));
  }
  std::string name() {
    std::string text;
    for (std::size_t size; (size = number<std::uint8_t>()) != 0;) {
      if (!text.empty()) text += '.';
      for (const auto octet : take(size)) text += static_cast<char>(octet);
    }
    return text;
  }
  std::string wide_text() {
    std::u16string units;
    for (char16_t unit; (unit = number<std::uint16_t>()) != 0;) units += unit;
    return to_utf8_lossy(units);
  }
  void read_ex() {
    EXPECT_EQ(number<std::uint16_t>(), 0);
    flags = number<std::uint32_t>();
    guid = take(16);
    for (auto* field : {&forest, &dns_domain, &dns_host, &netbios_domain, &netbios_host, &user, &server_site, &client_site}) *field = name();
    if ((version & netlogon::kVersion5ExWithIp) != 0) {
      EXPECT_EQ(number<std::uint8_t>(), 16);
      EXPECT_EQ(to_hex(take(4)), "02000000");
      ip = take(4);
      EXPECT_EQ(number<std::uint64_t>(), 0U);
    }
    if ((version & netlogon::kVersionWithClosestSite) != 0) next_site = name();
  }
  void read_old() {
    netbios_host = wide_text();
    user = wide_text();
    netbios_domain = wide_text();
    if ((version & netlogon::kVersion5) == 0) return;
    guid = take(16);
    EXPECT_EQ(to_hex(take(16)), std::string(32, '0'));
    for (auto* field : {&forest, &dns_domain, &dns_host}) *field = name();
    ip = take(4);
    flags = number<std::uint32_t>();
  }

  const Bytes& octets_;
  std::size_t at_ = 0;
};

class Ping : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    dsa_ = new ForestDsa;
    dsa_->add_account("user", "ann", 1200, {{attid::kUserAccountControl, {u32_value(0x200)}}});
    dsa_->add_account("user", "bob", 1201, {{attid::kUserAccountControl, {u32_value(0x202)}}});
  }
  static void TearDownTestSuite() { delete dsa_; }

  static std::optional<Bytes> raw(const NetlogonQuery& query, const NetlogonServices& services = {}) {
    const auto made = netlogon_response(*dsa_, query, services);
    if (!made) throw std::runtime_error(describe_error(made.error()));
    return *made;
  }
  static Parsed answer(const NetlogonQuery& query, const NetlogonServices& services = {}) {
    const auto octets = raw(query, services);
    if (!octets) throw std::runtime_error("no answer");
    return Parsed(*octets);
  }

  static inline ForestDsa* dsa_ = nullptr;
};

// 6.3.3.2: without any element the answer is about the default NC, in the oldest structure.
TEST_F(Ping, OfNothingIsAnsweredInTheOldestForm) {
  const auto old = answer({});
  EXPECT_EQ(old.opcode, 19);
  EXPECT_EQ(old.version, netlogon::kVersion1);
  EXPECT_EQ(old.netbios_host, "\\\\DSA-A");
  EXPECT_EQ(old.netbios_domain, "LAB");
  EXPECT_EQ(old.user, "");
}

// 6.3.1.9, 6.3.3.2.
TEST_F(Ping, ExtendedAnswer) {
  const auto ex = answer({.dns_domain = "LAB.example", .nt_version = kEx});
  EXPECT_EQ(ex.opcode, 23);
  EXPECT_EQ(ex.version, netlogon::kVersion1 | netlogon::kVersion5Ex);
  EXPECT_EQ(to_hex(ex.guid), to_hex(dsa_->guid(dsa_->domain()).octets));
  EXPECT_EQ(ex.forest, "lab.example");
  EXPECT_EQ(ex.dns_domain, "lab.example");
  EXPECT_EQ(ex.dns_host, "dsa-a.lab.example");
  EXPECT_EQ(ex.netbios_domain, "LAB");
  EXPECT_EQ(ex.netbios_host, "DSA-A");
  EXPECT_EQ(ex.server_site, "Default-First-Site-Name");
  EXPECT_EQ(ex.client_site, "Default-First-Site-Name") << "there is one site only";
  const std::uint32_t expected = netlogon::kFlagPdc | netlogon::kFlagGc | netlogon::kFlagLdap | netlogon::kFlagDs | netlogon::kFlagClosest | netlogon::kFlagWritable;
  EXPECT_EQ(ex.flags & 0xFFF, expected);
  EXPECT_EQ((ex.flags & netlogon::kFlagKdc), 0U);
  const auto with_services = answer({.nt_version = kEx}, {.is_kdc = true, .is_time_server = true});
  EXPECT_EQ(with_services.flags, ex.flags | netlogon::kFlagKdc | netlogon::kFlagTimeServer);
}

// 6.3.1.8: the form between; of the flags two alone.
TEST_F(Ping, MiddleAnswer) {
  const auto middle = answer({.user = "nobody", .nt_version = netlogon::kVersion5, .server_address = "10.1.2.3:389"});
  EXPECT_EQ(middle.opcode, 21);
  EXPECT_EQ(middle.version, netlogon::kVersion1 | netlogon::kVersion5);
  EXPECT_EQ(middle.user, "nobody");
  EXPECT_EQ(middle.dns_host, "dsa-a.lab.example");
  EXPECT_EQ(to_hex(middle.ip), "0302010a") << "a number, low octet first";
  EXPECT_EQ(middle.flags, netlogon::kFlagPdc | netlogon::kFlagDs);
}

// 6.3.3.2: 5EX_WITH_IP is about the structure and the address in it; a DC without an IPv4 address has 127.0.0.1 (6.3.1.9).
TEST_F(Ping, AddressOfTheServer) {
  const auto asked = [](std::string address) {
    return to_hex(answer({.nt_version = netlogon::kVersion5ExWithIp, .server_address = std::move(address)}).ip);
  };
  EXPECT_EQ(asked("10.1.2.3"), "0a010203");
  EXPECT_EQ(asked("10.1.2.3:389"), "0a010203");
  EXPECT_EQ(asked("[::ffff:10.1.2.3]:389"), "0a010203");
  EXPECT_EQ(asked("[fd00::1]:389"), "7f000001");
  EXPECT_EQ(asked(""), "7f000001");
}

// 6.3.3.2: who a user is said to be.
TEST_F(Ping, Users) {
  const auto opcode = [](std::string user, std::optional<std::uint32_t> bits, std::uint32_t version = kEx) {
    return answer({.user = std::move(user), .account_control = bits, .nt_version = version}).opcode;
  };
  EXPECT_EQ(opcode("ann", 0x10), 23);
  EXPECT_EQ(opcode("ANN", 0x10), 23);
  EXPECT_EQ(opcode("ann", 0x80), 25) << "no computer";
  EXPECT_EQ(opcode("ann", std::nullopt), 25) << "of no kind that was asked for";
  EXPECT_EQ(opcode("bob", 0x10), 25) << "disabled";
  EXPECT_EQ(opcode("nobody", 0x10), 25);
  EXPECT_EQ(opcode("DSA-A$", 0x100), 23);
  EXPECT_EQ(opcode("ann", 0x10, 0), 19);
  EXPECT_EQ(opcode("nobody", 0x10, 0), 21);
  EXPECT_EQ(answer({.user = "ann", .account_control = 0x10, .nt_version = kEx}).user, "ann");
  // A name that fits into no label cannot be answered (6.3.7).
  EXPECT_EQ(raw({.user = std::string(64, 'x'), .nt_version = kEx}), std::nullopt);
  EXPECT_EQ(raw({.user = "a..b", .nt_version = kEx}), std::nullopt);
}

// 6.3.3.2: t, which comes before everything about the user.
TEST_F(Ping, OfAServerThatIsNotReady) {
  EXPECT_EQ(answer({.user = "nobody", .nt_version = kEx}, {.is_paused = true}).opcode, 24);
  EXPECT_EQ(answer({.nt_version = kEx}, {.is_paused = true}).flags & netlogon::kFlagGc, 0U);
  EXPECT_EQ(answer({}, {.is_paused = true}).opcode, 20);
}

// 6.3.3.2: which NC. One of name and GUID is enough when both are given.
TEST_F(Ping, NamesOfTheNc) {
  const Bytes domain = to_bytes(dsa_->guid(dsa_->domain()).octets), configuration = to_bytes(dsa_->guid(dsa_->configuration()).octets);
  const Bytes unknown(16, 0xEE);
  const auto ask = [](std::optional<std::string> name, std::optional<Bytes> guid) {
    return raw({.dns_domain = std::move(name), .domain_guid = std::move(guid), .nt_version = kEx}).has_value();
  };
  EXPECT_TRUE(ask("lab.example.", std::nullopt));
  EXPECT_FALSE(ask("other.example", std::nullopt));
  EXPECT_FALSE(ask("", std::nullopt));
  EXPECT_TRUE(ask(std::nullopt, domain));
  EXPECT_FALSE(ask(std::nullopt, unknown));
  EXPECT_FALSE(ask(std::nullopt, configuration)) << "neither a domain nor an application NC";
  EXPECT_TRUE(ask("other.example", domain));
  EXPECT_TRUE(ask("lab.example", unknown));
  EXPECT_FALSE(ask("other.example", unknown));
}

TEST_F(Ping, SidOfTheDomain) {
  Sid sid = dsa_->sid_of(500);
  --sid.sub_authority_count;
  EXPECT_TRUE(raw({.domain_sid = encode_sid(sid), .nt_version = kEx}));
  EXPECT_FALSE(raw({.domain_sid = encode_sid(dsa_->sid_of(500)), .nt_version = kEx}));
  EXPECT_FALSE(raw({.domain_sid = Bytes{1, 2, 3}, .nt_version = kEx}));
}

// 6.3.3.2: s, by the subnets of 6.1.1.2.2.2.1; and the next closest site, which costs least.
TEST(PingSites, AreThoseOfTheLongestSubnet) {
  ForestDsa dsa;
  const auto add_site = [&](const std::string& name) { return dsa.add(in_configuration("CN=Sites,"), "site", name); };
  const Dnt near = add_site("Near"), far = add_site("Far"), first = dsa.find(kFirstSite);
  const auto add_subnet = [&](const std::string& name, Dnt site) {
    const Dnt subnet = dsa.add(in_configuration("CN=Subnets,CN=Sites,"), "subnet", name);
    if (site != store::kNoDnt) dsa.link(subnet, kSiteObject, site);
  };
  add_subnet("10.0.0.0/8", near);
  add_subnet("10.1.0.0/16", far);
  add_subnet("10.1.2.0/23", first);
  add_subnet("10.9.0.0/16", store::kNoDnt);
  add_subnet("FD00:a::/32", near);
  add_subnet("fd00:a:b::/48", far);
  const auto site_of = [&](std::string address) {
    const auto made = netlogon_response(dsa, {.nt_version = kEx, .client_address = std::move(address)}, {});
    return Parsed(made.value().value()).client_site;
  };
  EXPECT_EQ(site_of("10.2.0.1:5000"), "Near");
  EXPECT_EQ(site_of("10.1.4.1:5000"), "Far");
  EXPECT_EQ(site_of("10.1.3.255:5000"), "Default-First-Site-Name");
  EXPECT_EQ(site_of("[::ffff:10.1.3.255]:5000"), "Default-First-Site-Name");
  EXPECT_EQ(site_of("10.9.1.1:5000"), "") << "a subnet of no site";
  EXPECT_EQ(site_of("11.0.0.1:5000"), "");
  EXPECT_EQ(site_of("[fd00:a:c::1]:5000"), "Near");
  EXPECT_EQ(site_of("[fd00:a:b::1%eth0]:5000"), "Far");
  EXPECT_EQ(site_of("[fe80::1]:5000"), "");
  EXPECT_EQ(site_of("nonsense"), "");

  const auto flags_of = [&](std::string address) {
    return Parsed(netlogon_response(dsa, {.nt_version = kEx, .client_address = std::move(address)}, {}).value().value()).flags;
  };
  EXPECT_NE(flags_of("10.1.3.1") & netlogon::kFlagClosest, 0U);
  EXPECT_EQ(flags_of("10.2.0.1") & netlogon::kFlagClosest, 0U);

  const auto add_link = [&](const std::string& name, std::uint32_t cost, std::initializer_list<Dnt> sites) {
    const Dnt link = dsa.add(in_configuration("CN=IP,CN=Inter-Site Transports,CN=Sites,"), "siteLink", name, {{attid::kCost, {u32_value(cost)}}});
    for (const Dnt site : sites) dsa.link(link, attid::kSiteList, site);
  };
  const auto next_of = [&](std::string address) {
    return Parsed(netlogon_response(dsa, {.nt_version = kEx | netlogon::kVersionWithClosestSite, .client_address = std::move(address)}, {}).value().value());
  };
  EXPECT_EQ(next_of("11.0.0.1").version & netlogon::kVersionWithClosestSite, 0U) << "the client has no site";
  add_link("near-far", 20, {near, far});
  add_link("near-first", 10, {near, first});
  EXPECT_EQ(next_of("10.2.0.1").next_site, "Default-First-Site-Name");
  EXPECT_EQ(next_of("10.1.4.1").next_site, "Near");
}

// 6.3.3, 6.3.3.1: what is a ping, and which filter is valid.
class Search {
 public:
  explicit Search(std::string_view filter, std::vector<std::string_view> attributes = {"NetLogon"}) : text_(filter) {
    request.filter = ldap::parse_filter(text_, storage_).value();
    request.attributes = std::move(attributes);
  }
  ldap::SearchRequest request;

 private:
  std::string text_;
  std::vector<Bytes> storage_;
};

TEST(PingFilter, IsThatOfTheAttributeAlone) {
  EXPECT_TRUE(is_netlogon_search(Search("(NtVer=\\06)").request));
  EXPECT_FALSE(is_netlogon_search(Search("(NtVer=\\06)", {"netlogon", "dnsHostName"}).request));
  EXPECT_FALSE(is_netlogon_search(Search("(NtVer=\\06)", {}).request));
  Search elsewhere("(NtVer=\\06)");
  elsewhere.request.base = "DC=lab,DC=example";
  EXPECT_FALSE(is_netlogon_search(elsewhere.request));
}

TEST(PingFilter, Elements) {
  const auto query = read_netlogon_query(Search("(&(dnsdomain=lab.example)(Host=C)(DnsHostName=c.lab.example)(User=c$)(AAC=\\80\\00\\00\\00)"
                                                "(DomainGuid=\\3b\\b0\\21\\ca\\d3\\6d\\d1\\11\\8a\\7d\\b8\\df\\b1\\56\\87\\1f)(NtVer=\\06\\00\\00\\00)"
                                                "(DomainSid=\\01\\02)(Color=blue)(objectClass=*))")
                                             .request);
  ASSERT_TRUE(query);
  EXPECT_EQ(query->dns_domain, "lab.example");
  EXPECT_EQ(query->host, "C");
  EXPECT_EQ(query->dns_host_name, "c.lab.example");
  EXPECT_EQ(query->user, "c$");
  EXPECT_EQ(query->account_control, 0x80U);
  EXPECT_EQ(query->nt_version, 6U);
  EXPECT_EQ(to_hex(*query->domain_guid), "3bb021cad36dd1118a7db8dfb156871f");
  EXPECT_EQ(to_hex(*query->domain_sid), "0102");
  const auto one = read_netlogon_query(Search("(NtVer=\\16\\00\\00\\20)").request);
  ASSERT_TRUE(one);
  EXPECT_EQ(one->nt_version, 0x20000016U);
  EXPECT_FALSE(one->dns_domain);
  EXPECT_EQ(read_netlogon_query(Search("(objectClass=*)").request)->nt_version, netlogon::kVersion5) << "nobody asked for a version";
  EXPECT_EQ(read_netlogon_query(Search("(NtVer=\\00\\00\\00\\00)").request)->nt_version, 0U);
  EXPECT_EQ(read_netlogon_query(Search("(NtVer=\\01\\00\\00\\00\\00\\00)").request)->nt_version, 1U);
}

TEST(PingFilter, WhatIsNotValid) {
  for (const auto* filter : {"(&(User=a)(User=a))", "(&(NtVer=\\06)(NtVer=\\06))", "(DomainGuid=\\00)", "(AAC=\\00\\00\\00\\00\\01)", "(NtVer=\\00\\00\\00\\00\\01)",
                             "(|(User=a))", "(!(User=a))", "(&(User=a)(!(Host=b)))", "(&(&(User=a)))", "(User=\\ff)", "(User=a\\00b)"})
    EXPECT_FALSE(read_netlogon_query(Search(filter).request)) << filter;
}

// 3.1.1.3.1.11, 6.3.3.2: an entry without a name, then the result; for what is not here the result alone.
TEST_F(Ping, IsAnsweredInMessages) {
  Bytes out;
  append_netlogon_answer(out, 5, Search("(NtVer=\\06\\00\\00\\00)").request, *dsa_, "10.0.0.1:1", "10.0.0.2:389", {});
  const Bytes value = *raw({.nt_version = 6});
  Bytes expected;
  ldap::EntryWriter entry(expected);
  entry.begin(5, "");
  entry.begin_attribute("NetLogon");
  entry.value(ByteView(value));
  entry.end_attribute();
  entry.end();
  ldap::append_result(expected, 5, ldap::ResponseTag::kSearchDone, {});
  EXPECT_EQ(to_hex(out), to_hex(expected));
  out.clear();
  append_netlogon_answer(out, 5, Search("(DnsDomain=other.example)").request, *dsa_, {}, {}, {});
  EXPECT_EQ(to_hex(out), "300c02010565070a010004000400");
}

}  // namespace
}  // namespace tributary::service::ldap_face
