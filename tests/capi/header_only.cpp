// SPDX-License-Identifier: Apache-2.0
// ntdsapi.h in C++: WCHAR is char16_t, or wchar_t where wchar_t has 16 bits; literals of that type fit every W function.
#include "header_only.c"

#include <type_traits>

#if defined(__SIZEOF_WCHAR_T__) && __SIZEOF_WCHAR_T__ == 2
static_assert(std::is_same_v<WCHAR, wchar_t>);
DWORD bind_with_literal(HANDLE* ds) { return DsBindW(L"dc1", nullptr, ds); }
#else
static_assert(std::is_same_v<WCHAR, char16_t>);
DWORD bind_with_literal(HANDLE* ds) { return DsBindW(u"dc1", nullptr, ds); }
#endif
