// SPDX-License-Identifier: Apache-2.0
// What a DSA that joins asks of one that is there: who it is, what the forest is called, that it makes room for one more ([MS-DRSR] 4.1.1,
// 4.1.4, 4.1.5), and that it notifies the new one (4.1.26). Over a bound handle; must never know the local database.
#pragma once

#include "client/client.hpp"
#include "service/forest/names.hpp"

namespace tributary::dsa {

/// The DSA that is there.
struct JoinSource {
  DsaGuid dsa;
  std::string host_name;
  service::ForestNames forest;
};
/// `host` as the handle was bound to it; `domain` in DNS form.
[[nodiscard]] Result<JoinSource> ask_source(client::DrsHandle& handle, const std::string& host, const std::string& domain);
/// objectGUID of the NTDS Settings of a host of the domain; null when there is none.
[[nodiscard]] Result<DsaGuid> find_dsa(client::DrsHandle& handle, const std::string& domain, const std::string& host_name);
/// Computer, server and NTDS Settings of the new DSA; gives the GUID of the last.
[[nodiscard]] Result<DsaGuid> add_entries(client::DrsHandle& handle, const service::ForestNames& forest, const service::DsaPlan& plan);
/// The source tells the new DSA of changes in this NC from now on.
[[nodiscard]] Result<> ask_for_notifications(client::DrsHandle& handle, const drsuapi::DSNAME& nc, const DsaGuid& dsa, const std::string& forest_dns_name);

}  // namespace tributary::dsa
