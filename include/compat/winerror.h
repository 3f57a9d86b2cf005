/* SPDX-License-Identifier: Apache-2.0
 *
 * The Win32 codes of [MS-ERREF] 2.2 by name, for programs written for Windows.
 * The list itself is in winerror_codes.inc.
 */
#ifndef TRIBUTARY_COMPAT_WINERROR_H
#define TRIBUTARY_COMPAT_WINERROR_H

#include "winerror_codes.inc"

typedef int HRESULT;
#define S_OK ((HRESULT)0)
#define S_FALSE ((HRESULT)1)
#define E_FAIL ((HRESULT)0x80004005u)
#define E_INVALIDARG ((HRESULT)0x80070057u)
#define E_OUTOFMEMORY ((HRESULT)0x8007000Eu)
#define SUCCEEDED(hr) ((HRESULT)(hr) >= 0)
#define FAILED(hr) ((HRESULT)(hr) < 0)
#define HRESULT_FROM_WIN32(code) \
  ((HRESULT)(code) <= 0 ? (HRESULT)(code) : (HRESULT)(((unsigned)(code) & 0xFFFFu) | 0x80070000u))

#endif
