/* SPDX-License-Identifier: Apache-2.0
 *
 * The least that a test in C needs: CHECK counts and prints what does not hold, CHECK_RESULT is what main returns.
 */
#ifndef TRIBUTARY_TESTS_CAPI_CHECK_H
#define TRIBUTARY_TESTS_CAPI_CHECK_H

#include <stdio.h>
#include <string.h>

static int check_failures;
static int check_count;

static inline void check_that(int holds, const char* what, const char* file, int line) {
  ++check_count;
  if (holds) return;
  ++check_failures;
  fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, what);
}

#define CHECK(expression) check_that(!!(expression), #expression, __FILE__, __LINE__)
#define CHECK_RESULT (fprintf(stderr, "%d checks, %d failed\n", check_count, check_failures), check_failures == 0 && check_count > 0 ? 0 : 1)

#endif
