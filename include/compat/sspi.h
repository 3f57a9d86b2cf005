/* SPDX-License-Identifier: Apache-2.0
 *
 * SEC_WINNT_AUTH_IDENTITY, which <windows.h> of this folder has.
 */
#ifndef TRIBUTARY_COMPAT_SSPI_H
#define TRIBUTARY_COMPAT_SSPI_H

#include "windows.h"

#endif
