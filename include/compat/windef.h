/* SPDX-License-Identifier: Apache-2.0
 *
 * On Windows part of <windows.h>.
 */
#ifndef TRIBUTARY_COMPAT_WINDEF_H
#define TRIBUTARY_COMPAT_WINDEF_H

#include "windows.h"

#endif
