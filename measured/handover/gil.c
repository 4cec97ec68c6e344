// Who has CPython's lock next: a copy of 3.11's take_gil and drop_gil, threads that compute, and one that sleeps 0.5 to 1.5 ms in between.
//
//   cc -O1 -pthread gil.c -o gil && ./gil THREADS INTERVAL_MS SAMPLES > events && python3 read.py events
//
// Prints a line for each event: nanoseconds, thread (0 sleeps), core, and what: 0 takes, 1 wants, 2 looks in vain after its patience, 3 looks in vain
// after a signal, 4 asks the holder to drop, 5 drops because it was asked, 6 lets go.
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { TAKES, WANTS, IMPATIENT, SIGNALLED, ASKS, DROPS, LETS_GO };

struct event {
    long at;
    int thread, core, what;
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER, switch_mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond, switched;
static atomic_int locked, request, last = -1;
static unsigned long switches;
static long interval;
static struct event *events;
static atomic_long count;
static const long most = 4000000;

static long now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000L + t.tv_nsec;
}

static void note(int thread, int what) {
    long i = atomic_fetch_add(&count, 1);
    if (i < most) events[i] = (struct event){now(), thread, sched_getcpu(), what};
}

static void take(int me) {
    pthread_mutex_lock(&mutex);
    note(me, WANTS);
    while (locked) {
        unsigned long saw = switches;
        long until = now() + interval;
        struct timespec t = {until / 1000000000, until % 1000000000};
        int late = pthread_cond_timedwait(&cond, &mutex, &t) == ETIMEDOUT;
        if (locked) note(me, late ? IMPATIENT : SIGNALLED);
        if (late && locked && switches == saw) {
            request = 1;
            note(me, ASKS);
        }
    }
    pthread_mutex_lock(&switch_mutex);
    locked = 1;
    if (last != me) {
        last = me;
        switches += 1;
    }
    pthread_cond_signal(&switched);
    pthread_mutex_unlock(&switch_mutex);
    request = 0;
    note(me, TAKES);
    pthread_mutex_unlock(&mutex);
}

static void drop(int me, int asked) {
    note(me, asked ? DROPS : LETS_GO);
    pthread_mutex_lock(&mutex);
    locked = 0;
    pthread_cond_signal(&cond);
    pthread_mutex_unlock(&mutex);
    if (asked && request) {
        pthread_mutex_lock(&switch_mutex);
        if (last == me) {
            request = 0;
            pthread_cond_wait(&switched, &switch_mutex);
        }
        pthread_mutex_unlock(&switch_mutex);
    }
}

static void *compute(void *arg) {
    int me = (int)(long)arg;
    take(me);
    for (;;) {
        for (volatile int i = 0; i < 200; i += 1) {
        }
        if (request) {
            drop(me, 1);
            take(me);
        }
    }
    return NULL;
}

int main(int argc, char **argv) {
    if (argc != 4) return 2;
    int threads = atoi(argv[1]), samples = atoi(argv[3]);
    interval = (long)(atof(argv[2]) * 1e6);
    events = malloc(most * sizeof *events);
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&cond, &monotonic);
    pthread_cond_init(&switched, &monotonic);
    take(0);
    for (long i = 1; i <= threads; i += 1) {
        pthread_t thread;
        pthread_create(&thread, NULL, compute, (void *)i);
    }
    srandom(1);
    for (int i = 0; i < samples; i += 1) {
        long due = now() + 500000 + random() % 1000000;
        struct timespec t = {due / 1000000000, due % 1000000000};
        drop(0, 0);
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
        take(0);
    }
    long kept = count < most ? count : most;
    for (long i = 0; i < kept; i += 1) printf("%ld %d %d %d\n", events[i].at, events[i].thread, events[i].core, events[i].what);
    fflush(stdout);
    _exit(0);
}
