// SPDX-License-Identifier: Apache-2.0
// Which objects a view has at all, whoever looks: deleted ones only for who asked for them ([MS-ADTS] 3.1.1.3.4.1.14, 3.1.1.3.4.1.26).
#pragma once

#include "service/ldap/view.hpp"

namespace tributary::service::ldap_face {

/// Neither a phantom, nor the name of another NC, nor deleted unless the view shows it.
[[nodiscard]] bool is_shown(const View& view, const store::ObjectView& object) noexcept;

}  // namespace tributary::service::ldap_face
