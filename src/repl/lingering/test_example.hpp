// SPDX-License-Identifier: Apache-2.0
// For tests: the initial state of the example in [MS-DRSR] 4.1.24.4.1, two replicas with six users, their stamps (of
// times only two) and the vectors of both.
#pragma once

#include "repl/lingering/test_damage.hpp"

namespace tributary::repl::testing {

inline constexpr InvocationId kExampleInvocation1{"4875e25f-11a9-4c70-abf4-5fb39529f84b"_guid};
inline constexpr InvocationId kExampleInvocation2{"7526f625-51db-4022-8150-59c0286efd82"_guid};
inline constexpr ObjectGuid kKimAkers{"f5ef2f4b-a3db-464c-8403-b27aa00b0d5d"_guid};
inline constexpr ObjectGuid kJoshBailey{"89430510-48eb-4e68-aeb1-98a9471f1938"_guid};
inline constexpr ObjectGuid kEvaCorets{"833a118e-035f-4702-b67e-9e7c1ada2f57"_guid};
inline constexpr ObjectGuid kJimDaly{"3cb4b6cf-f220-472a-bd2f-5f1399232ca6"_guid};
inline constexpr ObjectGuid kEbruErsan{"46c1b351-da31-49f2-8437-8d82df024972"_guid};
inline constexpr ObjectGuid kKariFurse{"8df1f9bb-7551-46c3-b9c2-c905e9463542"_guid};

class VerifyExample {
 public:
  VerifyExample() : dc1(1), dc2(2) {
    dc1.make_domain();
    dc1.add("DC=lab,DC=example", "container", "Users");
    (void)pull(dc2, dc1);
    dc1.context.invocation_id = kExampleInvocation1;
    dc2.context.invocation_id = kExampleInvocation2;
    for (auto* const dc : {&dc1, &dc2}) (void)dc->update([&](WriteTransaction& tx) -> Result<void> {
      tx.take_invocation_id(dc->context.invocation_id);
      return {};
    });
    for (auto* const dc : {&dc1, &dc2}) {
      put(*dc, kKimAkers, "Kim Akers", kExampleInvocation1, 13964);
      put(*dc, kJimDaly, "Jim Daly", kExampleInvocation1, 14085);
    }
    put(dc1, kJoshBailey, "Josh Bailey", kExampleInvocation1, 14112);
    put(dc1, kEvaCorets, "Eva Corets", kExampleInvocation1, 9071);
    put(dc2, kEbruErsan, "Ebru Ersan", kExampleInvocation2, 12451);
    put(dc2, kKariFurse, "Kari Furse", kExampleInvocation1, 5099);
    damage(dc1, kJimDaly, [](store::ObjectDraft& draft) {
      auto& mail = draft.attribute(attid_of("mail"));
      mail.stamp = AttributeStamp{1, {12'918'942'771}, kExampleInvocation1, Usn{14118}};
      mail.values = {draft.keep(Bytes{'j', 0})};
    });
    stand_at(dc1, Usn{14621}, kExampleInvocation2, Usn{12448});
    stand_at(dc2, Usn{12992}, kExampleInvocation1, Usn{14107});
  }
  [[nodiscard]] static bool has(const Dsa& dc, const ObjectGuid& guid) { return dc.dnt(guid) != kNoDnt; }

  Dsa dc1, dc2;

 private:
  /// A user whose every stamp is that of its creation.
  static void put(Dsa& dc, const ObjectGuid& guid, std::string name, InvocationId creator, std::int64_t usn) {
    AddRequest request;
    request.parent = must(resolve_dn(*dc.store->read(), *dc.context.schema, "CN=Users,DC=lab,DC=example"));
    request.rdn = std::move(name);
    request.guid = guid;
    request.attributes.push_back({attid::kObjectClass, {class_value("user")}});
    (void)must(dc.update([&](WriteTransaction& tx) { return add(tx, dc.context, request, CheckLevel::kReplica); }));
    damage(dc, guid, [&](store::ObjectDraft& draft) {
      for (auto& attribute : draft.attributes())
        if (attribute.stamp) attribute.stamp = AttributeStamp{1, {12'918'938'910}, creator, Usn{usn}};
    });
  }
  /// The highest USN of the DSA, and what it has of the other.
  static void stand_at(Dsa& dc, Usn own, InvocationId other, Usn seen) {
    const auto transaction = dc.store->write();
    auto replica = *must(transaction->nc_replica(dc.nc_root()));
    replica.up_to_dateness_vector = encode_utd(ReplUpToDateVector({{other, seen, DsTime{1}}}));
    transaction->put_nc_replica(replica);
    while (transaction->next_usn() < own) {
    }
    must(transaction->commit());
  }
};

}  // namespace tributary::repl::testing
