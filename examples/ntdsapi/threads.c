/* SPDX-License-Identifier: Apache-2.0
 *
 * One handle in several threads, closed while they are inside calls: the calls end well, later ones are refused.
 * The one example that is a Linux program: it uses pthreads and u"..." literals, and ntdsapi.h alone.
 */
#include <ntdsapi.h>
#include <pthread.h>
#include <stdio.h>
#include <tributary_errors.h>
#include <unistd.h>

enum { kThreads = 8, kInvalidHandle = 6 };

static HANDLE shared;
static unsigned answered, refused, failed;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void *work(void *unused)
{
    DWORD code = 0;

    (void)unused;
    while (code == 0) {
        PDS_NAME_RESULTW sites = NULL;

        code = DsListSitesW(shared, &sites);
        DsFreeNameResultW(sites);
        pthread_mutex_lock(&lock);
        answered += code == 0;
        refused += code == kInvalidHandle;
        failed += code != 0 && code != kInvalidHandle;
        pthread_mutex_unlock(&lock);
    }
    return NULL;
}

int main(int argc, char *argv[])
{
    pthread_t threads[kThreads];
    HANDLE mine;
    DWORD code;

    if (argc != 2) {
        fprintf(stderr, "usage: threads DC\n");
        return 2;
    }
    code = DsBindA(argv[1], NULL, &shared);
    if (code != 0) {
        fprintf(stderr, "DsBind: %s\n", TributaryErrorName(code));
        return 1;
    }
    mine = shared;
    for (int i = 0; i < kThreads; ++i)
        pthread_create(&threads[i], NULL, work, NULL);
    usleep(300000);
    code = DsUnBindW(&mine);
    for (int i = 0; i < kThreads; ++i)
        pthread_join(threads[i], NULL);
    printf("unbind %u, answered %s, refused %u, failed %u\n", code, answered >= kThreads ? "all" : "few", refused, failed);
    return code == 0 && refused == kThreads && failed == 0 ? 0 : 1;
}
