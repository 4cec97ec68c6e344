// What waking a thread takes the thread that wakes it, and whether it finds an idle core. Two cores, nothing else on them.
//
//   cc -O2 -pthread wake.c -o wake && ./wake IDLE_US ROUNDS [there]
//
// The waker computes on core 0 for so long, then signals a thread that sleeps and may run on both; core 1 idles. The sleeper's last core is the waker's, or
// with `there` the idle one. Prints where it ran, round by round (B: on the idle core), how long the waker's system call took, and how long after it
// began the sleeper ran.
#define _GNU_SOURCE
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static atomic_int word, ready, ran_on;
static atomic_long ran_at;
static int rounds, home;

static long now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000L + t.tv_nsec;
}

static void keep_to(int first, int last) {
    cpu_set_t set;
    CPU_ZERO(&set);
    for (int core = first; core <= last; core += 1) CPU_SET(core, &set);
    sched_setaffinity(0, sizeof set, &set);
}

static void *sleeper(void *arg) {
    (void)arg;
    for (int i = 0; i < rounds; i += 1) {
        keep_to(home, home);
        keep_to(0, 1);
        ready = i + 1;
        while (word < i + 1) syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, i, NULL, NULL, 0);
        ran_on = sched_getcpu();
        ran_at = now();
    }
    return NULL;
}

static int ascending(const void *a, const void *b) {
    long x = *(const long *)a, y = *(const long *)b;
    return x < y ? -1 : x > y;
}

static void show(const char *what, long *all) {
    qsort(all, rounds, sizeof *all, ascending);
    printf("%s, us: p10 %.1f, p50 %.1f, p90 %.1f\n", what, all[rounds / 10] / 1e3, all[rounds / 2] / 1e3, all[rounds * 9 / 10] / 1e3);
}

int main(int argc, char **argv) {
    if (argc < 3) return 2;
    long idle = atol(argv[1]) * 1000;
    rounds = atoi(argv[2]);
    home = argc > 3 && !strcmp(argv[3], "there");
    long *call = calloc(rounds, sizeof *call), *late = calloc(rounds, sizeof *late);
    keep_to(0, 0);
    pthread_t thread;
    pthread_create(&thread, NULL, sleeper, NULL);
    for (int i = 0; i < rounds; i += 1) {
        while (ready < i + 1) sched_yield();
        for (long until = now() + idle; now() < until;) {
        }
        ran_at = 0;
        long begun = now();
        word = i + 1;
        syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
        call[i] = now() - begun;
        for (long until = begun + 8000000; !ran_at && now() < until;) {
        }
        while (!ran_at) sched_yield();
        late[i] = ran_at - begun;
        putchar(ran_on ? 'B' : '.');
    }
    putchar('\n');
    show("the waker's call", call);
    show("until the sleeper runs", late);
    return 0;
}
