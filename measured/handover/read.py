"""Who has the lock next: read.py EVENTS, as gil.c prints them."""

import statistics
import sys
from collections import Counter

TAKES, WANTS = 0, 1


def main(path):
    """Prints turns of computing threads, how often the lock stays on a core, and which waiter is next."""
    turns, here, ranks, wanted, holder = [], 0, {}, {}, None
    for at, thread, core, what in sorted(tuple(map(int, line.split())) for line in open(path)):
        if what == WANTS:
            wanted[thread] = at
        if what != TAKES:
            continue
        line = sorted(wanted, key=wanted.get)
        ranks.setdefault(len(line), Counter())[line.index(thread)] += 1
        del wanted[thread]
        if holder and holder[1] not in (0, thread):
            turns.append((at - holder[0]) / 1e6)
            here += holder[2] == core
        holder = (at, thread, core)
    turns.sort()
    print(f"turns of computing threads, ms: median {statistics.median(turns):.2f}, mean {statistics.mean(turns):.2f}, p99 {turns[len(turns) * 99 // 100]:.2f}")
    print(f"hand-overs that stay on a core: {here / len(turns):.0%}")
    for waiting, next_one in sorted(ranks.items()):
        shares = ", ".join(f"{next_one[i] / next_one.total():.0%}" for i in range(waiting))
        print(f"of {waiting} that wait, the one that waits longest, ... shortest is next in: {shares}")


main(sys.argv[1])
