"""`python -m benches.scaling`: how the cost grows with the configuration and with the request.

Over the number of listed origins, from 1 to 1,000,000: with one origin that asks again and again,
and with many that take turns, so the processor's caches hold none of them. Each Origin is a
new object, as it is from a server: its hash is never computed beforehand. The same
over the number of patterns, beside one listed origin. Then with 1 and 100 expressions, with 5 and 50
requested headers, below one of 10 and 1,000 paths, and with hostile requests.
"""

from __future__ import annotations

import random
import sys
import time
from functools import partial
from itertools import cycle, islice
from typing import TYPE_CHECKING, Any

from starlette.middleware.cors import CORSMiddleware as Starlette

from benches.report import options, python, read, require_release_build, write
from benches.requests import BROWSER_LINES, App, application, request, response
from benches.tables import ATTACKS as ATTACKS_TABLE
from benches.tables import LENGTHS, ORIGINS, PAIRS
from benches.tables import PATTERNS as PATTERNS_TABLE
from benches.timing import Batch, best, by_hand
from fastcors import CORSMiddleware, Policy
from tests.attacks.attacks import ATTACKS, CATASTROPHIC, Attack, hostile_to_expressions
from tests.attacks.timing import best_times
from tests.exchange import actual

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from benches.tables import Row, Table

SIZES = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000]
# Above it one request takes Starlette milliseconds.
LONGEST_LIST = 10_000
# As many different origins take turns, far more than the processor's caches hold of a million.
TURNS = 200_000


def tenants(numbers: Iterable[int]) -> list[str]:
    """Return origins, each a new string."""
    return [f"https://tenant-{number}.example.com" for number in numbers]


def with_new_origins(app: App, origins: Sequence[str]) -> Batch:
    """Return batches of actual requests, each with the next of these origins as a new object."""
    headers = [*BROWSER_LINES, (b"origin", b"")]
    scope = {"type": "http", "method": "GET", "path": "/", "headers": headers}
    following = cycle(origins)

    def batch(count: int) -> int:
        # They are brought to the caches before, as a server does that has just read them.
        texts = list(islice(following, count))
        start = time.perf_counter_ns()
        for text in texts:
            headers[-1] = (b"origin", text.encode())
            request(app, scope)
        return time.perf_counter_ns() - start

    return batch


def allowed(app: App, origin: str) -> bool:
    """Whether the response names the origin."""
    lines = response(app, dict(actual(origin)))[0]["headers"]
    return (b"access-control-allow-origin", origin.encode()) in lines


def over_origins(rounds: int) -> Iterator[Row]:
    """Measure the cost of an allowed request over the number of listed origins."""
    batches = {}
    for size in SIZES:
        origins = tenants(range(size))
        asking = {
            "one": tenants([size // 2]),
            "turns": tenants(random.Random(size).sample(range(size), min(size, TURNS))),
        }
        apps: dict[str, App] = {
            "no middleware": application,
            "fastcors": CORSMiddleware(application, allow_origins=origins),
            "Starlette, a set": Starlette(application, allow_origins=set(origins)),
        }
        if size <= LONGEST_LIST:
            apps["Starlette, a list"] = Starlette(application, allow_origins=origins)
        for name, app in apps.items():
            if allowed(app, origins[-1]) != (name != "no middleware") or allowed(app, "https://x"):
                sys.exit(f"{name} decides wrongly with {size} origins")
            for which, texts in asking.items():
                batches[size, which, name] = with_new_origins(app, texts)
    times = best(batches, rounds)
    for size in SIZES:
        for which in ("one", "turns"):
            bare = times[size, which, "no middleware"]
            yield {
                "origins": size,
                "asking": which,
                **{
                    name: times[size, which, name] - bare
                    for name in ("fastcors", "Starlette, a set", "Starlette, a list")
                    if (size, which, name) in times
                },
            }


PATTERNS = [1, 1_000, 100_000]
# More than the remembered verdicts, so each is decided again.
FEW = 20


def over_patterns(rounds: int) -> Iterator[Row]:
    """Measure the cost of an allowed request over the number of patterns, and of listed origins."""
    batches = {}
    askings = ("one", f"{FEW} in turn", "all in turn")
    for size in PATTERNS:
        entries = [f"https://*.tenant-{number}.example.com" for number in range(size)]
        listed = [entry.replace("*", "app") for entry in entries]
        any_port = [f"{entry}:*" for entry in entries]
        apps: dict[str, App] = {
            "no middleware": application,
            "fastcors": CORSMiddleware(application, allow_origins=entries),
            "any port": CORSMiddleware(application, allow_origins=any_port),
            "listed": CORSMiddleware(application, allow_origins=listed),
        }
        texts = random.Random(size).sample(listed, size)
        for name, app in apps.items():
            if allowed(app, texts[0]) != (name != "no middleware") or allowed(app, "https://x"):
                sys.exit(f"{name} decides wrongly with {size} entries")
            for which, asking in zip(askings, (texts[:1], texts[:FEW], texts), strict=True):
                batches[size, which, name] = with_new_origins(app, asking)
    times = best(batches, rounds)
    added = {key: time - times[(*key[:2], "no middleware")] for key, time in times.items()}
    for size in PATTERNS:
        for which in askings:
            row: Row = {
                name: added[size, which, name] for name in ("fastcors", "any port", "listed")
            }
            # A short run may find that nothing was added.
            ratio = row["fastcors"] / max(added[1, "one", "listed"], 1.0)
            yield {"patterns": size, "asking": which, **row, "of one listed": ratio}


def pairs(rounds: int) -> Iterator[Row]:
    """Measure what should cost the same, or little more, when there is more of it."""
    expressions = [rf"https://tenant-{number}\.[a-z]+\.example\.com" for number in range(100)]
    headers = [f"x-header-{number}" for number in range(50)]
    last = "https://tenant-99.a.example.com"
    preflight_lines = [
        *BROWSER_LINES,
        (b"origin", b"https://tenant-1.example.com"),
        (b"access-control-request-method", b"GET"),
    ]
    for count in (1, 100):
        chosen = expressions[-count:]
        yield compared(
            f"{count} expressions" if count > 1 else "1 expression",
            dict(actual(last)),
            CORSMiddleware(application, allow_origin_regex=chosen),
            Starlette(application, allow_origin_regex="|".join(chosen)),
            rounds,
        )
    for count in (5, 50):
        options: dict[str, Any] = {
            "allow_origins": ["https://tenant-1.example.com"],
            "allow_headers": headers,
        }
        asked = (b"access-control-request-headers", ",".join(headers[:count]).encode())
        yield compared(
            f"{count} requested headers",
            {
                "type": "http",
                "method": "OPTIONS",
                "path": "/",
                "headers": [*preflight_lines, asked],
            },
            CORSMiddleware(application, **options),
            Starlette(application, **options),
            rounds,
        )

    inner = Policy(allow_origins=[last])
    for count in (10, 1_000):
        paths = {f"/api/v{number}/users": inner for number in range(count)}
        app = CORSMiddleware(application, paths=paths)
        scope = {**actual(last), "path": "/api/v5/users/1"}
        if b"access-control-allow-origin" not in dict(response(app, scope)[0]["headers"]):
            sys.exit(f"rejected below one of {count} paths")
        found = best(
            {each: by_hand(each, scope) for each in (application, app)},
            rounds,
        )
        # Starlette's has no such option.
        yield {"what": f"{count:,} paths", "fastcors": found[app] - found[application]}


def compared(what: str, scope: dict[str, Any], ours: App, theirs: App, rounds: int) -> Row:
    """Measure one request on both."""
    responses = response(ours, scope), response(theirs, scope)
    if responses[0] != responses[1] or responses[0][0]["status"] != 200:
        sys.exit(f"the responses differ: {what}")
    if b"access-control-allow-origin" not in dict(responses[0][0]["headers"]):
        sys.exit(f"rejected: {what}")
    apps = {"no middleware": application, "Starlette": theirs, "fastcors": ours}
    times = best({name: by_hand(app, scope) for name, app in apps.items()}, rounds)
    bare = 0 if scope["method"] == "OPTIONS" else times["no middleware"]
    return {
        "what": what,
        "Starlette": times["Starlette"] - bare,
        "fastcors": times["fastcors"] - bare,
    }


# An origin of this length takes Starlette a second with the drawn expression.
LONGEST_CATASTROPHE = 24
ORIGIN_LENGTHS = [4, 8, 12, 16, 20, 24, 100, 1_000, 10_000, 100_000, 1_000_000]
DRAWN = "nested repetition"


def over_length(limit: int) -> Iterator[Row]:
    """Measure one expression on which an engine that goes back takes exponential time."""
    ours = CORSMiddleware(application, allow_origin_regex=CATASTROPHIC[DRAWN])
    theirs = Starlette(application, allow_origin_regex=CATASTROPHIC[DRAWN])
    for length in ORIGIN_LENGTHS:
        scope = partial(hostile_to_expressions, length)
        if allowed(ours, dict(scope()["headers"])[b"origin"].decode()):
            sys.exit("a hostile origin is allowed")
        row: Row = {"length": length, "fastcors": best_times([(ours, scope)], 50)[0] * 1e9}
        if length <= limit:
            row["Starlette"] = best_times([(theirs, scope)], 3)[0] * 1e9
        yield row


def hostile(attack: Attack) -> Row:
    """Measure one attack at its full size, and Starlette if it ends."""
    size = max(attack.sizes)
    (ours,) = best_times([(attack.fastcors(size), partial(attack.scope, size))])
    row: Row = {"attack": attack.name, "size": size, "fastcors": ours * 1e9}
    if size <= attack.starlette_limit:
        (theirs,) = best_times([(attack.starlette(size), partial(attack.scope, size))], 3)
        row["Starlette"] = theirs * 1e9
    else:
        row["Starlette fails"] = attack.starlette_fails
    return row


ROUNDS = 200


def over_length_in(rounds: int) -> Iterator[Row]:
    """Measure shorter origins in fewer rounds, because the longest takes Starlette a second."""
    return over_length(LONGEST_CATASTROPHE if rounds >= ROUNDS else LONGEST_CATASTROPHE - 4)


def hostile_in(rounds: int) -> Iterator[Row]:
    """Measure every attack, always in the same few rounds."""
    return map(hostile, ATTACKS)


# Each part of the results, its table and what measures it.
PARTS: dict[str, tuple[Table, Callable[[int], Iterator[Row]]]] = {
    "origins": (ORIGINS, over_origins),
    "patterns": (PATTERNS_TABLE, over_patterns),
    "pairs": (PAIRS, pairs),
    "length": (LENGTHS, over_length_in),
    "attacks": (ATTACKS_TABLE, hostile_in),
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the tables."""
    parser = options(__doc__, rounds=ROUNDS, quick=20)
    parser.add_argument("--only", choices=PARTS, help="one part; the others stay as recorded")
    given = parser.parse_args(arguments)
    require_release_build()
    print(f"{python()}, nanoseconds added to one request, best of {given.rounds} rounds\n")
    found = {
        part: table.print_while(measure(given.rounds))
        for part, (table, measure) in PARTS.items()
        if given.only in (None, part)
    }
    if not given.record:
        return
    if given.only is not None:
        before = read("scaling")
        if before is None or (before["python"], before["rounds"]) != (python(), given.rounds):
            sys.exit("the other parts are of another Python or other rounds: measure all of them")
        found = {part: before[part] for part in PARTS if part in before} | found
    write(
        "scaling",
        {
            "unit": "nanoseconds added to one request; of the hostile ones the whole time",
            "rounds": given.rounds,
            "expression": CATASTROPHIC[DRAWN],
            **{part: found[part] for part in PARTS if part in found},
        },
    )


if __name__ == "__main__":
    main()
