/* SPDX-License-Identifier: Apache-2.0
 *
 * FILETIME and SYSTEMTIME ([MS-DTYP] 2.3.3, 2.3.13) for programs written for Windows.
 */
#include <errno.h>
#include <stdbool.h>
#include <time.h>

#include "compat/windows.h"

#define TICKS_PER_SECOND 10000000LL
#define SECONDS_FROM_1601_TO_1970 11644473600LL
#define SECONDS_PER_DAY 86400LL
#define DAYS_FROM_1601_TO_1970 134774LL

static uint64_t ticks_of(const FILETIME* time) { return (uint64_t)time->dwHighDateTime << 32 | time->dwLowDateTime; }
static FILETIME filetime_of(uint64_t ticks) {
  const FILETIME time = {(DWORD)ticks, (DWORD)(ticks >> 32)};
  return time;
}
static FILETIME filetime_of_timespec(const struct timespec* now) {
  return filetime_of((uint64_t)((now->tv_sec + SECONDS_FROM_1601_TO_1970) * TICKS_PER_SECOND + now->tv_nsec / 100));
}

/* Civil dates by days, in the proleptic Gregorian calendar: a year begins in March, so that leap days come last. */
static void civil_from_days(int64_t days_since_1970, SYSTEMTIME* out) {
  const int64_t z = days_since_1970 + 719468; /* from 0000-03-01 */
  const int64_t era = z / 146097;
  const int64_t day_of_era = z - era * 146097;
  const int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const int64_t month = (5 * day_of_year + 2) / 153;
  out->wDay = (WORD)(day_of_year - (153 * month + 2) / 5 + 1);
  out->wMonth = (WORD)(month < 10 ? month + 3 : month - 9);
  out->wYear = (WORD)(year_of_era + era * 400 + (out->wMonth <= 2 ? 1 : 0));
}
static int64_t days_from_civil(const SYSTEMTIME* date) {
  const int64_t year = date->wYear - (date->wMonth <= 2 ? 1 : 0);
  const int64_t era = year / 400;
  const int64_t year_of_era = year - era * 400;
  const int64_t day_of_year = (153 * (date->wMonth + (date->wMonth > 2 ? -3 : 9)) + 2) / 5 + date->wDay - 1;
  return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

BOOL FileTimeToSystemTime(const FILETIME* lpFileTime, LPSYSTEMTIME lpSystemTime) {
  const uint64_t ticks = ticks_of(lpFileTime);
  if (ticks > INT64_MAX) {
    SetLastError(ERROR_INVALID_PARAMETER);
    return FALSE;
  }
  const int64_t seconds = (int64_t)(ticks / TICKS_PER_SECOND);
  const int64_t days = seconds / SECONDS_PER_DAY;
  const int64_t of_day = seconds % SECONDS_PER_DAY;
  civil_from_days(days - DAYS_FROM_1601_TO_1970, lpSystemTime);
  lpSystemTime->wDayOfWeek = (WORD)((days + 1) % 7); /* 1601-01-01 was a Monday */
  lpSystemTime->wHour = (WORD)(of_day / 3600);
  lpSystemTime->wMinute = (WORD)(of_day / 60 % 60);
  lpSystemTime->wSecond = (WORD)(of_day % 60);
  lpSystemTime->wMilliseconds = (WORD)(ticks % TICKS_PER_SECOND / 10000);
  return TRUE;
}

static bool is_date(const SYSTEMTIME* time) {
  static const WORD days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (time->wYear < 1601 || time->wYear > 30827 || time->wMonth < 1 || time->wMonth > 12 || time->wDay < 1) return false;
  const bool leap = time->wYear % 4 == 0 && (time->wYear % 100 != 0 || time->wYear % 400 == 0);
  const WORD last = (WORD)(days[time->wMonth - 1] + (leap && time->wMonth == 2 ? 1 : 0));
  return time->wDay <= last && time->wHour < 24 && time->wMinute < 60 && time->wSecond < 60 && time->wMilliseconds < 1000;
}

BOOL SystemTimeToFileTime(const SYSTEMTIME* lpSystemTime, LPFILETIME lpFileTime) {
  if (!is_date(lpSystemTime)) {
    SetLastError(ERROR_INVALID_PARAMETER);
    return FALSE;
  }
  const int64_t seconds = (days_from_civil(lpSystemTime) + DAYS_FROM_1601_TO_1970) * SECONDS_PER_DAY + lpSystemTime->wHour * 3600 +
                          lpSystemTime->wMinute * 60 + lpSystemTime->wSecond;
  *lpFileTime = filetime_of((uint64_t)(seconds * TICKS_PER_SECOND + lpSystemTime->wMilliseconds * 10000LL));
  return TRUE;
}

BOOL FileTimeToLocalFileTime(const FILETIME* lpFileTime, LPFILETIME lpLocalFileTime) {
  const uint64_t ticks = ticks_of(lpFileTime);
  if (ticks > INT64_MAX) {
    SetLastError(ERROR_INVALID_PARAMETER);
    return FALSE;
  }
  const time_t unix_time = (time_t)((int64_t)(ticks / TICKS_PER_SECOND) - SECONDS_FROM_1601_TO_1970);
  struct tm local;
  const long offset = localtime_r(&unix_time, &local) == NULL ? 0 : local.tm_gmtoff;
  const int64_t moved = (int64_t)ticks + offset * TICKS_PER_SECOND;
  *lpLocalFileTime = filetime_of(moved < 0 ? 0 : (uint64_t)moved);
  return TRUE;
}

LONG CompareFileTime(const FILETIME* lpFileTime1, const FILETIME* lpFileTime2) {
  const uint64_t a = ticks_of(lpFileTime1), b = ticks_of(lpFileTime2);
  return a < b ? -1 : a > b ? 1 : 0;
}

void GetSystemTimeAsFileTime(LPFILETIME lpSystemTimeAsFileTime) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  *lpSystemTimeAsFileTime = filetime_of_timespec(&now);
}
void GetSystemTime(LPSYSTEMTIME lpSystemTime) {
  FILETIME now;
  GetSystemTimeAsFileTime(&now);
  FileTimeToSystemTime(&now, lpSystemTime);
}
void GetLocalTime(LPSYSTEMTIME lpSystemTime) {
  FILETIME now, local;
  GetSystemTimeAsFileTime(&now);
  FileTimeToLocalFileTime(&now, &local);
  FileTimeToSystemTime(&local, lpSystemTime);
}
ULONGLONG GetTickCount64(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (ULONGLONG)now.tv_sec * 1000 + (ULONGLONG)now.tv_nsec / 1000000;
}
DWORD GetTickCount(void) { return (DWORD)GetTickCount64(); }
void Sleep(DWORD dwMilliseconds) {
  struct timespec left = {dwMilliseconds / 1000, (long)(dwMilliseconds % 1000) * 1000000L};
  while (nanosleep(&left, &left) != 0 && errno == EINTR) {
  }
}
