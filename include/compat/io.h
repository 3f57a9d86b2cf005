/* SPDX-License-Identifier: Apache-2.0
 *
 * File modes are no matter here: standard output takes UTF-8.
 */
#ifndef TRIBUTARY_COMPAT_IO_H
#define TRIBUTARY_COMPAT_IO_H

#include <stdio.h>

#define _fileno fileno
#define _O_TEXT 0x4000
#define _O_BINARY 0x8000
#define _O_WTEXT 0x10000
#define _O_U16TEXT 0x20000
#define _O_U8TEXT 0x40000

static inline int _setmode(int descriptor, int mode) {
  (void)descriptor;
  (void)mode;
  return _O_TEXT;
}

#endif
